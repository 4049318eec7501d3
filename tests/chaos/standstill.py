"""Times in which the machine itself stood still, as a virtual machine does that is suspended or moved.

Nobody worked then, the one who measures included, and no worker is to blame. What is measured across such a time is
told apart: its length is taken from waits, and recoveries around it are not judged.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, NamedTuple

TICK: Final = 0.5
LEAST: Final = 5.0
"""Seconds without a tick from which on the machine stood still; a busy one is late by a second or two at most."""
AFTERMATH: Final = 30.0
"""Seconds the fleet is given afterwards: all sessions have ended at once, clients and brokers alike."""


class Standstill(NamedTuple):
    """The last tick before it and the first one after it."""

    began: float
    ended: float

    @property
    def length(self) -> float:
        return self.ended - self.began


class Standstills:
    """Notices them: fed with the time of every tick.

    Attributes:
        found: so far, in order.
    """

    def __init__(self, now: float) -> None:
        self.found: list[Standstill] = []
        self._last = now

    def tick(self, now: float) -> None:
        if now - self._last >= LEAST:
            self.found.append(Standstill(self._last, now))
        self._last = now


@contextmanager
def noticing(monotonic: Callable[[], float]) -> Iterator[Standstills]:
    """Notice the machine's standstills, from a thread that does nothing else."""
    noticed = Standstills(monotonic())
    over = threading.Event()

    def watch() -> None:
        while not over.wait(TICK):
            noticed.tick(monotonic())

    thread = threading.Thread(target=watch, name="standstills")
    thread.start()
    try:
        yield noticed
    finally:
        over.set()
        thread.join()


def stood_still(standstills: Sequence[Standstill], start: float, end: float) -> float:
    """How much of a time the machine stood still, seconds."""
    return sum(max(0.0, min(end, each.ended) - max(start, each.began)) for each in standstills)


def is_disturbed(standstills: Sequence[Standstill], start: float, end: float) -> bool:
    """Whether a standstill or its aftermath reaches into a time."""
    return any(each.began < end and start < each.ended + AFTERMATH for each in standstills)
