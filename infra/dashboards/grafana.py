"""The definitions as Grafana's JSON, by its own SDK."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Final

from grafana_foundation_sdk.builders.common import ReduceDataOptions, VizLegendOptions
from grafana_foundation_sdk.builders.dashboard import Dashboard as DashboardBuilder
from grafana_foundation_sdk.builders.dashboard import DashboardLink, DatasourceVariable, QueryVariable
from grafana_foundation_sdk.builders.dashboard import Row as RowBuilder
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.builders.stat import Panel as Stat
from grafana_foundation_sdk.builders.table import Panel as Table
from grafana_foundation_sdk.builders.timeseries import Panel as Timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import LegendDisplayMode, LegendPlacement
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DashboardLinkType,
    DataSourceRef,
    GridPos,
    VariableOption,
    VariableRefresh,
    VariableSort,
)
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from infra.dashboards.every import DASHBOARDS
from infra.dashboards.layout import placed
from infra.dashboards.model import Dashboard, Kind, Panel, Query, Row, Unit, Variable

_TAG: Final = "poon-workers"
_SOURCE: Final = DataSourceRef(type_val="prometheus", uid="${datasource}")
_LETTERS: Final = "ABCDEFGHIJ"

Drawn = Stat | Table | Timeseries


def dashboard_text(dashboard: Dashboard, indent: int | None = 1) -> str:
    """The JSON of a dashboard; without an indent all of it in one line."""
    separators = None if indent else (",", ":")
    built = _built(dashboard).build()
    return json.dumps(built, cls=JSONEncoder, indent=indent, separators=separators, sort_keys=True) + "\n"


def _built(dashboard: Dashboard) -> DashboardBuilder:
    built = (
        DashboardBuilder(dashboard.title)
        .uid(dashboard.uid)
        .description(dashboard.description)
        .tags([_TAG])
        .readonly()
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .refresh("30s")
        .time("now-1h", "now")
        .timezone("browser")
        .with_variable(DatasourceVariable("datasource").label("Prometheus").type("prometheus"))
    )
    for variable in dashboard.variables:
        built = built.with_variable(_variable(variable))
    for other in DASHBOARDS:
        if other is not dashboard:
            built = built.link(_link(other))
    for number, (one, place) in enumerate(placed(dashboard), start=1):
        where = GridPos(h=place.height, w=place.width, x=place.left, y=place.top)
        if isinstance(one, Row):
            built = built.with_row(RowBuilder(one.title).id(number).grid_pos(where))
        else:
            built = built.with_panel(_panel(one, number).grid_pos(where))
    return built


def _variable(variable: Variable) -> QueryVariable:
    return (
        QueryVariable(variable.label)
        .label(variable.title)
        .datasource(_SOURCE)
        .query(f"label_values({variable.of}, {variable.label})")
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
        .multi(multi=True)
        .include_all(include_all=True)
        # Also what has no such label.
        .all_value(".*")
        .current(VariableOption(selected=True, text="All", value="$__all"))
    )


def _link(other: Dashboard) -> DashboardLink:
    return (
        DashboardLink(other.title)
        .type(DashboardLinkType.LINK)
        .url(f"/d/{other.uid}")
        .keep_time(keep_time=True)
        .include_vars(include_vars=True)
    )


def description_of(panel: Panel) -> str:
    """What its tooltip says."""
    parts = [panel.description]
    if panel.may_be_empty:
        parts.append(f"Empty while {panel.may_be_empty}.")
    if panel.alerts:
        parts.append(f"Alerts: {', '.join(panel.alerts)} (docs/runbooks).")
    return " ".join(parts)


def _panel(panel: Panel, number: int) -> Drawn:
    drawn = _KINDS[panel.kind]()
    drawn = (
        drawn.id(number).title(panel.title).description(description_of(panel)).datasource(_SOURCE).unit(str(panel.unit))
    )
    if panel.may_be_empty:
        drawn = drawn.no_value("none")
    if panel.unit is Unit.YES_OR_NO:
        drawn = drawn.decimals(0)
    for query, letter in zip(panel.queries, _LETTERS, strict=False):
        drawn = drawn.with_target(_target(query, letter, panel.kind))
    return drawn


def _lines() -> Timeseries:
    legend = (
        VizLegendOptions()
        .display_mode(LegendDisplayMode.LIST)
        .placement(LegendPlacement.BOTTOM)
        .show_legend(show_legend=True)
    )
    return Timeseries().legend(legend).min(0).fill_opacity(5)


def _number() -> Stat:
    return Stat().reduce_options(ReduceDataOptions().calcs(["lastNotNull"]))


_KINDS: Final[Mapping[Kind, Callable[[], Drawn]]] = {Kind.LINES: _lines, Kind.NUMBER: _number, Kind.TABLE: Table}


def _target(query: Query, letter: str, kind: Kind) -> Dataquery:
    target = Dataquery().ref_id(letter).expr(query.expression).legend_format(query.legend).datasource(_SOURCE)
    if kind is Kind.TABLE:
        return target.instant().format(PromQueryFormat.TABLE)
    # A point of a histogram leads to the trace of a command that fell there.
    return target.range().exemplar("_bucket{" in query.expression)
