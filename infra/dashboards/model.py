"""Dashboards, rows, panels and queries, whatever draws them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

JOB: Final = 'job=~"$job"'
AREA: Final = f'{JOB},area=~"$area"'
WORKER: Final = f'{AREA},instance=~"$instance"'
SHORT: Final = "$__rate_interval"
"""As short as rates can be, Grafana works it out from the time between scrapes."""


class Kind(StrEnum):
    """How a panel is drawn."""

    LINES = "lines"
    NUMBER = "number"
    TABLE = "table"


class Unit(StrEnum):
    """Of a panel's values, by Grafana's names."""

    SECONDS = "s"
    PER_SECOND = "ops"
    COUNT = "short"
    SHARE = "percentunit"
    YES_OR_NO = "bool_yes_no"


@dataclass(frozen=True, slots=True)
class Query:
    """PromQL, and what its series are called.

    Attributes:
        legend: with `{{label}}` for a label's value.
    """

    expression: str
    legend: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One question, answered.

    Attributes:
        description: what is seen, and what to make of it.
        may_be_empty: in which case there is no series; empty where there always is one.
        alerts: those whose cause or effect is seen here.
    """

    title: str
    description: str
    unit: Unit
    queries: tuple[Query, ...]
    kind: Kind = Kind.LINES
    may_be_empty: str = ""
    alerts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """Panels under one heading."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Variable:
    """A choice above the panels.

    Attributes:
        label: whose values are the choices.
        of: the series they are taken from, earlier choices included.
    """

    label: str
    of: str
    title: str


@dataclass(frozen=True, slots=True)
class Dashboard:
    """One page of panels.

    Attributes:
        name: of its file; `poon-NAME` is its uid.
    """

    name: str
    title: str
    description: str
    variables: tuple[Variable, ...]
    rows: tuple[Row, ...]

    @property
    def uid(self) -> str:
        """What links name it by."""
        return f"poon-{self.name}"

    @property
    def subject(self) -> str:
        """Its title without the fleet's name."""
        return self.title.partition(": ")[2]

    def panels(self) -> Iterator[Panel]:
        """All of them, from above."""
        for row in self.rows:
            yield from row.panels


JOBS: Final = Variable("job", "poon_worker_started", "Release")
AREAS: Final = Variable("area", f"poon_worker_started{{{JOB}}}", "Area")
INSTANCES: Final = Variable("instance", f"poon_worker_started{{{AREA}}}", "Worker")


def quantiles(metric: str, matchers: str, by: str = "", legend: str = "") -> tuple[Query, ...]:
    """The half, 95 of 100 and 99 of 100 of a histogram, for each value of a label."""
    labels = f"{by}, le" if by else "le"
    name = f"{legend} " if legend else ""
    return tuple(
        Query(
            f"histogram_quantile({share}, sum by ({labels}) (rate({metric}_bucket{{{matchers}}}[{SHORT}])))",
            f"{name}p{percent}",
        )
        for share, percent in ((0.5, 50), (0.95, 95), (0.99, 99))
    )


def percentile(metric: str, matchers: str, by: str, legend: str) -> Query:
    """95 of 100 are quicker."""
    return Query(f"histogram_quantile(0.95, sum by ({by}, le) (rate({metric}_bucket{{{matchers}}}[{SHORT}])))", legend)


def rate(metric: str, matchers: str, by: str, legend: str) -> Query:
    """How often a second, by some labels."""
    return Query(f"sum by ({by}) (rate({metric}{{{matchers}}}[{SHORT}]))", legend)


def total(metric: str, matchers: str, by: str, legend: str) -> Query:
    """How often within the time shown."""
    return Query(f"sum by ({by}) (increase({metric}{{{matchers}}}[$__range]))", legend)
