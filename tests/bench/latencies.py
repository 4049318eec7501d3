"""What latencies of many rounds say together. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from tests.bench.statistics import Spread, percentile


@dataclass(frozen=True, slots=True)
class Latencies:
    """One contender's latencies in one round, milliseconds."""

    contender: str
    number: int
    milliseconds: tuple[float, ...]
    problems: tuple[str, ...] = ()

    @property
    def p50(self) -> float:
        """Half are as fast."""
        return percentile(self.milliseconds, 0.5)

    @property
    def p99(self) -> float:
        """Of a hundred, all but one are as fast."""
        return percentile(self.milliseconds, 0.99)


@dataclass(frozen=True, slots=True)
class LatencySummary:
    """One contender over all its rounds, milliseconds.

    Attributes:
        more_p50: how much its p50 lies above the base's, median of the rounds; None without the base.
        more_p99: the same of the p99.
    """

    contender: str
    p50: Spread | None
    p99: Spread | None
    more_p50: float | None
    more_p99: float | None
    problems: tuple[str, ...]


def summarize_latencies(measured: Sequence[Latencies], base: str) -> list[LatencySummary]:
    """Sum up all rounds, contenders in the order they first appear."""
    names = dict.fromkeys(each.contender for each in measured)
    bases = {each.number: each for each in measured if each.contender == base and not each.problems}
    return [_summary(name, [each for each in measured if each.contender == name], bases) for name in names]


def _summary(name: str, mine: Sequence[Latencies], bases: dict[int, Latencies]) -> LatencySummary:
    good = [each for each in mine if not each.problems]
    pairs = [(each, bases[each.number]) for each in good if each.number in bases]
    return LatencySummary(
        contender=name,
        p50=Spread.of([each.p50 for each in good]) if good else None,
        p99=Spread.of([each.p99 for each in good]) if good else None,
        more_p50=median(each.p50 - base.p50 for each, base in pairs) if pairs else None,
        more_p99=median(each.p99 - base.p99 for each, base in pairs) if pairs else None,
        problems=tuple(f"round {each.number}: {problem}" for each in mine for problem in each.problems),
    )
