"""The numbers KEDA is told: what time to drain comes to, and the formula, in KEDA's own engine."""

import json
import math
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pytest

from tests.charts.rendering import Manifest, example, merged, named, render, rendered

TEXTS: Final = "poon-workers-texts"
PROMETHEUS: Final = {"keda": {"enabled": True, "prometheus": {"serverAddress": "http://prometheus:9090"}}}


def scaled(scaling: Mapping[str, object], more: Mapping[str, Any] = PROMETHEUS) -> Manifest:
    values = merged(example("minimal"), merged(more, {"workers": {"texts": {"scaling": scaling}}}))
    return named(render(values), "ScaledObject", TEXTS)


def threshold(scaling: Mapping[str, object]) -> str:
    text: str = scaled(scaling)["spec"]["triggers"][0]["metadata"]["lagThreshold"]
    return text


@pytest.mark.parametrize(
    ("scaling", "expected"),
    [
        ({"timeToDrainSeconds": 60, "commandsPerSecond": 8}, "480"),
        ({"timeToDrainSeconds": 120, "commandsPerSecond": 0.5}, "60"),
        ({"timeToDrainSeconds": 100_000 / 2, "commandsPerSecond": 100}, "5000000"),
        ({"timeToDrainSeconds": 1, "commandsPerSecond": 0.1}, "1"),
        ({"timeToDrainSeconds": 60, "commandsPerSecond": 8, "lagThreshold": 7}, "7"),
    ],
)
def test_one_worker_more_is_asked_for_what_one_finishes_in_the_time_to_drain(
    scaling: Mapping[str, object], expected: str
) -> None:
    assert threshold(scaling) == expected


@pytest.mark.parametrize("keda", [True, False])
def test_a_paused_area_has_no_worker_and_the_others_keep_theirs(*, keda: bool) -> None:
    paused = {"keda": {"enabled": keda}, "workers": {"texts": {"paused": True}}}
    manifests = render(merged(example("minimal"), paused))
    if keda:
        annotations = named(manifests, "ScaledObject", TEXTS)["metadata"]["annotations"]
        assert annotations == {"autoscaling.keda.sh/paused-replicas": "0"}
        assert "annotations" not in named(manifests, "ScaledObject", "poon-workers-receipts")["metadata"]
    else:
        assert named(manifests, "Deployment", TEXTS)["spec"]["replicas"] == 0
        assert named(manifests, "Deployment", "poon-workers-receipts")["spec"]["replicas"] == 1


def test_the_target_of_the_formula_is_a_whole_number_for_keda_takes_no_other_with_a_fallback() -> None:
    assert scaled({})["spec"]["advanced"]["scalingModifiers"]["target"].isdigit()


def test_a_number_that_cannot_be_had_is_an_error_and_not_zero() -> None:
    assert scaled({})["spec"]["triggers"][-1]["metadata"]["ignoreNullValues"] == "false"


def arrival(manifest: Manifest) -> str:
    query: str = manifest["spec"]["triggers"][-1]["metadata"]["query"]
    return query


@pytest.mark.parametrize(("seconds", "window"), [(30, "[120s]"), (600, "[600s]")])
def test_what_is_finished_stands_for_what_comes_in_over_no_less_than_the_time_to_drain(
    seconds: int, window: str
) -> None:
    assert arrival(scaled({"timeToDrainSeconds": seconds, "commandsPerSecond": 8})) == (
        f'(sum(rate(poon_commands_settled_total{{area="texts",namespace="poon"}}{window})) or vector(0)) / 8'
    )


def test_a_metric_of_the_broker_can_say_what_comes_in() -> None:
    query = 'sum(rate(kafka_topic_partition_current_offset{topic=~"{{ .topics }}"}[2m]))'
    more = merged(PROMETHEUS, {"keda": {"prometheus": {"arrival": query}}})
    assert arrival(scaled({"commandsPerSecond": 8}, more)) == (
        '(sum(rate(kafka_topic_partition_current_offset{topic=~"poon.texts.commands"}[2m])) or vector(0)) / 8'
    )


def test_the_formula_knows_every_trigger_by_its_name() -> None:
    for manifest in rendered("production"):
        if manifest["kind"] == "ScaledObject":
            formula = manifest["spec"]["advanced"]["scalingModifiers"]["formula"]
            assert all(trigger["name"] in formula for trigger in manifest["spec"]["triggers"])


def run(program: Path, formula: str, triggers: Sequence[str], cases: Sequence[Mapping[str, float | None]]) -> list[Any]:
    question = json.dumps({"formula": formula, "triggers": triggers, "cases": cases})
    done = subprocess.run([program], input=question, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ValueError(done.stderr)
    results: list[Any] = json.loads(done.stdout)
    return results


def answers(program: Path, manifest: Manifest, cases: Sequence[Mapping[str, float | None]]) -> list[Any]:
    spec = manifest["spec"]
    return run(
        program,
        spec["advanced"]["scalingModifiers"]["formula"],
        [trigger["name"] for trigger in spec["triggers"]],
        cases,
    )


def test_what_comes_in_and_what_lies_there_add_up(formula: Path) -> None:
    manifest = scaled({"timeToDrainSeconds": 60, "commandsPerSecond": 8})
    idle, behind, without_prometheus, without_broker, without_both, one = answers(
        formula,
        manifest,
        [
            {"lag_0": 0, "arrival": 0},
            {"lag_0": 960, "arrival": 1.5},
            {"lag_0": 960, "arrival": None},
            {"lag_0": None, "arrival": 2.5},
            {"lag_0": None, "arrival": None},
            {"lag_0": 1, "arrival": 0},
        ],
    )
    assert idle == 0
    assert behind == pytest.approx(3.51)
    assert without_prometheus == pytest.approx(2.01)
    assert without_broker == pytest.approx(2.5)
    assert without_both == 1, "fallback.replicas"
    assert math.floor(one * 1000) >= 10


def test_one_command_wakes_an_area_that_sleeps_however_long_it_has(formula: Path) -> None:
    (one,) = answers(
        formula,
        scaled({"timeToDrainSeconds": 86_400, "commandsPerSecond": 1000, "minReplicas": 0}),
        [{"lag_0": 1, "arrival": 0}],
    )
    assert math.floor(one * 1000) > 0, "KEDA counts in thousandths"


def test_all_topics_of_an_area_count(formula: Path) -> None:
    workflows = named(rendered("production"), "ScaledObject", "poon-workers-workflows")
    per_worker = int(workflows["spec"]["triggers"][0]["metadata"]["lagThreshold"])
    both, half = answers(
        formula,
        workflows,
        [
            {"lag_0": per_worker, "lag_1": per_worker, "arrival": 0},
            {"lag_0": per_worker, "lag_1": None, "arrival": 0},
        ],
    )
    assert both == pytest.approx(2.01)
    assert half == 1, "half of the lag is no lag to go by"


def test_a_planted_misspelling_in_a_formula_is_noticed(formula: Path) -> None:
    with pytest.raises(ValueError, match="arrivel"):
        run(formula, "(arrivel ?? 0.0) + lag_0", ["lag_0", "arrival"], [])
