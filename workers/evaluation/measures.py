"""The measures: shares with an interval, calibration, thresholds, quantiles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

BINS: Final = 10
Z95: Final = 1.959964
"""Standard deviations on either side of the mean within which 95 % of a normal distribution lie."""

Answered = tuple[float, bool]
"""A confidence and whether the answer was right."""


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many.

    Attributes:
        count: those that are so.
        of: all.
    """

    count: int
    of: int

    @classmethod
    def of_flags(cls, flags: Sequence[bool]) -> Share:
        """How many of them are true."""
        return cls(sum(flags), len(flags))

    @property
    def value(self) -> float | None:
        """0..1; None of none."""
        return self.count / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where the true share is with 95 % confidence, 0..1 each; None of none.

        Wilson's score interval (Wilson 1927, JASA 22:209): right also for few and for shares near 0 and 1.
        """
        if self.value is None:
            return None
        spread = Z95**2 / self.of
        middle = self.value + spread / 2
        half = Z95 * math.sqrt(self.value * (1 - self.value) / self.of + spread / (4 * self.of))
        low, high = (middle - half) / (1 + spread), (middle + half) / (1 + spread)
        # Rounding must not leave the ends open where all are so, or none.
        return (0.0 if self.count == 0 else low, 1.0 if self.count == self.of else high)


@dataclass(frozen=True, slots=True)
class Bin:
    """The answers whose confidence is between two bounds.

    Attributes:
        low: the lower bound, within.
        high: the upper bound, outside but for 1.
        said: their mean confidence; None without answers.
        right: how many of them were right.
    """

    low: float
    high: float
    said: float | None
    right: Share


@dataclass(frozen=True, slots=True)
class Accepted:
    """What taking answers from some confidence on would mean.

    Attributes:
        threshold: the least confidence taken.
        taken: of all cases, those whose answer is taken.
        wrong: of the answers taken, the wrong ones.
    """

    threshold: float
    taken: Share
    wrong: Share


def binned(answers: Sequence[Answered]) -> list[list[Answered]]:
    """The answers by confidence, in ten bins of equal width."""
    bins: list[list[Answered]] = [[] for _ in range(BINS)]
    for confidence, right in answers:
        bins[min(BINS - 1, int(confidence * BINS))].append((confidence, right))
    return bins


def calibration_error(answers: Sequence[Answered]) -> float:
    """The expected calibration error (ECE): how far confidence and share of right answers are apart, on average."""
    return sum(abs(sum(c for c, _ in some) - sum(r for _, r in some)) for some in binned(answers)) / (len(answers) or 1)


def reliability(answers: Sequence[Answered]) -> list[Bin]:
    """The ten bins of a reliability diagram, the lowest first."""
    return [
        Bin(
            number / BINS,
            (number + 1) / BINS,
            sum(confidence for confidence, _ in some) / len(some) if some else None,
            Share.of_flags([right for _, right in some]),
        )
        for number, some in enumerate(binned(answers))
    ]


def accepted(answers: Sequence[Answered], cases: int, threshold: float) -> Accepted:
    """What would be taken at a threshold.

    Args:
        answers: of the cases that were answered.
        cases: all there are.
        threshold: the least confidence, 0..1.
    """
    taken = [right for confidence, right in answers if confidence >= threshold]
    return Accepted(threshold, Share(len(taken), cases), Share(len(taken) - sum(taken), len(taken)))


def quantile(values: Sequence[float], share: float) -> float | None:
    """The least value that so great a share of the values do not exceed (nearest rank); None of none."""
    if not values:
        return None
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
