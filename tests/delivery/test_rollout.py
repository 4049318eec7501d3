"""A release is proven by a command of its own, and taken back when it does not work.

`helm` and `kubectl` are two small programs on the path: they write down how they were called and answer as told.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from infra.tools.delivery.rollout import SMOKE, TAKEN_BACK, UNKNOWN, was_cut_off, working_revision
from tests.architecture.tree import ROOT

DIGEST = "sha256:" + "a1" * 32
IMAGE = f"registry.example.org/poon-workers@{DIGEST}"
PROGRAM = f"""#!{sys.executable}
import json, os, sys
from pathlib import Path
folder = Path(os.environ["CLUSTER"])
call = [Path(sys.argv[0]).name, *sys.argv[1:]]
with (folder / "calls").open("a") as calls:
    calls.write(json.dumps(call) + "\\n")
answers = json.loads((folder / "answers").read_text())
for beginning, turns in answers.items():
    if " ".join(call).startswith(beginning):
        status, output = turns.pop(0) if len(turns) > 1 else turns[0]
        (folder / "answers").write_text(json.dumps(answers))
        print(output)
        sys.exit(status)
sys.exit(0)
"""
LISTED = [[0, '[{"name": "poon-workers"}]']]


def history(*statuses: str) -> list[list[object]]:
    return [[0, json.dumps([{"revision": n, "status": status} for n, status in enumerate(statuses, start=1)])]]


@dataclass
class Cluster:
    """What helm and kubectl find: for the beginning of a call, what it answers each time (the last one for ever)."""

    folder: Path
    answers: dict[str, list[list[object]]] = field(default_factory=lambda: {"helm list": [[0, "[]"]]})

    def roll_out(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        for name in ("helm", "kubectl"):
            (self.folder / name).write_text(PROGRAM)
            (self.folder / name).chmod(0o755)
        (self.folder / "answers").write_text(json.dumps(self.answers))
        command = [sys.executable, "-m", "infra.tools.delivery.rollout", *(arguments or ("--image", IMAGE))]
        environment = {**os.environ, "PATH": str(self.folder), "CLUSTER": str(self.folder)}
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    @property
    def calls(self) -> list[list[str]]:
        path = self.folder / "calls"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    @property
    def steps(self) -> list[str]:
        """What was done, in a word each."""
        return [call[1] if call[0] == "helm" else call[3] for call in self.calls]


@pytest.fixture
def cluster(tmp_path: Path) -> Cluster:
    return Cluster(tmp_path)


def test_a_first_release_is_installed_waited_for_and_proven(cluster: Cluster) -> None:
    done = cluster.roll_out()
    assert done.returncode == 0
    assert cluster.steps == ["list", "upgrade", "test", "exec"]


def test_the_image_is_named_by_its_digest_and_the_files_of_values_are_handed_on(
    cluster: Cluster, tmp_path: Path
) -> None:
    values = tmp_path / "stage.yaml"
    values.write_text("keda: {enabled: true}\n")
    cluster.roll_out("--image", IMAGE, "--namespace", "stage", "--values", str(values))
    upgrade = cluster.calls[1]
    assert upgrade[1:5] == ["upgrade", "--install", "poon-workers", "charts/poon-workers"]
    assert f"image.repository=registry.example.org/poon-workers,image.digest={DIGEST}" in upgrade
    assert upgrade[upgrade.index("--values") + 1] == str(values)
    assert "--wait" in upgrade
    assert all("stage" in call for call in cluster.calls)


def test_the_proof_is_a_command_whose_outcome_is_waited_for(cluster: Cluster) -> None:
    cluster.roll_out()
    proof = cluster.calls[-1]
    assert proof == ["kubectl", "--namespace", "poon", "exec", "deploy/poon-workers-texts", "--", *SMOKE]
    assert "--wait" in proof


@pytest.mark.parametrize("broken", ["helm upgrade", "helm test", "kubectl --namespace poon exec"])
def test_a_release_that_does_not_work_is_taken_back_and_the_one_before_proven(cluster: Cluster, broken: str) -> None:
    cluster.answers = {
        "helm list": LISTED,
        "helm history": history("superseded", "deployed"),
        broken: [[1, ""], [0, ""]],
    }
    done = cluster.roll_out()
    assert done.returncode == TAKEN_BACK
    rollback = next(call for call in cluster.calls if call[1] == "rollback")
    assert rollback[2:4] == ["poon-workers", "2"]
    assert "--wait" in rollback
    assert cluster.steps[-3:] == ["rollback", "test", "exec"]
    assert "revision 2 works again" in done.stderr


def test_when_going_back_does_not_help_somebody_has_to_look(cluster: Cluster) -> None:
    cluster.answers = {
        "helm list": LISTED,
        "helm history": history("deployed"),
        "kubectl": [[75, ""]],
    }
    done = cluster.roll_out()
    assert done.returncode == UNKNOWN
    assert "did not help" in done.stderr


def test_a_first_release_that_does_not_work_is_left_to_look_at(cluster: Cluster) -> None:
    cluster.answers |= {"kubectl": [[1, ""]]}
    done = cluster.roll_out()
    assert done.returncode == TAKEN_BACK
    assert "rollback" not in cluster.steps
    assert "uninstall" not in cluster.steps


def test_a_rollout_that_was_cut_off_is_taken_back_first(cluster: Cluster) -> None:
    cluster.answers = {"helm list": LISTED, "helm history": history("deployed", "pending-upgrade")}
    assert cluster.roll_out().returncode == 0
    assert cluster.steps == ["list", "history", "rollback", "upgrade", "test", "exec"]


def test_nothing_is_changed_where_the_cluster_does_not_answer(cluster: Cluster) -> None:
    cluster.answers = {"helm list": [[1, ""]]}
    done = cluster.roll_out()
    assert done.returncode == UNKNOWN
    assert cluster.steps == ["list"]


@pytest.mark.parametrize("image", ["poon-workers", "poon-workers:1.2.3", "poon-workers@sha256:abc", f"-x@{DIGEST} y"])
def test_an_image_by_its_tag_is_refused(cluster: Cluster, image: str) -> None:
    assert cluster.roll_out(f"--image={image}").returncode == UNKNOWN
    assert not cluster.calls


def test_values_that_are_not_there_are_refused(cluster: Cluster) -> None:
    assert cluster.roll_out("--image", IMAGE, "--values", "nowhere.yaml").returncode == UNKNOWN
    assert not cluster.calls


def test_only_what_is_deployed_counts_as_working() -> None:
    revisions = [
        {"revision": n, "status": status}
        for n, status in enumerate(["superseded", "deployed", "failed", "pending-rollback"], start=1)
    ]
    assert working_revision(revisions) == 2
    assert was_cut_off(revisions)
    assert working_revision(revisions[2:]) is None
    assert not was_cut_off(revisions[:2])
    assert not was_cut_off([])
