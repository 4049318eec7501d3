"""Statistics that one odd value does not sway, in plain Python: an owner has thousands of entries, not millions.

Sources: P. Rousseeuw and C. Croux, "Alternatives to the Median Absolute Deviation" (1993), for the 1.4826; H. Theil
(1950) and P. Sen (1968) for the slope; H. Mann (1945) and M. Kendall (1975) for its significance; H. Mann and
D. Whitney (1947) for the rank sum; L. Kish, "Survey Sampling" (1965), for the effective size of a weighted sample;
T. Sellke, M. Bayarri and J. Berger, "Calibration of p Values for Testing Precise Null Hypotheses" (2001), for what a
p-value is worth.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import NormalDist, median
from typing import Final

MAD_TO_SIGMA: Final = 1.4826
"""What makes the median absolute deviation of normal values their standard deviation."""

_NORMAL: Final = NormalDist()


def spread(values: Sequence[float]) -> float:
    """The scaled median absolute deviation."""
    middle = median(values)
    return MAD_TO_SIGMA * median(abs(value - middle) for value in values)


def upper_tail(z: float) -> float:
    """How often chance alone reaches z standard deviations or more."""
    return 1 - _NORMAL.cdf(z)


def both_tails(z: float) -> float:
    """How often chance alone is as far from nothing as z, either way."""
    return min(1.0, 2 * upper_tail(abs(z)))


def false_alarm(chance: float) -> float:
    """How likely it is that there is nothing, given how often chance alone would look like it.

    Far more than `chance`: of what chance shows in one case of twenty, three in ten are nothing. The bound of Sellke,
    Bayarri and Berger, where something and nothing are as likely beforehand.
    """
    if chance <= 0:
        return 0.0
    odds = -math.e * chance * math.log(chance) if chance < 1 / math.e else 1.0
    return odds / (1 + odds)


def confidence(chance: float, sample: float, prior: float) -> float:
    """How sure a finding is: not chance, and not few.

    Args:
        chance: how often chance alone would look like it, at most 1 (already multiplied by how many places were looked
            at).
        sample: how many independent observations there are.
        prior: how many of them count for half.
    """
    return shrunk(1 - false_alarm(chance), sample, prior) if chance < 1 else 0.0


def shrunk(sure: float, sample: float, prior: float) -> float:
    """Something likely, less so for a small sample; `prior` is the sample that counts for half."""
    return sure * sample / (sample + prior)


def theil_sen(values: Sequence[float]) -> float:
    """The median of the slopes between all pairs, for one step."""
    size = len(values)
    return median((values[j] - values[i]) / (j - i) for i in range(size) for j in range(i + 1, size))


def mann_kendall(values: Sequence[float]) -> float:
    """How significant it is that values rise (or fall, below 0): a z-score, corrected for ties and continuity."""
    size = len(values)
    rises = sum(_sign(values[j] - values[i]) for i in range(size) for j in range(i + 1, size))
    ties = sum(count * (count - 1) * (2 * count + 5) for count in Counter(values).values())
    variance = (size * (size - 1) * (2 * size + 5) - ties) / 18
    if variance <= 0 or rises == 0:
        return 0.0
    return (rises - _sign(rises)) / math.sqrt(variance)


def rank_sum(sample: Sequence[float], rest: Sequence[float]) -> float:
    """How significant it is that the sample is larger than the rest: a z-score, corrected for ties and continuity."""
    pooled = sorted((*sample, *rest))
    mine, others = len(sample), len(rest)
    size = mine + others
    ranks = sum((bisect_left(pooled, value) + bisect_right(pooled, value) + 1) / 2 for value in sample)
    beyond = ranks - mine * (size + 1) / 2
    ties = sum(count**3 - count for count in Counter(pooled).values())
    variance = mine * others / 12 * (size + 1 - ties / (size * (size - 1)))
    if variance <= 0:
        return 0.0
    return max(0.0, abs(beyond) - 0.5) * _sign(beyond) / math.sqrt(variance)


def effective_size(amounts: Iterable[float]) -> float:
    """How many equal amounts tell as much as these: one large purchase among small ones is hardly more than one."""
    total = squares = 0.0
    for amount in amounts:
        total += amount
        squares += amount * amount
    return total * total / squares if squares else 0.0


def surely_above(share: float, threshold: float, size: float) -> float:
    """How often chance would show such a share of so many, were it no more than the threshold."""
    return upper_tail((share - threshold) / math.sqrt(threshold * (1 - threshold) / size)) if size else 1.0


def quantile(ordered: Sequence[float], part: float) -> float:
    """A quantile of sorted values with the rank (n + 1) * part, as conformal prediction wants it."""
    rank = part * (len(ordered) + 1) - 1
    low = min(max(0, math.floor(rank)), len(ordered) - 1)
    high = min(low + 1, len(ordered) - 1)
    within = min(max(rank - low, 0.0), 1.0)
    return ordered[low] + within * (ordered[high] - ordered[low])


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)
