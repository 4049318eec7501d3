"""What is wrong with scaling values before a single message has come: from the values and the partitions alone."""

from __future__ import annotations

from collections.abc import Iterator

from workers.domain.scaling.values import KafkaTrigger, ScalingValues


def ceiling(values: ScalingValues, partitions: int) -> int:
    """The most replicas that are of use."""
    return min(values.max_replica_count, partitions)


def stuck_numbers(values: ScalingValues, partitions: int) -> tuple[int, ...]:
    """Replicas below the ceiling at which a cut lag asks for no more, however long it grows."""
    top = ceiling(values, partitions)
    behavior = values.behavior
    tolerance = values.tolerance
    if behavior is not None and behavior.scale_up.tolerance is not None:
        tolerance = behavior.scale_up.tolerance
    if not any(trigger.is_capped for trigger in values.triggers):
        return ()
    return tuple(number for number in range(1, top) if partitions / number <= 1 + tolerance)


def findings(values: ScalingValues, partitions: int) -> tuple[str, ...]:
    """A sentence for each thing that will go wrong or be wasted, with the cure.

    Args:
        values: the scaling values.
        partitions: of the topic the triggers read.
    """
    return (
        *_of_bounds(values, partitions),
        *(found for trigger in values.triggers for found in _of_trigger(trigger, values, partitions)),
    )


def _of_bounds(values: ScalingValues, partitions: int) -> Iterator[str]:
    if values.max_replica_count > partitions:
        yield (
            f"maxReplicaCount {values.max_replica_count} is above the {partitions} partitions: what is above gets no"
            " partition and idles; set it to the number of partitions"
        )
    if values.min_replica_count == 0 and values.idle_replica_count is None:
        yield (
            f"minReplicaCount 0: after {values.cooldown_period} s without activity the fleet goes to zero at once,"
            " whatever the behaviour says, and the first message waits for a look and a start"
        )


def _of_trigger(trigger: KafkaTrigger, values: ScalingValues, partitions: int) -> Iterator[str]:
    threshold = trigger.lag_threshold
    if trigger.is_capped and values.max_replica_count > partitions:
        yield (
            f"one replica too many: a lag from {partitions * threshold + 1} to {(partitions + 1) * threshold - 1} asks"
            f' for {partitions + 1} replicas (kedacore/keda#4483); set allowIdleConsumers "true" and maxReplicaCount'
            f" {partitions}"
        )
    if trigger.is_capped and (stuck := stuck_numbers(values, partitions)):
        yield (
            f"stuck below the ceiling: at {stuck[0]} to {stuck[-1]} replicas the cut lag is within the tolerance, and"
            f' no lag adds another (kedacore/keda#4791); set allowIdleConsumers "true" and maxReplicaCount {partitions}'
        )
    if trigger.exclude_persistent_lag:
        yield (
            "excludePersistentLag: a partition that committed nothing between two readings counts as not behind; the"
            " autoscaler and the poll share the readings, so commits have to come much more often than both look"
        )
