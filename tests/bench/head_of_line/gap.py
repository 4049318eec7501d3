"""Watches from outside how far ahead of its watermark a worker is: by asking it what it tells anybody over HTTP."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Self

from adapters.http.client import HttpFleetReader
from workers.ports.errors import UnavailableError
from workers.ports.fleet import FleetView

INTERVAL: Final = 0.5
"""Seconds between two looks: one costs the worker a walk over its lanes."""


@dataclass(frozen=True, slots=True)
class Look:
    """A worker at a moment.

    Attributes:
        gap: of the partition where it is widest: records from the first one not done with to the newest taken over.
        gaps: of all partitions.
        in_flight: commands being settled.
        waiting: commands taken over and not done with, those in flight included.
        paused: partitions whose intake waits.
    """

    gap: int
    gaps: int
    in_flight: int
    waiting: int
    paused: int


@dataclass(frozen=True, slots=True)
class Gaps:
    """What a run's looks come to.

    Attributes:
        widest: the widest gap of a partition, records.
        widest_sum: of all partitions, records.
        paused: the share of the looks at which any partition was paused: the bound held the worker back.
        in_flight: median of the looks, commands.
        waiting: median of the looks, commands.
    """

    looks: int
    widest: int
    widest_sum: int
    paused: float
    in_flight: int
    waiting: int


def look_of(view: FleetView) -> Look:
    """One look, from what a fleet tells."""
    partitions = [partition for worker in view.workers for partition in worker.partitions]
    return Look(
        gap=max((each.unfinished for each in partitions), default=0),
        gaps=sum(each.unfinished for each in partitions),
        in_flight=sum(worker.in_flight for worker in view.workers),
        waiting=sum(worker.waiting for worker in view.workers),
        paused=sum(each.paused for each in partitions),
    )


def gaps_of(looks: Sequence[Look]) -> Gaps | None:
    """Sum up the looks at a worker that had something to do; None without any."""
    busy = [look for look in looks if look.in_flight]
    if not busy:
        return None
    return Gaps(
        looks=len(busy),
        widest=max(look.gap for look in busy),
        widest_sum=max(look.gaps for look in busy),
        paused=sum(1 for look in busy if look.paused) / len(busy),
        in_flight=sorted(look.in_flight for look in busy)[len(busy) // 2],
        waiting=sorted(look.waiting for look in busy)[len(busy) // 2],
    )


@dataclass(slots=True)
class GapWatch:
    """Looks at a fleet every now and then, in a thread of its own, for the length of a `with`."""

    url: str
    interval: float = INTERVAL
    looks: list[Look] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._watch, name="gap watch", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def _watch(self) -> None:
        reader = HttpFleetReader(self.url)
        while not self._over.wait(self.interval):
            try:
                self.looks.append(look_of(asyncio.run(reader.status())))
            except UnavailableError:
                continue  # it is starting, stopping, or too busy to answer in time: the next look may be luckier
