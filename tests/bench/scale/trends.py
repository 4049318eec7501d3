"""Whether something grows while it runs: robust lines through samples. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median
from typing import Final, NamedTuple

WARM: Final = 0.2
"""The share of a run after which caches, pools and heaps have their size."""
_MOST_POINTS: Final = 200
"""A line needs no more, and their pairs are many."""


class Point(NamedTuple):
    """A sample: how far the run was, and what was found."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Limit:
    """What may not grow.

    Attributes:
        what: in words, for the sentence about it.
        unit: of the samples.
        allowed: how much it may grow from after warming up to the end and still count as steady.
    """

    what: str
    unit: str
    allowed: float


@dataclass(frozen=True, slots=True)
class Trend:
    """How one thing went.

    Attributes:
        first: the median of the first tenth after warming up.
        last: the median of the last tenth.
        highest: of the whole run, warming up included.
        growth: what the line through the samples after warming up rises from their first to their last.
    """

    limit: Limit
    first: float
    last: float
    highest: float
    growth: float

    @property
    def grows(self) -> bool:
        """Whether that is more than allowed."""
        return self.growth > self.limit.allowed

    @property
    def sentence(self) -> str:
        """What went wrong, if it did."""
        unit = f" {self.limit.unit}" if self.limit.unit else ""
        return f"{self.limit.what} grew by {self.growth:.1f}{unit}, {self.limit.allowed:g} are allowed"


def slope(points: Sequence[Point]) -> float:
    """The slope of a line that single outliers do not move (Theil-Sen: the median over all pairs); 0 for one point."""
    slopes = [(b.y - a.y) / (b.x - a.x) for a, b in combinations(thinned(points, _MOST_POINTS), 2) if b.x != a.x]
    return median(slopes) if slopes else 0.0


def after_warming_up(points: Sequence[Point], warm: float = WARM) -> Sequence[Point]:
    """The samples after the first share of the run, which begins at 0."""
    start = points[-1].x * warm
    return [point for point in points if point.x >= start]


def trend(limit: Limit, points: Sequence[Point], warm: float = WARM) -> Trend:
    """How at least one sample's worth of something went."""
    steady = after_warming_up(points, warm)
    tenth = max(1, len(steady) // 10)
    return Trend(
        limit,
        first=median(point.y for point in steady[:tenth]),
        last=median(point.y for point in steady[-tenth:]),
        highest=max(point.y for point in points),
        growth=slope(steady) * (steady[-1].x - steady[0].x),
    )


def thinned(points: Sequence[Point], most: int) -> Sequence[Point]:
    """At most that many of the points, evenly spread, the first and the last among them."""
    if len(points) <= most:
        return points
    step = (len(points) - 1) / (most - 1)
    return [points[round(number * step)] for number in range(most)]
