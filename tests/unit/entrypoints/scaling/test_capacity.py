"""`poon capacity`, and the figures it stands on."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from workers.entrypoints.cli import app
from workers.entrypoints.exits import ExitCode
from workers.entrypoints.scaling.rates import measured_rates

PERFORMANCE = Path(__file__).parents[4] / "docs" / "performance.md"


def poon(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["capacity", *arguments], env={"TERM": "dumb"})


def test_the_measured_rates_are_those_the_performance_page_publishes() -> None:
    row = re.search(r"^\| ours-on \| [\d,]+ \(.*$", PERFORMANCE.read_text(encoding="utf-8"), re.MULTILINE)
    assert row is not None
    cells = [cell.strip() for cell in row.group().split("|")]
    job = measured_rates().jobs["record"].job
    assert [job.worker_us, job.postgres_us, job.kafka_us, job.memory_mib] == [float(cells[at]) for at in (4, 6, 7, 8)]


def test_figures_come_with_their_assumptions() -> None:
    result = poon("--rate", "5000", "--core-price", "0.04")
    assert result.exit_code == ExitCode.OK, result.output
    assert "workers at the peak" in result.output
    assert "measured 2026-11-24" in result.output
    assert "AMD EPYC" in result.output


@pytest.mark.parametrize("job", ["record", "text", "image"])
def test_every_job_can_be_reckoned(job: str) -> None:
    shown = json.loads(poon("--rate", "100", "--job", job, "--json").stdout)
    assert shown["capacity"]["workers"] >= 1
    assert shown["capacity"]["partitions"] >= shown["capacity"]["workers_catching_up"]


def test_calls_of_a_model_are_said() -> None:
    shown = json.loads(poon("--rate", "100", "--job", "text", "--call-seconds", "2", "--json").stdout)
    assert shown["capacity"]["bound_by"] == "calls"
    assert "takes 2 s on average" in " ".join(shown["assumptions"])


def test_an_unknown_job_is_a_usage_error() -> None:
    assert poon("--rate", "1", "--job", "video").exit_code == ExitCode.USAGE
