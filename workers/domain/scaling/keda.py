"""The lag KEDA's Kafka scaler reports: `kafka_scaler.go` of version 2.20, number for number."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from workers.domain.scaling.values import KafkaTrigger

Place = TypeVar("Place", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Offsets:
    """Where one partition stands.

    Attributes:
        end: the offset of the next record to be written.
        committed: what the group committed; None when it never has.
    """

    end: int
    committed: int | None


@dataclass(frozen=True, slots=True)
class LagReading:
    """What one reading of a trigger found.

    Attributes:
        total: messages behind that count for the number of replicas.
        with_persistent: the same with partitions whose offset does not move; decides on waking and sleeping.
        behind: partitions whose counted lag is above zero.
        partitions: all of them.
    """

    total: int
    with_persistent: int
    behind: int
    partitions: int


def partition_lag(trigger: KafkaTrigger, offsets: Offsets, previous: int | None) -> tuple[int, int]:
    """The lag of one partition as it counts for replicas, and as it counts for being active.

    Args:
        trigger: the scaler's metadata.
        offsets: where the partition stands.
        previous: the committed offset of the reading before; None where there was none.
    """
    if offsets.committed is None:
        whole = 1 if trigger.offset_reset_policy == "latest" else offsets.end
        lag = 0 if trigger.scale_to_zero_on_invalid_offset else whole
        return lag, lag
    lag = offsets.end - offsets.committed
    return (0 if trigger.exclude_persistent_lag and previous == offsets.committed else lag), lag


def read_lag(trigger: KafkaTrigger, places: Mapping[Place, Offsets], previous: Mapping[Place, int]) -> LagReading:
    """Sum up a group's partitions, given what was committed at the reading before."""
    lags = [partition_lag(trigger, offsets, previous.get(place)) for place, offsets in places.items()]
    return LagReading(
        total=sum(lag for lag, _ in lags),
        with_persistent=sum(lag for _, lag in lags),
        behind=sum(lag > 0 for lag, _ in lags),
        partitions=len(lags),
    )


def metric(trigger: KafkaTrigger, reading: LagReading) -> int:
    """What is reported to the autoscaler, which divides it by `lagThreshold`.

    Cut in whole thresholds, and therefore not cut at all as long as less than one more is missing: a lag between P and
    P + 1 thresholds passes, and asks for one replica more than there are partitions.
    """
    lag, threshold = reading.total, trigger.lag_threshold
    if not trigger.is_capped:
        return lag
    if trigger.ensure_even_distribution_of_partitions:
        lag = even_replicas(lag, reading.partitions, threshold) * threshold
    most = reading.behind if trigger.limit_to_partitions_with_lag else reading.partitions
    return most * threshold if lag // threshold > most else lag


def is_active(trigger: KafkaTrigger, reading: LagReading) -> bool:
    """Whether the trigger keeps the fleet from sleeping."""
    return reading.with_persistent > trigger.activation_lag_threshold


def even_replicas(lag: int, partitions: int, threshold: int) -> int:
    """The smallest divisor of the partitions that the lag does not exceed, else all partitions."""
    divisors = (number for number in range(1, partitions + 1) if partitions % number == 0)
    return next((number for number in divisors if number * threshold >= lag), partitions)
