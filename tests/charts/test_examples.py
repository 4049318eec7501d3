"""Every example renders to what Kubernetes, KEDA and the fleet accept, and to what a reviewer has seen."""

import shutil
from pathlib import Path

import pytest

from tests.charts import fleet, policies, schemas
from tests.charts.golden_files import differences, expected
from tests.charts.rendering import CHART, NAMES, RefusedError, example, lint, notes, of_kind, parsed, render, rendered
from workers.config import WORKER_AREAS


@pytest.mark.parametrize("name", NAMES)
def test_helm_has_nothing_against_it(name: str) -> None:
    assert lint(example(name)) == []


@pytest.mark.parametrize("name", NAMES)
def test_kubernetes_and_keda_accept_it_and_drop_no_field(name: str) -> None:
    assert list(schemas.problems(rendered(name))) == []


@pytest.mark.parametrize("name", NAMES)
def test_it_keeps_every_policy(name: str) -> None:
    assert list(policies.problems(rendered(name))) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_fleet_understands_what_it_is_told(name: str, tmp_path: Path) -> None:
    assert list(fleet.problems(rendered(name), tmp_path)) == []


def test_the_examples_use_every_kind_the_chart_knows() -> None:
    kinds = {manifest["kind"] for name in NAMES for manifest in rendered(name)}
    assert kinds - schemas.FOREIGN == {
        "ConfigMap",
        "Deployment",
        "Job",
        "NetworkPolicy",
        "Pod",
        "PodDisruptionBudget",
        "PodMonitor",
        "PrometheusRule",
        "ScaledObject",
        "ServiceAccount",
        "TriggerAuthentication",
    }


def test_what_is_rendered_has_been_reviewed() -> None:
    assert differences(expected()) == [], "if you meant it: make charts-golden"


def test_every_area_has_an_entry() -> None:
    deployments = of_kind(rendered("minimal"), "Deployment")
    made = {deployment["metadata"]["labels"]["app.kubernetes.io/component"] for deployment in deployments}
    assert made == set(WORKER_AREAS), "give the new area an entry under `workers` in charts/poon-workers/values.yaml"


def test_helm_says_afterwards_who_works_and_how_to_go_back() -> None:
    said = notes(example("mutual-tls"))
    assert "works for: spending, texts.\n" in said
    assert "helm rollback poon-workers --namespace poon" in said
    assert "deploy/poon-workers-spending -- poon lag" in said


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CHART, tmp_path / "poon-workers"))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_planted_change_of_a_template_shows_in_what_was_reviewed(copied: Path) -> None:
    edit(copied / "templates/workers.yaml", "maxUnavailable: 0", "maxUnavailable: 1")
    assert len(differences(expected(copied))) == len(NAMES)


def test_a_planted_mistake_in_a_template_is_linted(copied: Path) -> None:
    edit(copied / "templates/serviceaccount.yaml", "apiVersion: v1", "apiVersion v1")
    assert lint(example("minimal"), copied)


def test_a_planted_value_that_the_schema_does_not_know_is_linted(copied: Path) -> None:
    edit(copied / "values.yaml", "fullnameOverride:", "fulnameOverride:")
    assert lint(example("minimal"), copied)


def test_a_planted_key_that_stands_twice_is_noticed() -> None:
    with pytest.raises(Exception, match="more than once"):
        parsed("metadata:\n  labels: {a: b, a: c}\n")


def test_a_planted_value_a_template_cannot_use_is_refused(copied: Path) -> None:
    edit(copied / "templates/workers.yaml", "0 $worker.replicas", "0 $worker.replicas.many")
    with pytest.raises(RefusedError):
        render(example("minimal"), copied)
