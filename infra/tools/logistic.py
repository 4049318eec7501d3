"""Logistic regression over sparse traces: the same texts give the same weights, byte for byte."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

RATE: Final = 0.1
LEAST_TIMES: Final = 2
"""A trace of a single text says nothing of others."""

Row = tuple[np.ndarray, np.ndarray]
"""The places of a text's traces, and what each of them counts."""


class Fitted(NamedTuple):
    """A model not yet packed."""

    weights: np.ndarray
    constant: float

    def chance(self, row: Row) -> float:
        places, shares = row
        score = float((self.weights[places] * shares).sum()) + self.constant
        return float(1 / (1 + np.exp(-score)))


def fitted(
    rows: Sequence[Row], truth: np.ndarray, counted: np.ndarray, *, buckets: int, ridge: float, rounds: int
) -> Fitted:
    """Gradient descent with momentum of both orders from nothing, over all texts at once, near no weights (a ridge).

    Args:
        rows: the texts.
        truth: 1 or 0 for each.
        counted: how many times each counts.
        buckets: how many weights there are.
        ridge: how much weights cost.
        rounds: steps.
    """
    often = np.bincount(np.concatenate([places for places, _ in rows]), minlength=buckets) >= LEAST_TIMES
    kept = [often[places] for places, _ in rows]
    texts = np.repeat(np.arange(len(rows)), [int(mask.sum()) for mask in kept])
    places = np.concatenate([row[0][mask] for row, mask in zip(rows, kept, strict=True)])
    shares = np.concatenate([row[1][mask] for row, mask in zip(rows, kept, strict=True)])
    weights, mean, spread = (np.zeros(buckets + 1) for _ in range(3))
    for turn in range(1, rounds + 1):
        scores = np.bincount(texts, weights[places] * shares, minlength=len(rows)) + weights[-1]
        wrong = (1 / (1 + np.exp(-scores)) - truth) * counted
        slope = np.bincount(places, wrong[texts] * shares, minlength=buckets + 1) + ridge * weights
        slope[-1] = wrong.sum()
        mean, spread = 0.9 * mean + 0.1 * slope, 0.99 * spread + 0.01 * slope**2
        step = (mean / (1 - 0.9**turn)) / (np.sqrt(spread / (1 - 0.99**turn)) + 1e-6)
        weights = weights - RATE * step
    return Fitted(weights[:-1], float(weights[-1]))
