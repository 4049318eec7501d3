"""How far confidences can be believed."""

from collections.abc import Sequence

BINS = 10

Judged = tuple[float, bool]
"""A confidence and whether the answer was right."""


def binned(judged: Sequence[Judged]) -> list[list[Judged]]:
    """The answers by confidence, in ten bins of equal width."""
    bins: list[list[Judged]] = [[] for _ in range(BINS)]
    for confidence, right in judged:
        bins[min(BINS - 1, int(confidence * BINS))].append((confidence, right))
    return bins


def calibration_error(judged: Sequence[Judged]) -> float:
    """The expected calibration error (ECE): how far confidence and share of right answers are apart, on average."""
    return sum(abs(sum(c for c, _ in some) - sum(r for _, r in some)) for some in binned(judged)) / (len(judged) or 1)
