"""The stored baseline: what ours costs in floors. Pure but for reading and writing the file.

Ratios of CPU per message, each taken within a round: they hold on a slow machine and on a busy one, as rates do not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from tests.bench.measuring import WORKER, Measurement
from tests.bench.statistics import Spread

FILE: Final = Path(__file__).with_name("baseline.json")
GROUPS: Final = (WORKER, "postgresql")
"""What is guarded. The broker's share is left out: it swings with what the machine does besides."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is expected.

    Attributes:
        contender: who is guarded.
        ratios: its CPU per message by the floor's, by group of processes.
        tolerance: how much worse, as a share, is still no slowdown.
    """

    contender: str
    ratios: Mapping[str, float]
    tolerance: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """One group of processes against its baseline."""

    group: str
    expected: float
    found: Spread
    tolerance: float

    @property
    def change(self) -> float:
        """How much dearer it has become: 0.3 is 30 % more, -0.3 is 30 % less."""
        return self.found.median / self.expected - 1

    @property
    def is_slowdown(self) -> bool:
        """Whether that is more than is tolerated."""
        return self.change > self.tolerance

    @property
    def is_doubtful(self) -> bool:
        """Whether it is a slowdown by the median, and not by every single round: measuring more may tell otherwise."""
        return self.is_slowdown and self.found.low / self.expected - 1 <= self.tolerance

    @property
    def is_outdated(self) -> bool:
        """Whether it has become so much cheaper that a slowdown could hide in the baseline."""
        return 1 / (1 + self.change) - 1 > self.tolerance


def ratios(measured: Sequence[Measurement], contender: str, base: str) -> dict[str, Spread]:
    """The contender's CPU per message by the base's of the same round, by group of processes.

    Raises:
        ValueError: there is no round in which both did the job.
    """
    bases = {each.number: each.cpu_microseconds for each in measured if each.contender == base and not each.problems}
    pairs = [
        (each.cpu_microseconds, bases[each.number])
        for each in measured
        if each.contender == contender and not each.problems and each.number in bases
    ]
    if not pairs:
        raise ValueError(f"{contender} and {base} have no sound round in common")
    groups = [group for group in GROUPS if all(group in mine and group in theirs for mine, theirs in pairs)]
    return {group: Spread.of([mine[group] / theirs[group] for mine, theirs in pairs]) for group in groups}


def compare(baseline: Baseline, found: Mapping[str, Spread]) -> list[Comparison]:
    """Each group that was measured against its baseline.

    Raises:
        ValueError: a group of the baseline was not measured.
    """
    missing = sorted(set(baseline.ratios) - set(found))
    if missing:
        raise ValueError(f"the baseline knows {', '.join(missing)}, which could not be measured here")
    return [
        Comparison(group, expected, found[group], baseline.tolerance) for group, expected in baseline.ratios.items()
    ]


def is_to_be_repeated(comparisons: Sequence[Comparison]) -> bool:
    """Whether one of them is a doubtful slowdown and none a certain one, which no more rounds would take back."""
    slow = [each for each in comparisons if each.is_slowdown]
    return bool(slow) and all(each.is_doubtful for each in slow)


def slowdown_of(share: float, baseline: Baseline, floor: Measurement) -> float:
    """The CPU, microseconds a message, that makes the worker that share dearer where the floor costs what it did."""
    return share * baseline.ratios[WORKER] * floor.cpu_microseconds[WORKER]


def read(file: Path = FILE) -> Baseline:
    """The stored baseline."""
    return Baseline(**json.loads(file.read_text()))


def write(baseline: Baseline, file: Path = FILE) -> None:
    """Store a baseline; ratios to two decimals, for more would be noise."""
    rounded = {group: round(ratio, 2) for group, ratio in baseline.ratios.items()}
    file.write_text(json.dumps(asdict(baseline) | {"ratios": rounded}, indent=2) + "\n")
