"""`poon run --processes`: what is asked for, and what is refused before anything starts."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from workers.domain.scaling.local import fixed_values
from workers.entrypoints.cli import app
from workers.entrypoints.commands.run import processes_wanted
from workers.entrypoints.exits import ExitCode


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["run", *arguments], env={"TERM": "dumb"})


def test_auto_has_values_for_this_machine_unless_a_file_says_otherwise(tmp_path: Path) -> None:
    local = processes_wanted("auto", None, 12)
    assert local.min_replica_count == 1
    assert 1 <= local.max_replica_count <= 12
    (tmp_path / "v.yaml").write_text("maxReplicaCount: 7\ntriggers: [{metadata: {lagThreshold: '9'}}]\n")
    assert processes_wanted("auto", "v.yaml", 12).max_replica_count == 7


def test_a_number_is_kept() -> None:
    assert processes_wanted("3", None, 12) == fixed_values(3)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--processes", "auto"), "embedded broker"),
        (("--processes", "0"), "write auto"),
        (("--processes", "many"), "write auto"),
        (("--processes", "2", "--scaled-object", "v.yaml"), "only with --processes auto"),
        (("--scaled-object", "v.yaml"), "only with --processes auto"),
    ],
)
def test_what_cannot_be_is_a_usage_error(arguments: tuple[str, ...], reason: str) -> None:
    result = run(*arguments)
    assert result.exit_code == ExitCode.USAGE
    assert reason in " ".join(result.output.split())
