"""Back-pressure and outages: which partitions to pause and which to resume. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from workers.ports.messages import Partition


@dataclass(frozen=True, slots=True)
class FlowLimits:
    """When to pause and when to resume; the gap between them is the hysteresis.

    A pause throws the client's prefetched records away, so it has to be worth its while.

    Attributes:
        total_high: records in hand over all partitions at which every partition is paused. Bounds memory.
        partition_high: records in hand of one partition at which that partition is paused, so that a key nobody can
            keep up with leaves room to the other partitions.
        gap_high: records above one partition's watermark, done with or not, at which that partition is paused. Bounds
            what a restart would have to recognise again. Far above the others: behind one slow call much is finished
            that cannot be committed yet, which costs a number each, and pausing for it would have all keys wait.
        resume_fraction: of each bound, down to which intake goes on.
    """

    total_high: int = 4_000
    partition_high: int = 2_000
    gap_high: int = 20_000
    resume_fraction: float = 0.5


class Held(NamedTuple):
    """What a worker holds of a partition, in records.

    Attributes:
        in_hand: taken over and not done with.
        gap: taken over at or above the watermark, those done with among them.
    """

    in_hand: int
    gap: int


NOTHING: Final = Held(0, 0)


@dataclass(frozen=True, slots=True)
class FlowChange:
    """What to tell the consumer."""

    pause: frozenset[Partition]
    resume: frozenset[Partition]


def flow_change(
    held: Mapping[Partition, Held], paused: Collection[Partition], limits: FlowLimits, *, out: bool = False
) -> FlowChange:
    """Compare what is held with the limits.

    Args:
        held: of every owned partition.
        paused: the partitions paused now.
        limits: the bounds.
        out: whether what every command needs is missing. Then everything is paused at once: records taken over would
            only wait here, where no other worker can have them. It resumes as from any other pause.
    """
    if out:
        return FlowChange(frozenset(held) - frozenset(paused), frozenset())
    total = sum(each.in_hand for each in held.values())
    pause = {
        partition for partition, each in held.items() if partition not in paused and _fullest(total, each, limits) >= 1
    }
    resume = {
        partition
        for partition, each in held.items()
        if partition in paused and _fullest(total, each, limits) <= limits.resume_fraction
    }
    return FlowChange(frozenset(pause), frozenset(resume))


def _fullest(total: int, held: Held, limits: FlowLimits) -> float:
    """How much of its bound is used up where that is most, for one partition."""
    return max(total / limits.total_high, held.in_hand / limits.partition_high, held.gap / limits.gap_high)
