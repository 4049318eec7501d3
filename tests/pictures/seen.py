"""What a Prometheus answered the queries of all dashboards, as it is kept between asking and drawing."""

from __future__ import annotations

import gzip
import hashlib
import math
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from pydantic import BaseModel, ConfigDict

from infra.dashboards.model import Query
from tests.services.prometheus import Series

_SCRAPES_IN_A_RATE: Final = 4
_DIGITS: Final = 4
"""More are seen in no picture."""


class OtherDefinitionsError(LookupError):
    """The answers are of dashboards as they were: `make dashboard-pictures` asks anew."""


class Answer(BaseModel):
    """One series.

    Attributes:
        labels: as Prometheus gives them.
        values: one for each step of the time shown; None where there is none, or one that is no finite number.
    """

    model_config = ConfigDict(frozen=True)

    labels: Mapping[str, str]
    values: tuple[float | None, ...]


class Seen(BaseModel):
    """One run.

    Attributes:
        taken: the day of it.
        conditions: what ran, by name.
        seconds: the time shown; the first value of an answer is of its beginning, the last of its end.
        step: between two values, and between two scrapes, seconds.
        answers: by the query's expression, with Grafana's placeholders.
    """

    model_config = ConfigDict(frozen=True)

    taken: date
    conditions: Mapping[str, str]
    seconds: int
    step: int
    answers: Mapping[str, tuple[Answer, ...]]

    @classmethod
    def kept(cls, content: bytes) -> Seen:
        """What `keep` gave."""
        return cls.model_validate_json(gzip.decompress(content))

    def keep(self) -> bytes:
        """All of it, compressed."""
        return gzip.compress(self._told(), mtime=0)

    @property
    def digest(self) -> str:
        """What no other run has."""
        return hashlib.sha256(self._told()).hexdigest()

    def of(self, query: Query) -> tuple[Answer, ...]:
        """The series of a query.

        Raises:
            OtherDefinitionsError: it was not asked.
        """
        if query.expression not in self.answers:
            raise OtherDefinitionsError(query.expression)
        return self.answers[query.expression]

    def _told(self) -> bytes:
        return self.model_dump_json().encode()


def sampled(series: Iterable[Series], start: float, step: int, count: int) -> tuple[Answer, ...]:
    """Series with a value for every step: Prometheus leaves out what has none, and a line must have a gap there.

    Args:
        series: as Prometheus gave them.
        start: of the first value, seconds since 1970.
        step: between two values, seconds.
        count: of values.
    """
    return tuple(Answer(labels=labels, values=_spread(points, start, step, count)) for labels, points in series)


def _spread(points: list[tuple[float, float]], start: float, step: int, count: int) -> tuple[float | None, ...]:
    known = {
        round((time - start) / step): float(f"{value:.{_DIGITS}g}") for time, value in points if math.isfinite(value)
    }
    return tuple(known.get(number) for number in range(count))


def rate_interval(step: int) -> int:
    """`$__rate_interval` in seconds, as Grafana works it out where the step is the time between scrapes."""
    return max(2 * step, _SCRAPES_IN_A_RATE * step)
