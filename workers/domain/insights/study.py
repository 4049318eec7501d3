"""What the detectors look at: a history, its bills, and the rest."""

from __future__ import annotations

from dataclasses import dataclass

from workers.domain.insights.history import History
from workers.domain.insights.recurring import Series, find_series


@dataclass(frozen=True, slots=True)
class Study:
    """An owner's entries of one currency, prepared.

    Attributes:
        history: all of them.
        series: payments that come back.
        rest: the entries without those; None when nothing is left. A rent is no spike, and makes no weekday dear.
    """

    history: History
    series: tuple[Series, ...]
    rest: History | None


def study(history: History) -> Study:
    """Prepare a history."""
    series = find_series(history.by_merchant)
    paid = frozenset(entry.id for one in series for entry in one.payments)
    return Study(history, series, history.without(paid))
