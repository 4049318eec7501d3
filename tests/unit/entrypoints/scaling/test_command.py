"""`poon scaling simulate`, from file to chart."""

import json
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import yaml
from typer.testing import CliRunner, Result

from tests.unit.domain.scaling.examples import values
from workers.entrypoints.cli import app
from workers.entrypoints.exits import ExitCode
from workers.entrypoints.failures import InputError
from workers.entrypoints.scaling.charts import block_lines, highest
from workers.entrypoints.scaling.manifests import manifest_spec, scaling_values

MANIFEST = """
apiVersion: v1
kind: Service
---
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: texts}
spec:
  scaleTargetRef: {name: texts}
  minReplicaCount: 2
  maxReplicaCount: 24
  triggers:
    - type: cpu
      metadata: {value: "80"}
    - type: kafka
      metadata:
        bootstrapServers: kafka:9092
        topic: poon.texts.commands
        lagThreshold: "100"
        allowIdleConsumers: "true"
"""
SHORT = ("--shape", "burst", "--hours", "0.5", "--peak", "500")


def simulate(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(app, ["scaling", "simulate", *arguments], input=given, env={"TERM": "dumb"})


def test_a_rendered_manifest_is_read_from_among_others() -> None:
    made = scaling_values(MANIFEST, "m.yaml")
    assert (made.min_replica_count, made.max_replica_count) == (2, 24)
    assert [trigger.lag_threshold for trigger in made.triggers] == [100]


def test_a_spec_alone_is_enough_also_as_json() -> None:
    spec = {"maxReplicaCount": 5, "triggers": [{"metadata": {"lagThreshold": 7}}]}
    assert scaling_values(json.dumps(spec), "s.json").triggers[0].lag_threshold == 7


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: [", "neither YAML nor JSON"),
        ("kind: Service", "holds no ScaledObject"),
        ("kind: ScaledObject\nspec: 3", "spec has to be a mapping"),
        ("maxReplicaCount: 3", "triggers have to be a list"),
        ("triggers: [{type: cpu}]", "no kafka trigger"),
        ("triggers: [{metadata: {lagThreshold: many}}]", "triggers.0.lagThreshold"),
    ],
)
def test_what_is_no_scaled_object_is_refused(text: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        scaling_values(text, "m.yaml")


def test_proposed_values_can_be_read_back() -> None:
    made = values(
        {"scaleDown": {"policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}]}},
        maxReplicaCount=24,
        trigger={"lagThreshold": 70, "allowIdleConsumers": True},
    )
    written = manifest_spec(made)
    assert yaml.safe_load(written)["spec"]["triggers"][0]["metadata"]["allowIdleConsumers"] == "true"
    assert scaling_values(written.replace("spec:", "kind: ScaledObject\nspec:", 1), "w") == made


def test_the_chart_the_figures_and_the_findings_are_shown() -> None:
    result = simulate(*SHORT)
    assert result.exit_code == ExitCode.OK, result.output
    assert "Replicas (asked for)" in result.output
    assert "replica hours" in result.output
    assert "#4791" in result.output


def test_a_manifest_from_a_pipe_is_judged_and_a_target_proposed() -> None:
    result = simulate(*SHORT, "--scaled-object", "-", "--target", "60", "--json", given=MANIFEST)
    shown = json.loads(result.stdout)
    assert shown["findings"] == []
    assert shown["proposal"]["met"] is True
    assert shown["proposal"]["seconds"] <= 60


def test_a_target_is_proposed_for_people_too() -> None:
    output = simulate(*SHORT, "--target", "60").output
    assert "0.99 of the messages done within 60 s is met" in output
    assert "lagThreshold" in output


def test_a_recorded_lag_has_only_the_decisions_simulated(tmp_path: Path) -> None:
    trace = tmp_path / "lag.csv"
    trace.write_text("seconds,lag\n0,0\n60,5000\n600,5000\n")
    result = simulate("--trace", str(trace))
    assert result.exit_code == ExitCode.OK, result.output
    assert "Seconds behind (oldest)" not in result.output
    assert simulate("--trace", str(trace), "--target", "60").exit_code == ExitCode.BAD_INPUT


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"src", "href"}]


def test_the_page_holds_everything_it_shows(tmp_path: Path) -> None:
    target = tmp_path / "scaling.html"
    assert simulate(*SHORT, "--html", str(target)).exit_code == ExitCode.OK
    page = Page()
    page.feed(target.read_text(encoding="utf-8"))
    assert page.tags.count("svg") == 4
    assert page.tags.count("polyline") == 6
    assert page.links == []


def test_a_page_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    assert simulate(*SHORT, "--html", str(tmp_path / "none" / "x.html")).exit_code == ExitCode.BAD_INPUT


def test_a_short_peak_stays_to_be_seen() -> None:
    long = np.zeros(10_000)
    long[5_000] = 9
    assert highest(long, 100).max() == 9
    assert len(highest(long, 100)) == 100


def test_blocks_are_as_high_as_the_values() -> None:
    assert block_lines(np.array([0.0, 4.0, 8.0, 16.0]), 10, 2) == ["   █", " ▄██"]


def test_a_light_command_loads_neither_numpy_nor_yaml() -> None:
    code = "import sys, workers.entrypoints.cli; print('numpy' in sys.modules, 'yaml' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["False", "False"]
