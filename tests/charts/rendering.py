"""Renders the chart as Helm does."""

from collections.abc import Hashable, Iterator, Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from tests.charts.tools import ROOT, helm

CHART: Final = ROOT / "charts/poon-workers"
EXAMPLES: Final = CHART / "examples"
NAMES: Final = tuple(sorted(path.stem for path in EXAMPLES.glob("*.yaml")))
RELEASE: Final = "poon-workers"
NAMESPACE: Final = "poon"

Manifest = dict[str, Any]


class RefusedError(Exception):
    """Helm does not render these values; the message is what its user would read."""


class _Strict(yaml.CSafeLoader):
    """A key that stands twice is a mistake, not the second value."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002  as the loader has it
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = {key for key in keys if keys.count(key) > 1}
        if twice:
            raise yaml.YAMLError(f"{', '.join(map(str, twice))}: more than once, {node.start_mark}")
        return super().construct_mapping(node, deep)


def parsed(text: str) -> list[Manifest]:
    """The objects of a YAML text, strictly."""
    return [item for item in yaml.load_all(text, _Strict) if item]


@cache
def example(name: str) -> Mapping[str, Any]:
    values: dict[str, Any] = yaml.safe_load((EXAMPLES / f"{name}.yaml").read_text())
    return values


def _templates(values: Mapping[str, Any], chart: Path) -> dict[str, str]:
    answer = helm().ask(chart=str(chart), render=values, name=RELEASE, namespace=NAMESPACE)
    if "refused" in answer:
        raise RefusedError(answer["refused"])
    texts: dict[str, str] = answer["texts"]
    return texts


def notes(values: Mapping[str, Any]) -> str:
    """What Helm says after an installation."""
    return _templates(values, CHART)[f"{CHART.name}/templates/NOTES.txt"]


def render_text(values: Mapping[str, Any], chart: Path = CHART) -> str:
    """All manifests as one YAML text, in the order of their templates.

    Raises:
        RefusedError: schema or templates refuse the values.
    """
    texts = sorted(_templates(values, chart).items())
    parts = (text.strip().removeprefix("---").strip() for name, text in texts if name.endswith(".yaml"))
    return "---\n" + "\n---\n".join(part for part in parts if part) + "\n"


def render(values: Mapping[str, Any], chart: Path = CHART) -> list[Manifest]:
    """All manifests.

    Raises:
        RefusedError: schema or templates refuse the values.
    """
    return parsed(render_text(values, chart))


@cache
def _rendered(name: str) -> list[Manifest]:
    return render(example(name))


def rendered(name: str) -> list[Manifest]:
    """All manifests of an example, to be changed at will."""
    return deepcopy(_rendered(name))


def lint(values: Mapping[str, Any], chart: Path = CHART) -> list[str]:
    """What `helm lint --strict` has to say against it."""
    answer = helm().ask(chart=str(chart), lint=values)
    said: list[str] = answer["said"] if "said" in answer else [answer["refused"]]
    return said


def of_kind(manifests: list[Manifest], *kinds: str) -> Iterator[Manifest]:
    return (manifest for manifest in manifests if manifest["kind"] in kinds)


def named(manifests: list[Manifest], kind: str, name: str) -> Manifest:
    return next(manifest for manifest in of_kind(manifests, kind) if manifest["metadata"]["name"] == name)


def pods(manifests: list[Manifest]) -> Iterator[tuple[Manifest, Manifest]]:
    """Everything that makes pods, with the template of its pods."""
    for manifest in manifests:
        if manifest["kind"] == "Pod":
            yield manifest, manifest
        elif "template" in manifest.get("spec", {}):
            yield manifest, manifest["spec"]["template"]


def containers(pod: Manifest) -> list[Manifest]:
    return [*pod["spec"].get("initContainers", ()), *pod["spec"]["containers"]]


def merged(values: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Values over values, as Helm lays one file over another."""
    result = dict(values)
    for key, value in more.items():
        below = result.get(key)
        result[key] = merged(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return result
