"""From the weight of the evidence for a total to the share of right answers with such evidence.

Made by ``python -m tests.eval calibrate`` from composed receipts and slips, misread on purpose: evaluate, then commit.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

TOTAL: Final = (
    (0.0, 0.0),
    (0.544, 0.839),
    (0.758, 0.903),
    (0.863, 0.981),
    (0.925, 0.988),
    (0.946, 0.99),
    (1.0, 0.99),
)


"""Weight of the evidence, share of right totals; ascending in both, straight lines between."""


def calibrated(weight: float) -> float:
    """The confidence for a weight of evidence (0..1)."""
    place = min(max(bisect_right(TOTAL, (weight, 2.0)), 1), len(TOTAL) - 1)
    (left, low), (right, high) = TOTAL[place - 1], TOTAL[place]
    return round(low + (high - low) * (weight - left) / (right - left), 3)
