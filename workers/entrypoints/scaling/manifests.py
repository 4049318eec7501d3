"""Scaling values from a file: a ScaledObject as it was rendered or written, or its `spec` alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import yaml
from pydantic import ValidationError

from workers.domain.scaling.values import ScalingValues
from workers.entrypoints.failures import InputError

KIND: Final = "ScaledObject"


def scaling_values(text: str, name: str) -> ScalingValues:
    """Read the scaling values of a YAML or JSON file; of several documents the first ScaledObject counts.

    Args:
        text: of the file.
        name: of the file, for messages.

    Raises:
        InputError: it is none, or KEDA would refuse it.
    """
    try:
        documents = [document for document in yaml.safe_load_all(text) if isinstance(document, Mapping)]
    except yaml.YAMLError as error:
        raise InputError(f"{name}: is neither YAML nor JSON: {' '.join(str(error).split())}") from None
    manifests = [document for document in documents if document.get("kind") == KIND]
    bare = [document for document in documents if "kind" not in document]
    for found in (*manifests, *bare):
        return _validated(found.get("spec", found), name)
    raise InputError(f"{name}: holds no {KIND}")


def _validated(spec: object, name: str) -> ScalingValues:
    if not isinstance(spec, Mapping):
        raise InputError(f"{name}: spec has to be a mapping")
    try:
        return ScalingValues.model_validate({**spec, "triggers": _kafka_metadata(spec.get("triggers"), name)})
    except ValidationError as error:
        raise InputError(*(f"{name}: {_place(found['loc'])}: {found['msg']}" for found in error.errors())) from None


def _kafka_metadata(triggers: object, name: str) -> list[Any]:
    """The metadata of the kafka triggers: what other triggers measure is not simulated."""
    if not isinstance(triggers, list):
        raise InputError(f"{name}: triggers have to be a list")
    return [trigger.get("metadata", {}) for trigger in triggers if isinstance(trigger, Mapping) and _is_kafka(trigger)]


def _is_kafka(trigger: Mapping[str, Any]) -> bool:
    return bool(trigger.get("type", "kafka") == "kafka")


def _place(parts: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in parts) or "spec"


def manifest_spec(values: ScalingValues) -> str:
    """The values as the `spec` of a ScaledObject, to be put into a manifest; what has its default is left out."""
    spec = values.model_dump(
        by_alias=True, exclude_defaults=True, exclude={"triggers", "sync_period_seconds", "tolerance"}
    )
    spec = {"minReplicaCount": values.min_replica_count, "maxReplicaCount": values.max_replica_count, **spec}
    spec["triggers"] = [
        {"type": "kafka", "metadata": _texts(trigger.model_dump(by_alias=True, exclude_defaults=True))}
        for trigger in values.triggers
    ]
    return yaml.safe_dump({"spec": _plain(spec)}, sort_keys=False)


def _texts(metadata: Mapping[str, Any]) -> dict[str, str]:
    return {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in metadata.items()}


def _plain(value: object) -> object:
    """Without tuples, which YAML would tag."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value
