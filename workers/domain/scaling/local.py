"""Worker processes on one machine: their values, and when one that died is started again."""

from __future__ import annotations

from typing import Final

from workers.domain.scaling.values import ScalingValues

_LAG_THRESHOLD: Final = 100
_DOWN_WINDOW: Final = 60
_FIRST_DELAY: Final = 1.0
_LONGEST_DELAY: Final = 60.0
PROVEN_SECONDS: Final = 60.0
"""A process that lived this long is no failed start: the delays begin anew."""


def local_values(processors: int, partitions: int) -> ScalingValues:
    """Values for a machine, where none are given: from one process to one a processor, without KEDA's defects.

    Args:
        processors: of the machine.
        partitions: that the processes share.
    """
    return ScalingValues.model_validate(
        {
            "minReplicaCount": 1,
            "maxReplicaCount": max(1, min(processors, partitions)),
            "triggers": [{"lagThreshold": _LAG_THRESHOLD, "allowIdleConsumers": True, "offsetResetPolicy": "earliest"}],
            "advanced": {
                "horizontalPodAutoscalerConfig": {
                    "behavior": {"scaleDown": {"stabilizationWindowSeconds": _DOWN_WINDOW}}
                }
            },
        }
    )


def fixed_values(number: int) -> ScalingValues:
    """Values that always ask for the same number of processes."""
    return ScalingValues(min_replica_count=number, max_replica_count=number)


def values_for(values: ScalingValues, lags: int) -> ScalingValues:
    """The values with their first trigger measuring each of several lags; the one that asks for most decides."""
    return values.model_copy(update={"triggers": (values.triggers[0],) * lags})


def restart_delay(failures: int) -> float:
    """Seconds to wait before a process is started after so many in a row died young.

    Args:
        failures: at least 1.
    """
    return min(_LONGEST_DELAY, _FIRST_DELAY * 2.0 ** min(failures - 1, 10))
