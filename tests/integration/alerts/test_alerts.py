"""Each alert fires when it should and clears afterwards, in Prometheus' own rule engine."""

import re
from pathlib import Path
from typing import Final

import pytest
import yaml

from adapters.telemetry.instruments import BACKEND_GAUGES, COUNTERS, FOLLOWER_GAUGES, GAUGES, HISTOGRAMS
from infra.objectives.alerts import ALERTS, Alert
from infra.objectives.cluster import CLUSTER_ALERTS
from infra.objectives.objectives import OBJECTIVES
from infra.objectives.rules import RUNBOOKS
from tests.architecture.tree import ROOT
from tests.integration.alerts.promtool import (
    Expected,
    Group,
    at,
    objections,
    promised,
    resting_on,
    the_program,
    write_rules,
)
from tests.integration.alerts.scenarios import GOOD_DAY, SCENARIOS

RULES: Final = ROOT / "infra" / "prometheus" / "rules.yaml"
SECTIONS: Final = ("## What it means", "## What to look at", "## What to do")
BY_NAME: Final = {alert.name: alert for alert in ALERTS}
PAGES: Final = {alert.name for alert in (*ALERTS, *CLUSTER_ALERTS)}


@pytest.fixture(scope="module")
def promtool() -> Path:
    return the_program()


@pytest.fixture(scope="module")
def groups() -> list[Group]:
    found: list[Group] = yaml.safe_load(RULES.read_text())["groups"]
    return found


def runbook(alert: Alert) -> dict[str, str]:
    return {"runbook": f"{RUNBOOKS}/{alert.name}.md"}


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_it_fires_and_clears(promtool: Path, tmp_path: Path, groups: list[Group], name: str) -> None:
    alert, scenario = BY_NAME[name], SCENARIOS[name]
    rules = write_rules(tmp_path / "rules.yaml", resting_on(groups, name))
    there = promised(alert, scenario.labels, runbook(alert))
    alerts = [at(0, alert), at(scenario.fires, alert, there), at(scenario.clears, alert)]
    assert objections(promtool, tmp_path, rules, Expected(scenario.series, alerts, scenario.step)) == ""


def test_a_fault_expected_where_there_is_none_is_noticed(promtool: Path, tmp_path: Path) -> None:
    alert = BY_NAME["PoonOutage"]
    scenario = SCENARIOS["PoonOutage"]
    expected = Expected(scenario.series, [at(scenario.fires, alert)])
    assert "FAILED" in objections(promtool, tmp_path, RULES, expected)


def test_a_worker_that_dies_before_it_is_ever_scraped_again_is_told(promtool: Path, tmp_path: Path) -> None:
    alert, labels = BY_NAME["PoonWorkerRestarts"], {"instance": "pod-1"}
    series = {
        'poon_process_start_time_seconds{area="texts",instance="pod-1"}': "100x10 _x30 200x60",
        'up{instance="pod-1"}': "1x10 0x30 1x60",
        'up{instance="no worker"}': "0x100",
    }
    there = promised(alert, labels, runbook(alert))
    alerts = [at(10, alert), at(30, alert, there), at(80, alert)]
    assert objections(promtool, tmp_path, RULES, Expected(series, alerts)) == ""


def test_nothing_fires_in_hours_without_a_fault(promtool: Path, tmp_path: Path) -> None:
    alerts = [at(minutes, alert) for alert in ALERTS for minutes in (30, 300, 600)]
    assert objections(promtool, tmp_path, RULES, Expected(GOOD_DAY, alerts)) == ""


def test_every_alert_has_a_scenario() -> None:
    assert sorted(SCENARIOS) == sorted(BY_NAME)


@pytest.mark.parametrize("name", sorted(PAGES))
def test_every_alert_has_a_page_that_says_what_to_do(name: str) -> None:
    page = (ROOT / RUNBOOKS / f"{name}.md").read_text()
    assert page.startswith(f"# {name}\n")
    assert [section for section in SECTIONS if section not in page] == []


def test_no_page_is_of_an_alert_that_does_not_exist() -> None:
    assert {path.stem for path in (ROOT / RUNBOOKS).glob("Poon*.md")} == PAGES


def test_every_metric_an_expression_names_is_exposed() -> None:
    exposed = {one.exposed for one in (*COUNTERS, *GAUGES, *BACKEND_GAUGES, *FOLLOWER_GAUGES)}
    for one in HISTOGRAMS:
        exposed |= {f"{one.exposed}_{suffix}" for suffix in ("bucket", "count", "sum")}
    named = {
        name
        for expression in (*(alert.expression for alert in ALERTS), *(objective.bad for objective in OBJECTIVES))
        for name in re.findall(r"\b(?:poon|messaging)_\w+", expression)
        if not re.search(rf"area:{name}", expression)
    }
    assert named - exposed == set()


def test_every_bound_an_objective_names_is_a_bucket() -> None:
    bounds = {bound for one in HISTOGRAMS for bound in one.buckets if one.exposed == "poon_command_end_to_end_seconds"}
    named = {float(found) for objective in OBJECTIVES for found in re.findall(r'le="([\d.]+)"', objective.bad)}
    assert named
    assert named <= bounds
