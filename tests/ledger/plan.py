"""What to send: seeded good commands, duplicates and poison over many keys; a whole plan, or a stream without end."""

import random
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Final

from tests.ledger.commands import SENT_AT, CommandMaker, Kind, Planned

RECENT: Final = 2_000
"""A stream sends one of its last so many records again, as producers do that repeat what was not acknowledged."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much a plan sends."""

    texts: int
    records: int
    keys: int
    duplicates: float
    poison: float


def make_plan(seed: int, size: Size, tenant: str) -> list[Planned]:
    """The records in the order they are to be sent; the same seed gives the same plan."""
    rng = random.Random(seed)
    kinds = [Kind.TEXT] * size.texts + [Kind.RECORD] * size.records
    rng.shuffle(kinds)
    maker = CommandMaker(rng, size.keys, tenant)
    plan: list[Planned] = []
    for kind in kinds:
        plan.append(maker.planned(_disturbed(rng, kind, size)))
        if rng.random() < size.duplicates:
            plan.append(replace(rng.choice(plan), duplicate=True))
    return plan


def _disturbed(rng: random.Random, kind: Kind, size: Size) -> Kind:
    if rng.random() < size.poison:
        return Kind.POISON
    return Kind.NO_AMOUNT if kind is Kind.TEXT and rng.random() < 0.02 else kind


@dataclass(frozen=True, slots=True)
class Mix:
    """What a stream is made of.

    Attributes:
        weights: how often each kind comes, in proportion.
        keys: how many owners there are.
        duplicates: the share of records after which an earlier one comes again.
    """

    weights: Sequence[tuple[Kind, float]]
    keys: int
    duplicates: float


class CommandStream:
    """Commands without end; the same seed and the same calls give the same stream.

    Args:
        now: what the commands say of when they were sent.
    """

    def __init__(self, seed: int, mix: Mix, tenant: str, now: Callable[[], datetime] = lambda: SENT_AT) -> None:
        self._rng = random.Random(seed)
        self._maker = CommandMaker(self._rng, mix.keys, tenant, now)
        self._kinds = [kind for kind, _ in mix.weights]
        self._weights = [weight for _, weight in mix.weights]
        self._duplicates = mix.duplicates
        self._recent: deque[Planned] = deque(maxlen=RECENT)

    def take(self, count: int) -> list[Planned]:
        """The next so many records."""
        return list(islice(iter(self._next, None), count))

    def poison(self, count: int) -> list[Planned]:
        """So many records that are no commands at all."""
        return [self._remembered(self._maker.planned(Kind.POISON)) for _ in range(count)]

    def again(self, count: int) -> list[Planned]:
        """The last so many records once more, in their order."""
        latest = list(self._recent)[-count:]
        return [replace(planned, duplicate=True) for planned in latest]

    def _next(self) -> Planned:
        if self._recent and self._rng.random() < self._duplicates:
            return replace(self._rng.choice(self._recent), duplicate=True)
        (kind,) = self._rng.choices(self._kinds, self._weights)
        return self._remembered(self._maker.planned(kind))

    def _remembered(self, planned: Planned) -> Planned:
        self._recent.append(planned)
        return planned


def first_of_each(plan: Sequence[Planned]) -> Iterator[Planned]:
    """The plan without repetitions."""
    return (planned for planned in plan if not planned.duplicate)
