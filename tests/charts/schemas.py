"""Kubernetes' own schemas, strictly, and those of operators, with the rules in them; what KEDA's scalers read."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from tests.charts.rendering import Manifest, of_kind
from tests.charts.tools import keda, module, operator

VERSIONS: Final = ("1.30", "1.37")
"""The oldest Kubernetes the chart admits (`kubeVersion`), and the newest whose schema there is."""

FOREIGN: Final = frozenset({"ExternalSecret"})
"""Kinds of operators the chart knows nothing of; an example brings one in `extraObjects`."""

_KEDA: Final = ("scaledobjects", "triggerauthentications")
_PROMETHEUS: Final = ("podmonitors", "prometheusrules")
_OPERATORS: Final = ("keda.sh/", "monitoring.coreos.com/")


def problems(manifests: list[Manifest], looked_at: Sequence[Manifest] = ()) -> Iterator[str]:
    """Everything Kubernetes, KEDA or the Prometheus operator would refuse, or silently leave out.

    Args:
        manifests: of one release.
        looked_at: those of them whose own problems are known, and not told again.
    """
    for manifest in manifests:
        if manifest not in looked_at:
            yield from _problems(json.dumps(manifest))
    yield from trigger_problems(manifests)


@cache
def _problems(text: str) -> tuple[str, ...]:
    """Those of one manifest, kept: who plants one mistake changes one manifest of fifty."""
    manifest = json.loads(text)
    about = f"{manifest['kind']}/{manifest['metadata']['name']}"
    if manifest["apiVersion"].startswith(_OPERATORS):
        return tuple(f"{about}: {problem}" for problem in _custom_problems(manifest))
    if manifest["kind"] in FOREIGN:
        return ()
    return tuple(
        f"{about}: {problem} ({version})" for version in VERSIONS for problem in _kubernetes_problems(manifest, version)
    )


def _kubernetes_problems(manifest: Manifest, version: str) -> Iterator[str]:
    try:
        validator = _validator(manifest["kind"], manifest["apiVersion"], version)
    except FileNotFoundError:
        yield f"{manifest['apiVersion']} has no such kind"
        return
    yield from (f"{error.json_path}: {error.message}" for error in validator.iter_errors(manifest))


@cache
def _validator(kind: str, api: str, version: str) -> Draft202012Validator:
    folder = f"kubernetes-json-schema/v{version}.0-local-strict"
    group = re.sub(r"^([^./]*)(?:\.[^/]*)?/", r"\1-", api)
    return Draft202012Validator(
        _contents(f"{folder}/{kind.lower()}-{group}.json"), registry=_definitions(f"{folder}/_definitions.json")
    )


@cache
def _definitions(path: str) -> Registry[Any]:
    resource = Resource.from_contents(_contents(path))
    registry: Registry[Any] = Registry().with_resource("_definitions.json", resource)
    return registry


def _contents(path: str) -> Any:  # noqa: ANN401  JSON
    return module("kubernetes_validate.utils").schema_contents(path, "")


def _definition_files() -> Iterator[Path]:
    for name in _KEDA:
        yield keda() / f"config/crd/bases/keda.sh_{name}.yaml"
    for name in _PROMETHEUS:
        yield operator() / f"example/prometheus-operator-crd/monitoring.coreos.com_{name}.yaml"


@cache
def _crds() -> Mapping[tuple[str, str], Mapping[str, Any]]:
    found = {}
    for path in _definition_files():
        crd = yaml.load(path.read_text(), yaml.CSafeLoader)
        for version in crd["spec"]["versions"]:
            key = (crd["spec"]["names"]["kind"], f"{crd['spec']['group']}/{version['name']}")
            found[key] = version["schema"]["openAPIV3Schema"]
    return found


@cache
def _custom_validator(key: tuple[str, str]) -> Draft202012Validator:
    return Draft202012Validator(_closed(_crds()[key]))


def _custom_problems(manifest: Manifest) -> Iterator[str]:
    key = (manifest["kind"], manifest["apiVersion"])
    schema = _crds().get(key)
    if schema is None:
        yield f"{manifest['apiVersion']} has no such kind"
        return
    errors = _custom_validator(key).iter_errors(manifest)
    yield from (f"{error.json_path}: {error.message}" for error in errors)
    yield from _broken_rules(schema, manifest)


def _closed(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The API server drops fields that a structural schema does not name, without a word; here they are errors."""
    closed = dict(schema)
    if "properties" in schema:
        closed["properties"] = {name: _closed(inner) for name, inner in schema["properties"].items()}
        if "metadata" in schema["properties"]:
            closed["properties"]["metadata"] = {"type": "object"}
        closed["additionalProperties"] = False
    if isinstance(schema.get("items"), Mapping):
        closed["items"] = _closed(schema["items"])
    return closed


def _broken_rules(schema: Mapping[str, Any], value: Any) -> Iterator[str]:  # noqa: ANN401  JSON
    """The rules of `x-kubernetes-validations`, evaluated wherever they stand."""
    for rule in schema.get("x-kubernetes-validations", ()):
        if not module("cel").evaluate(rule["rule"], {"self": value}):
            yield rule["message"]
    if isinstance(value, Mapping):
        for name, inner in schema.get("properties", {}).items():
            if name in value:
                yield from _broken_rules(inner, value[name])
    elif isinstance(value, list) and isinstance(schema.get("items"), Mapping):
        for item in value:
            yield from _broken_rules(schema["items"], item)


Parameters = Mapping[str, Mapping[str, Any]]


@cache
def _scalers() -> Mapping[str, Parameters]:
    told = json.loads((keda() / "schema/generated/scalers-schema.json").read_text())
    return {scaler["type"]: {known["name"]: known for known in scaler["parameters"]} for scaler in told["scalers"]}


def trigger_problems(manifests: list[Manifest]) -> Iterator[str]:
    """What a scaler would not read of metadata and authentication: the resource takes any map of texts there."""
    secrets = {
        auth["metadata"]["name"]: [ref["parameter"] for ref in auth["spec"].get("secretTargetRef", ())]
        for auth in of_kind(manifests, "TriggerAuthentication")
    }
    for scaled in of_kind(manifests, "ScaledObject"):
        for trigger in scaled["spec"]["triggers"]:
            about = f"{scaled['metadata']['name']}: {trigger['type']}"
            known = _scalers().get(trigger["type"])
            if known is None:
                yield f"{about}: no scaler of that type"
                continue
            shown = secrets.get(trigger.get("authenticationRef", {}).get("name", ""), [])
            yield from (f"{about}: {problem}" for problem in _metadata_problems(known, trigger["metadata"], shown))


def _metadata_problems(known: Parameters, metadata: Mapping[str, Any], secrets: list[str]) -> Iterator[str]:
    for name, value in metadata.items():
        parameter = known.get(name, {})
        if not parameter.get("metadataVariableReadable"):
            yield f"{name} is not read from metadata"
        elif not _fits(parameter, value):
            yield f"{name}: {value!r} is none of its values"
    for name in secrets:
        if not known.get(name, {}).get("triggerAuthenticationVariableReadable"):
            yield f"{name} is not read from an authentication"
    for name, parameter in known.items():
        if not parameter.get("optional") and "default" not in parameter and name not in {*metadata, *secrets}:
            yield f"{name} is missing"


def _fits(parameter: Mapping[str, Any], value: object) -> bool:
    if not isinstance(value, str):
        return False
    default = parameter.get("default", "")
    if default in {"true", "false"}:
        return value in {"true", "false"}
    if default.isdigit():
        return value.isdigit()
    return value in parameter.get("allowedValue", (value,))
