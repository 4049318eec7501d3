"""What a soak sends, and whether anything grew. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tests.bench.scale.trends import Limit, Point, Trend, trend
from tests.bench.scale.usage import Usage
from tests.ledger.commands import Kind
from tests.ledger.plan import Mix

AREAS: Final = ("texts", "spending")
TENANT: Final = "soak"
MIX: Final = Mix(
    weights=(
        (Kind.TEXT, 70.0),
        (Kind.NO_AMOUNT, 2.0),
        (Kind.RECORD, 14.0),
        (Kind.CORRECTION, 13.7),
        (Kind.POISON, 0.3),
    ),
    keys=1_000,
    duplicates=0.01,
)
"""Of everything the real backends answer: what only misbehaving ones bring about is the chaos suite's."""
_LOOKS: Final = 240
_LONGEST_PAUSE: Final = 15.0
_SHORTEST_PAUSE: Final = 1.0


@dataclass(frozen=True, slots=True)
class SoakOptions:
    """How to soak.

    Attributes:
        rate: commands a second.
        memory_mib: how much each worker's memory may grow after warming up.
        most_mib: what each worker may hold at any moment.
    """

    minutes: float = 60.0
    rate: float = 200.0
    workers: int = 2
    seed: int = 1
    memory_mib: float = 10.0
    most_mib: float = 300.0

    @property
    def seconds(self) -> float:
        """How long."""
        return self.minutes * 60

    @property
    def every(self) -> float:
        """Seconds between two looks."""
        return min(_LONGEST_PAUSE, max(_SHORTEST_PAUSE, self.seconds / _LOOKS))


@dataclass(frozen=True, slots=True)
class SoakSample:
    """The fleet at a moment.

    Attributes:
        seconds: since the traffic began.
        connections: of all workers to the database.
        lag: records of all partitions after the committed offsets.
    """

    seconds: float
    workers: Sequence[Usage]
    connections: int
    lag: int


def trends_of(samples: Sequence[SoakSample], options: SoakOptions) -> list[Trend]:
    """How everything went that may not grow, worker by worker."""
    found: list[Trend] = []
    for number in range(len(samples[0].workers)):
        name, held = f"worker {number + 1}", [sample.workers[number] for sample in samples]
        memory = Limit(f"{name}: resident memory", "MiB", options.memory_mib)
        found += [
            trend(memory, _points(samples, [each.rss_mib for each in held])),
            trend(Limit(f"{name}: open descriptors", "", 5), _points(samples, [each.descriptors for each in held])),
            trend(Limit(f"{name}: threads", "", 1), _points(samples, [each.threads for each in held])),
        ]
    connections = _points(samples, [sample.connections for sample in samples])
    lag = _points(samples, [sample.lag for sample in samples])
    return [
        *found,
        trend(Limit("database connections", "", 2), connections),
        trend(Limit("lag", "records", options.rate), lag),
    ]


def faults(samples: Sequence[SoakSample], options: SoakOptions) -> list[str]:
    """What grew or is too much, a sentence each."""
    grown = [each.sentence for each in trends_of(samples, options) if each.grows]
    highest = max(held.rss_mib for sample in samples for held in sample.workers)
    too_much = [f"a worker held {highest:.0f} MiB, {options.most_mib:g} are allowed"]
    return grown + (too_much if highest > options.most_mib else [])


def _points(samples: Sequence[SoakSample], values: Sequence[float]) -> list[Point]:
    return [Point(sample.seconds, value) for sample, value in zip(samples, values, strict=True)]
