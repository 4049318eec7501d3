"""Scaling values and readings the tests use."""

from workers.domain.scaling.keda import LagReading
from workers.domain.scaling.values import ScalingValues

PARTITIONS = 24


def values(behavior: object = None, **spec: object) -> ScalingValues:
    """Values as KEDA names them; a trigger's metadata go into `trigger`."""
    given: dict[str, object] = {"minReplicaCount": 1, "maxReplicaCount": 100, **spec}
    if (trigger := given.pop("trigger", None)) is not None:
        given["triggers"] = [trigger]
    if behavior is not None:
        given["advanced"] = {"horizontalPodAutoscalerConfig": {"behavior": behavior}}
    return ScalingValues.model_validate(given)


def reading(total: int, *, behind: int = PARTITIONS, partitions: int = PARTITIONS) -> LagReading:
    return LagReading(total, total, behind, partitions)
