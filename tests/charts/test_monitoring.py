"""The rules the chart renders fire and clear in Prometheus' own engine, for its own release and for no other."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from infra.objectives.alerts import ALERTS, Alert
from infra.objectives.cluster import CLUSTER_ALERTS, scoped
from tests.charts.rendering import Manifest, example, merged, named, of_kind, render, rendered
from tests.charts.tools import keda
from tests.integration.alerts.cluster_scenarios import CLUSTER_SCENARIOS, QUIET
from tests.integration.alerts.promtool import (
    Expected,
    Group,
    at,
    objections,
    promised,
    refused,
    resting_on,
    the_program,
    write_rules,
)
from tests.integration.alerts.scenarios import SCENARIOS, Scenario

PAGES: Final = "https://git.example.org/poon-workers/docs/runbooks"
BY_NAME: Final = {alert.name: alert for alert in (*ALERTS, *CLUSTER_ALERTS)}

OF_THE_FLEET: Final = ("PoonSuccessBudgetGone", "PoonGroupStalled", "PoonOutage", "PoonModelServerDown")
"""By what is recorded, by several series, by gauges; all others are made narrower in the same way."""


@pytest.fixture(scope="module")
def promtool() -> Path:
    return the_program()


def groups(manifests: list[Manifest]) -> list[Group]:
    found: list[Group] = named(manifests, "PrometheusRule", "poon-workers")["spec"]["groups"]
    return found


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """The rules of the example `production`, as the operator would hand them to Prometheus."""
    return write_rules(tmp_path / "rules.yaml", groups(rendered("production")))


def rules_of(alert: str, tmp_path: Path) -> Path:
    """What one alert of them rests on."""
    return write_rules(tmp_path / "rules.yaml", resting_on(groups(rendered("production")), alert))


def of_this_release(series: Mapping[str, str]) -> dict[str, str]:
    """As the operator has it scraped."""
    return {name.replace("{", '{namespace="poon",', 1): values for name, values in series.items()}


def firing(scenario: Scenario, alert: Alert, labels: dict[str, str]) -> Expected:
    there = promised(alert, labels, {"runbook_url": f"{PAGES}/{alert.name}.md"})
    alerts = [at(0, alert), at(scenario.fires, alert, there), at(scenario.clears, alert)]
    return Expected(scenario.series, alerts, scenario.step)


@pytest.mark.parametrize("name", sorted(CLUSTER_SCENARIOS))
def test_an_alert_of_the_cluster_fires_and_clears(promtool: Path, tmp_path: Path, name: str) -> None:
    scenario, rules = CLUSTER_SCENARIOS[name], rules_of(name, tmp_path)
    assert objections(promtool, tmp_path, rules, firing(scenario, BY_NAME[name], scenario.labels)) == ""


@pytest.mark.parametrize("name", OF_THE_FLEET)
def test_an_alert_of_the_fleet_fires_for_this_release(promtool: Path, tmp_path: Path, name: str) -> None:
    given, rules = SCENARIOS[name], rules_of(name, tmp_path)
    scenario = Scenario(of_this_release(given.series), given.fires, given.clears, given.labels, given.step)
    # What is recorded of a release is labelled with its namespace.
    labels = {**given.labels, "namespace": "poon"} if "Budget" in name else given.labels
    assert objections(promtool, tmp_path, rules, firing(scenario, BY_NAME[name], labels)) == ""


@pytest.mark.parametrize("what", QUIET)
def test_nothing_fires_without_a_fault_of_this_release(promtool: Path, rules: Path, tmp_path: Path, what: str) -> None:
    alerts = [at(minutes, alert) for alert in BY_NAME.values() for minutes in (30, 110)]
    assert objections(promtool, tmp_path, rules, Expected(QUIET[what], alerts)) == ""


def test_prometheus_reads_the_rules(promtool: Path, rules: Path) -> None:
    assert refused(promtool, "check", "rules", rules) == ""


def test_every_alert_has_a_scenario() -> None:
    assert set(CLUSTER_SCENARIOS) == {alert.name for alert in CLUSTER_ALERTS}


def test_no_word_is_left_to_be_replaced() -> None:
    left = re.findall(r"POON_\w+", yaml.safe_dump(groups(rendered("production"))))
    assert left == []


def names_of(manifests: list[Manifest]) -> set[str]:
    return {group["name"] for group in groups(manifests)}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, {"poon"}),
        ({"keda": {"enabled": True}}, {"poon", "keda"}),
        ({"monitoring": {"rules": {"kafkaExporter": True}}}, {"poon", "kafka"}),
    ],
)
def test_there_are_rules_only_for_what_is_there(more: Mapping[str, Any], expected: set[str]) -> None:
    values = merged(example("minimal"), {"monitoring": {"rules": {"enabled": True}}})
    assert names_of(render(merged(values, more))) == expected


def test_each_area_is_held_to_the_time_it_was_given() -> None:
    keda_group = next(group for group in groups(rendered("production")) if group["name"] == "keda")
    targets = {
        rule["labels"]["area"]: rule["expr"]
        for rule in keda_group["rules"]
        if rule.get("record") == "area:poon_drain_target:seconds"
    }
    assert (targets["texts"], targets["receipts"], targets["insights"]) == ("vector(30)", "vector(300)", "vector(120)")


def test_a_matcher_with_quotes_and_an_own_label_stays_what_it_is(promtool: Path, tmp_path: Path) -> None:
    own = {
        "monitoring": {"rules": {"enabled": True, "matchers": 'job=~"a\\\\.b|c",namespace="{{ .Release.Namespace }}"'}}
    }
    manifests = render(merged(example("minimal"), own))
    expression = next(rule["expr"] for rule in groups(manifests)[0]["rules"] if rule.get("alert") == "PoonOutage")
    assert expression == r'max by (area, ground) (poon_outage{job=~"a\\.b|c",namespace="poon"}) == 1'
    path = tmp_path / "rules.yaml"
    path.write_text(yaml.safe_dump({"groups": groups(manifests)}))
    assert refused(promtool, "check", "rules", path) == ""


def test_nothing_of_it_is_there_unless_asked_for() -> None:
    assert list(of_kind(rendered("minimal"), "PodMonitor", "PrometheusRule", "ConfigMap")) == []


def test_labels_for_the_operator_are_added_to_the_charts() -> None:
    for kind in ("PodMonitor", "PrometheusRule"):
        labels = named(rendered("production"), kind, "poon-workers")["metadata"]["labels"]
        assert labels["release"] == "kube-prometheus-stack"
        assert labels["app.kubernetes.io/name"] == "poon-workers"


def test_series_of_keda_are_those_its_source_exposes() -> None:
    source = (keda() / "pkg/metricscollector/prommetrics.go").read_text()
    told = re.findall(r'Namespace: DefaultPromMetricsNamespace,\s+Subsystem: "(\w+)",\s+Name: +"(\w+)"', source)
    exposed = {f"keda_{subsystem}_{name}" for subsystem, name in told}
    used = set(re.findall(r"\bkeda_\w+", yaml.safe_dump(groups(rendered("production")), width=1000)))
    assert used
    assert used <= exposed


@pytest.mark.parametrize(
    ("expression", "narrowed"),
    [
        ("sum(poon_outage)", "sum(poon_outage{POON_MATCHERS})"),
        ('rate(poon_x_total{a="b"}[5m])', 'rate(poon_x_total{POON_MATCHERS,a="b"}[5m])'),
        ("area:poon_lag:messages > 1", 'area:poon_lag:messages{namespace="POON_NAMESPACE"} > 1'),
        ("kube_pod_info", "kube_pod_info"),
    ],
)
def test_a_rule_is_narrowed_to_its_release(expression: str, narrowed: str) -> None:
    assert scoped(expression) == narrowed
