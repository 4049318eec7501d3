"""Back-pressure and outages: which partitions to pause and which to resume. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from workers.ports.messages import Partition


@dataclass(frozen=True, slots=True)
class FlowLimits:
    """When to pause and when to resume; the gap between them is the hysteresis.

    A pause throws the client's prefetched records away, so it has to be worth its while.

    Attributes:
        total_high: unfinished records over all partitions at which every partition is paused.
        partition_high: unfinished records above one partition's watermark at which that partition is paused. Bounds
            what a restart would have to recognise again.
        resume_fraction: of the bound, below which intake goes on.
    """

    total_high: int = 4_000
    partition_high: int = 2_000
    resume_fraction: float = 0.5


@dataclass(frozen=True, slots=True)
class FlowChange:
    """What to tell the consumer."""

    pause: frozenset[Partition]
    resume: frozenset[Partition]


def flow_change(
    unfinished: Mapping[Partition, int], paused: Collection[Partition], limits: FlowLimits, *, out: bool = False
) -> FlowChange:
    """Compare what is unfinished with the limits.

    Args:
        unfinished: records above the watermark of every owned partition.
        paused: the partitions paused now.
        limits: the bounds.
        out: whether what every command needs is missing. Then everything is paused at once: records taken over would
            only wait here, where no other worker can have them. It resumes as from any other pause.
    """
    if out:
        return FlowChange(frozenset(unfinished) - frozenset(paused), frozenset())
    total = sum(unfinished.values())
    total_low = limits.total_high * limits.resume_fraction
    partition_low = limits.partition_high * limits.resume_fraction
    pause = {
        partition
        for partition, count in unfinished.items()
        if partition not in paused and (total >= limits.total_high or count >= limits.partition_high)
    }
    resume = {
        partition
        for partition, count in unfinished.items()
        if partition in paused and total <= total_low and count <= partition_low
    }
    return FlowChange(frozenset(pause), frozenset(resume))
