"""Prometheus' own rule engine, asked what it makes of rules and series."""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.objectives.alerts import Alert
from tests.services.processes import find_program
from tests.services.service import in_ci


def the_program() -> Path:
    """promtool, or the test is skipped."""
    found = find_program("promtool")
    if found is None:
        assert not in_ci(), "promtool is missing: in CI the alerts must be tested"
        pytest.skip("needs promtool (Debian: apt-get install prometheus)")
    return found


@dataclass(frozen=True, slots=True)
class Expected:
    """Series, and which alerts are there when.

    Attributes:
        step: minutes between two values, and between two looks at the rules.
    """

    series: Mapping[str, str]
    alerts: list[dict[str, Any]]
    step: int = 1


Group = dict[str, Any]
"""A group of rules, as Prometheus reads it."""


def resting_on(groups: list[Group], alert: str) -> list[Group]:
    """The rule of an alert with those whose records it asks for; the time of a run goes into looking at every rule."""
    rules = [rule for group in groups for rule in group["rules"]]
    wanted = [rule for rule in rules if rule.get("alert") == alert]
    for rule in wanted:
        named = set(re.findall(r"[\w:]+", rule["expr"]))
        # Several may record under one name, with other labels.
        wanted += [record for record in rules if record.get("record") in named and record not in wanted]
    kept = [{**group, "rules": [rule for rule in group["rules"] if rule in wanted]} for group in groups]
    return [group for group in kept if group["rules"]]


def write_rules(path: Path, groups: list[Group]) -> Path:
    """The groups as a rule file."""
    path.write_text(yaml.safe_dump({"groups": groups}, width=1000))
    return path


def promised(alert: Alert, labels: dict[str, str], runbook: dict[str, str]) -> dict[str, Any]:
    """The alert as Prometheus sends it."""
    summary = re.sub(r"{{ \$labels\.(\w+) }}", lambda found: labels[found[1]], alert.summary)
    return {
        "exp_labels": {**labels, "severity": str(alert.severity)},
        "exp_annotations": {"summary": summary, **runbook},
    }


def at(minutes: int, alert: Alert, *present: dict[str, Any]) -> dict[str, Any]:
    """These alerts are there after so many minutes, and no other of the name."""
    return {"eval_time": f"{minutes}m", "alertname": alert.name, "exp_alerts": list(present)}


def objections(promtool: Path, folder: Path, rules: Path, expected: Expected) -> str:
    """What promtool has against these expectations; empty when nothing."""
    test = {
        "rule_files": [str(rules)],
        "evaluation_interval": f"{expected.step}m",
        "tests": [
            {
                "interval": f"{expected.step}m",
                "input_series": [{"series": name, "values": values} for name, values in expected.series.items()],
                "alert_rule_test": expected.alerts,
            }
        ],
    }
    path = folder / "test.yaml"
    path.write_text(yaml.safe_dump(test, width=1000))
    return refused(promtool, "test", "rules", path)


def refused(promtool: Path, *arguments: str | Path) -> str:
    """What promtool says when it is not content; empty when it is."""
    done = subprocess.run([promtool, *arguments], capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr
