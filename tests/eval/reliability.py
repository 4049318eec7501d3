"""Calibration: whether of the answers given with 0.9 nine in ten are right."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

BINS = 10


class Bin(NamedTuple):
    """Answers of like confidence."""

    answers: int
    confidence: float
    right: float


def reliability(outcomes: Iterable[tuple[float, bool]]) -> list[Bin]:
    """Ten bins of equal width over 0..1, the empty ones left out."""
    groups: dict[int, list[tuple[float, bool]]] = {}
    for confidence, right in outcomes:
        groups.setdefault(min(int(confidence * BINS), BINS - 1), []).append((confidence, right))
    return [
        Bin(len(group), sum(one for one, _ in group) / len(group), sum(right for _, right in group) / len(group))
        for _, group in sorted(groups.items())
    ]


def calibration_error(outcomes: Iterable[tuple[float, bool]]) -> float:
    """The expected calibration error: the mean distance between confidence and share of right answers."""
    bins = reliability(outcomes)
    total = sum(one.answers for one in bins)
    return sum(one.answers * abs(one.confidence - one.right) for one in bins) / total if total else 0.0
