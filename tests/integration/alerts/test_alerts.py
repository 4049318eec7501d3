"""Each alert fires when it should and clears afterwards, in Prometheus' own rule engine."""

import re
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from adapters.telemetry.instruments import BACKEND_GAUGES, COUNTERS, GAUGES, HISTOGRAMS
from infra.objectives.alerts import ALERTS, Alert
from infra.objectives.objectives import OBJECTIVES
from infra.objectives.rules import RUNBOOKS
from tests.architecture.tree import ROOT
from tests.integration.alerts.scenarios import GOOD_DAY, SCENARIOS, Scenario
from tests.services.processes import find_program
from tests.services.service import in_ci

RULES: Final = ROOT / "infra" / "prometheus" / "rules.yaml"
SECTIONS: Final = ("## What it means", "## What to look at", "## What to do")
BY_NAME: Final = {alert.name: alert for alert in ALERTS}


@pytest.fixture(scope="module")
def promtool() -> Path:
    found = find_program("promtool")
    if found is None:
        assert not in_ci(), "promtool is missing: in CI the alerts must be tested"
        pytest.skip("needs promtool (Debian: apt-get install prometheus)")
    return found


def promised(alert: Alert, labels: dict[str, str]) -> dict[str, Any]:
    """The alert as Prometheus sends it."""
    summary = re.sub(r"{{ \$labels\.(\w+) }}", lambda found: labels[found[1]], alert.summary)
    return {
        "exp_labels": {**labels, "severity": str(alert.severity)},
        "exp_annotations": {"summary": summary, "runbook": f"{RUNBOOKS}/{alert.name}.md"},
    }


def run(promtool: Path, folder: Path, series: dict[str, str], expected: list[dict[str, Any]], step: int = 1) -> str:
    """What promtool has against these expectations; empty when nothing."""
    test = {
        "rule_files": [str(RULES)],
        "evaluation_interval": f"{step}m",
        "tests": [
            {
                "interval": f"{step}m",
                "input_series": [{"series": name, "values": values} for name, values in series.items()],
                "alert_rule_test": expected,
            }
        ],
    }
    path = folder / "test.yaml"
    path.write_text(yaml.safe_dump(test, width=1000))
    done = subprocess.run([promtool, "test", "rules", path], capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def at(minutes: int, alert: Alert, *present: dict[str, Any]) -> dict[str, Any]:
    return {"eval_time": f"{minutes}m", "alertname": alert.name, "exp_alerts": list(present)}


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_it_fires_and_clears(promtool: Path, tmp_path: Path, name: str) -> None:
    alert, scenario = BY_NAME[name], SCENARIOS[name]
    there = promised(alert, scenario.labels)
    expected = [at(0, alert), at(scenario.fires, alert, there), at(scenario.clears, alert)]
    assert run(promtool, tmp_path, scenario.series, expected, scenario.step) == ""


def test_a_fault_expected_where_there_is_none_is_noticed(promtool: Path, tmp_path: Path) -> None:
    alert = BY_NAME["PoonOutage"]
    scenario: Scenario = SCENARIOS["PoonOutage"]
    assert "FAILED" in run(promtool, tmp_path, scenario.series, [at(scenario.fires, alert)])


def test_nothing_fires_in_hours_without_a_fault(promtool: Path, tmp_path: Path) -> None:
    expected = [at(minutes, alert) for alert in ALERTS for minutes in (30, 300, 600)]
    assert run(promtool, tmp_path, GOOD_DAY, expected) == ""


def test_every_alert_has_a_scenario() -> None:
    assert sorted(SCENARIOS) == sorted(BY_NAME)


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_every_alert_has_a_page_that_says_what_to_do(name: str) -> None:
    page = (ROOT / RUNBOOKS / f"{name}.md").read_text()
    assert page.startswith(f"# {name}\n")
    assert [section for section in SECTIONS if section not in page] == []


def test_no_page_is_of_an_alert_that_does_not_exist() -> None:
    assert {path.stem for path in (ROOT / RUNBOOKS).glob("Poon*.md")} == set(BY_NAME)


def test_every_metric_an_expression_names_is_exposed() -> None:
    exposed = {one.exposed for one in (*COUNTERS, *GAUGES, *BACKEND_GAUGES)}
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
