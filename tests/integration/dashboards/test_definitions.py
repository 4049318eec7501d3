"""Every dashboard is complete, names only what there is, and every alert can be seen somewhere."""

import json
from collections.abc import Callable
from typing import Any, Final

import pytest

from infra.dashboards.every import DASHBOARDS
from infra.dashboards.grafana import dashboard_text
from infra.objectives.alerts import ALERTS
from infra.objectives.cluster import CLUSTER_ALERTS
from infra.tools.generate import CHART, GRAFANA
from tests.architecture.tree import ROOT
from tests.integration.dashboards.lint import problems

NAMES: Final = [dashboard.name for dashboard in DASHBOARDS]
EVERY_ALERT: Final = {alert.name for alert in (*ALERTS, *CLUSTER_ALERTS)}


def shipped(name: str) -> dict[str, Any]:
    """As it lies in the repository."""
    told: dict[str, Any] = json.loads((ROOT / GRAFANA / f"{name}.json").read_text())
    return told


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_wrong_with_it(name: str) -> None:
    assert list(problems(shipped(name))) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_chart_ships_the_same(name: str) -> None:
    assert json.loads((ROOT / CHART / f"files/dashboards/{name}.json").read_text()) == shipped(name)


def test_every_alert_can_be_seen_somewhere() -> None:
    shown = {alert for dashboard in DASHBOARDS for panel in dashboard.panels() for alert in panel.alerts}
    # Whether KEDA can read its lag, or is paused, the fleet cannot see; their pages say where to look.
    assert shown == EVERY_ALERT - {"PoonScalerErrors", "PoonScalingPaused"}


def test_a_dashboard_is_the_same_whenever_it_is_drawn() -> None:
    assert [dashboard_text(one) for one in DASHBOARDS] == [dashboard_text(one) for one in DASHBOARDS]


def first(dashboard: dict[str, Any]) -> dict[str, Any]:
    """The first panel that is no heading."""
    found: dict[str, Any] = next(panel for panel in dashboard["panels"] if panel["type"] != "row")
    return found


def asks(expression: str, legend: str = "it") -> Callable[[dict[str, Any]], object]:
    return lambda all_: first(all_)["targets"][0].update(expr=expression, legendFormat=legend)


PLANTED: Final[dict[str, tuple[Callable[[dict[str, Any]], object], str]]] = {
    "no title": (lambda all_: first(all_).update(title=""), "no title"),
    "no description": (lambda all_: first(all_).update(description="Workers"), "no description"),
    "no unit": (lambda all_: first(all_)["fieldConfig"]["defaults"].pop("unit"), "no unit"),
    "no query": (lambda all_: first(all_).update(targets=[]), "no query"),
    "a data source of one Grafana": (lambda all_: first(all_)["datasource"].update(uid="P1809F7CD"), "data source"),
    "a query of another data source": (
        lambda all_: first(all_)["targets"][0]["datasource"].update(uid="other"),
        "data source",
    ),
    "a metric there is not": (asks('poon_commands_done_total{job=~"$job"}'), "poon_commands_done_total is not exposed"),
    "a metric of others": (asks("up"), "names no series of the fleet"),
    "a matcher there is not": (asks('poon_outage{owner="nok"}'), "poon_outage has no label owner"),
    "a group there is not": (asks("sum by (backend) (poon_outage)"), "groups by backend"),
    "a legend there is not": (asks("sum by (area) (poon_outage)", "{{ground}}"), "the legend shows ground"),
    "a choice there is not": (asks('poon_outage{area=~"$zone"}'), "$zone is no choice"),
    "a recorded series there is not": (asks("area:poon_success_bad:ratio_rate7m"), "is not exposed"),
    "an id twice": (lambda all_: first(all_).update(id=all_["panels"][0]["id"]), "id 1 is there 2 times"),
    "panels that overlap": (lambda all_: first(all_)["gridPos"].update(w=23), "lies over another panel"),
    "a choice of values there are not": (
        lambda all_: all_["templating"]["list"][1].update(query="label_values(poon_started, job)"),
        "poon_started is not exposed",
    ),
    "no choice of the data source": (lambda all_: all_["templating"]["list"].pop(0), "no choice of the data source"),
}


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_mistake_is_named(what: str) -> None:
    plant, expected = PLANTED[what]
    dashboard = shipped("fleet")
    plant(dashboard)
    assert any(expected in problem for problem in problems(dashboard))
