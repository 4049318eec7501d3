"""What a panel shows, from the answers to its queries."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from infra.dashboards.model import Panel
from tests.pictures.seen import Seen
from tests.pictures.words import name_of

NO_VALUE: Final = math.nan
_LIMIT: Final = "vector("


@dataclass(frozen=True, slots=True)
class Curve:
    """One series.

    Attributes:
        labels: all of them, as they came.
        values: one for each step of the time shown, `NO_VALUE` where there is none.
        is_limit: whether the query itself says its value: what may be, rather than what is.
    """

    name: str
    labels: Mapping[str, str]
    values: tuple[float, ...]
    is_limit: bool = False

    @property
    def last(self) -> float:
        """The newest value there is."""
        return next(value for value in reversed(self.values) if math.isfinite(value))

    @property
    def peak(self) -> float:
        """The highest value."""
        return max(filter(math.isfinite, self.values))

    @property
    def alone(self) -> list[int]:
        """The places of values between two gaps: they are no line, and would not be seen."""
        known = [False, *map(math.isfinite, self.values), False]
        return [
            place for place in range(len(self.values)) if known[place + 1] and not known[place] and not known[place + 2]
        ]


def curves_of(panel: Panel, seen: Seen) -> list[Curve]:
    """Those that have a value to show, query by query.

    Raises:
        OtherDefinitionsError: a query was not asked.
    """
    every = (
        Curve(
            name_of(query.legend, answer.labels),
            answer.labels,
            tuple(NO_VALUE if value is None else value for value in answer.values),
            query.expression.startswith(_LIMIT),
        )
        for query in panel.queries
        for answer in seen.of(query)
    )
    return [curve for curve in every if any(map(math.isfinite, curve.values))]
