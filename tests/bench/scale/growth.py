"""The growth experiment: what a message costs while there is more and more of one thing.

A contender is started once a series and warmed up, then it is given portion after portion. Every second round goes the
other way round, so that what grows with the filling tables is not taken for what grows with the thing itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from tests.bench.contenders import Contender
from tests.bench.ground import Ground
from tests.bench.job import MOST_PADDING, Job
from tests.bench.scale.levels import Step
from tests.bench.scale.spool import Portion, spool
from tests.bench.scale.warm import warm
from tests.bench.throughput import NotDoneError

PARTITIONS: Final = 12
WARM_SEED: Final = 999_983
"""Nothing that is measured has it: a command comes once."""


class Dimension(StrEnum):
    """What grows."""

    BACKLOG = "backlog"
    KEYS = "keys"
    PARTITIONS = "partitions"
    SIZE = "size"


@dataclass(frozen=True, slots=True)
class Growing:
    """How a thing grows, and how it is judged.

    Attributes:
        unit: what the sizes count.
        sizes: unless others are asked for.
        flat: whether becoming cheaper counts as well.
    """

    unit: str
    sizes: Sequence[int]
    flat: bool = False


GROWING: Final[Mapping[Dimension, Growing]] = {
    Dimension.BACKLOG: Growing("commands waiting", (1_000, 10_000, 100_000, 1_000_000), flat=True),
    Dimension.KEYS: Growing("owners", (10, 100, 1_000, 10_000, 100_000)),
    Dimension.PARTITIONS: Growing("partitions of each topic", (1, 4, 12, 48, 96)),
    Dimension.SIZE: Growing("bytes added to each command", (0, 1_024, 4_096, MOST_PADDING)),
}


@dataclass(frozen=True, slots=True)
class GrowthOptions:
    """What to let grow.

    Attributes:
        messages: of each portion, where it is not the backlog that grows; and the least of one size in one round.
        warm: commands a contender handles before anything is measured.
    """

    dimension: Dimension
    sizes: Sequence[int]
    messages: int = 20_000
    rounds: int = 3
    warm: int = 5_000


@dataclass(frozen=True, slots=True)
class Series:
    """What one process of a contender is given: jobs with the size each stands for."""

    partitions: int
    jobs: Sequence[tuple[int, Job]]


def series_of(options: GrowthOptions) -> list[Series]:
    """All series of a round, sizes ascending. Every job has a seed of its own, so no command comes twice.

    A small backlog is given several times, or a round would know it from one or two batches.
    """
    sizes, messages = options.sizes, options.messages
    match options.dimension:
        case Dimension.BACKLOG:
            wanted = [size for size in sizes for _ in range(max(1, messages // size))]
            return [Series(PARTITIONS, [(size, Job(size, seed=seed)) for seed, size in enumerate(wanted, 1)])]
        case Dimension.KEYS:
            return [Series(PARTITIONS, [(size, Job(messages, size, seed=seed)) for seed, size in enumerate(sizes, 1)])]
        case Dimension.SIZE:
            jobs = [(size, Job(messages, padding=size, seed=seed)) for seed, size in enumerate(sizes, 1)]
            return [Series(PARTITIONS, jobs)]
        case Dimension.PARTITIONS:
            return [Series(size, [(size, Job(messages))]) for size in sizes]


class Growth:
    """Gives contenders their series in turns; what went wrong is in `problems`."""

    def __init__(self, ground: Ground, options: GrowthOptions, folder: Path, tell: Callable[[str], None]) -> None:
        self._ground = ground
        self._options = options
        self._folder = folder
        self._tell = tell
        self._spooled: dict[Job, Portion] = {}
        self.problems: list[str] = []

    def rounds(self, contenders: Sequence[Contender]) -> Iterator[Step]:
        """Every contender in every round; who goes first changes, and so does where the sizes begin."""
        ascending = series_of(self._options)
        folder = self._folder / "commands"
        folder.mkdir(parents=True)
        for each in ascending:
            self._prepare(each, folder)
        for number in range(1, self._options.rounds + 1):
            shift = (number - 1) % len(contenders)
            for series in ascending if number % 2 else reversed(ascending):
                for contender in (*contenders[shift:], *contenders[:shift]):
                    yield from self._series(contender, series, number)

    def _prepare(self, series: Series, folder: Path) -> None:
        for job in (Job(self._options.warm, seed=WARM_SEED), *(job for _, job in series.jobs)):
            if job not in self._spooled:
                self._tell(f"making {job.messages} commands")
                self._spooled[job] = spool(job, folder / str(len(self._spooled)))

    def _series(self, contender: Contender, series: Series, number: int) -> Iterator[Step]:
        """One process' portions; one that gets stuck costs its series, not the run."""
        place = self._folder / f"{contender.name}-{series.partitions}-{number}"
        with warm(self._ground, contender, series.partitions, place) as (worker, process):
            try:
                worker.feed(process, self._spooled[Job(self._options.warm, seed=WARM_SEED)], number)
                for value, job in series.jobs if number % 2 else reversed(series.jobs):
                    self._tell(f"round {number} of {self._options.rounds}: {contender.name}, {self._named(value)}")
                    yield Step(value, worker.feed(process, self._spooled[job], number))
                problems = worker.problems()
            except NotDoneError as error:
                problems = (str(error),)
        self.problems += [f"{contender.name}, round {number}: {problem}" for problem in problems]

    def _named(self, value: int) -> str:
        return f"{value:,} {GROWING[self._options.dimension].unit}"
