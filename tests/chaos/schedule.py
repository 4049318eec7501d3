"""From a seed and a length to what is done when. Pure: the same seed gives the same schedule."""

import random
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from tests.chaos.faults import NATURES, Fault, FaultKind

NORMAL_SECONDS: Final = 300.0
"""A run of this length or longer has every kind at least once."""
WARM_UP: Final = 4.0
QUIET_LIGHT: Final = (4.0, 12.0)
COMPANY: Final = 0.25
"""The share of heavy faults, once each kind was there alone, that a second one joins."""

_CHOICES: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Schedule:
    """What is done to the fleet.

    Attributes:
        seconds: how long the run is.
        quiet: the least time between the end of a heavy fault and the next, seconds.
        faults: in the order of their beginnings.
    """

    seed: int
    seconds: float
    quiet: float
    faults: tuple[Fault, ...]


class Quiet(NamedTuple):
    """The time between the end of one heavy fault and the next: recovery is to be seen. Seconds."""

    least: float
    most: float


NORMAL_QUIET: Final = Quiet(8.0, 12.0)


def make_schedule(
    seed: int,
    seconds: float,
    kinds: Collection[FaultKind] = tuple(FaultKind),
    quiet: Quiet = NORMAL_QUIET,
) -> Schedule:
    """Plan a run.

    Args:
        seed: decides everything; nothing else does.
        seconds: how long the run is; every fault is planned to end within it.
        kinds: the faults to choose from.
        quiet: between heavy faults.
    """
    rng = random.Random(seed)
    heavy = [kind for kind in FaultKind if kind in kinds and NATURES[kind].heavy]
    light = [kind for kind in FaultKind if kind in kinds and not NATURES[kind].heavy]
    faults = [*_blows(rng, heavy, seconds, quiet), *_weather(rng, light, seconds)]
    return Schedule(seed, seconds, quiet.least, tuple(sorted(faults, key=lambda fault: fault.at)))


def _blows(rng: random.Random, kinds: list[FaultKind], seconds: float, quiet: Quiet) -> Iterator[Fault]:
    """Heavy faults one after the other; from the second round on some come in pairs."""
    deck = _deck(rng, kinds)
    now = WARM_UP
    for number, kind in enumerate(deck):
        blow = _fault(rng, kind, now)
        pair = [blow]
        if number >= len(kinds) and rng.random() < COMPANY:
            pair = _joined(rng, blow, next(deck))
        end = max(each.planned_end for each in pair)
        if end + quiet.least > seconds:
            return
        yield from pair
        now = end + rng.uniform(*quiet)


def _joined(rng: random.Random, blow: Fault, other: FaultKind) -> list[Fault]:
    if NATURES[other].family is blow.nature.family:
        return [blow]
    second = _fault(rng, other, blow.at + rng.uniform(0, blow.length))
    return [replace(blow, alone=False), replace(second, alone=False)]


def _weather(rng: random.Random, kinds: list[FaultKind], seconds: float) -> Iterator[Fault]:
    """Light faults, one after the other, beside the heavy ones."""
    now = WARM_UP
    for kind in _deck(rng, kinds):
        fault = _fault(rng, kind, now)
        if fault.planned_end > seconds:
            return
        yield fault
        now = fault.planned_end + rng.uniform(*QUIET_LIGHT)


def _fault(rng: random.Random, kind: FaultKind, at: float) -> Fault:
    nature = NATURES[kind]
    return Fault(kind, at, rng.uniform(nature.shortest, nature.longest), rng.randrange(_CHOICES))


def _deck(rng: random.Random, kinds: list[FaultKind]) -> Iterator[FaultKind]:
    """The kinds in a random order, again and again, each as often as the others."""
    while kinds:
        yield from rng.sample(kinds, len(kinds))
