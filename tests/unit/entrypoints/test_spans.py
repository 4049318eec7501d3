"""`poon spans` tells the stages of the traces in a file."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.unit.adapters.telemetry.test_otlp_json import SPAN, TRACE, exported, span
from workers.entrypoints.cli import app
from workers.entrypoints.exits import ExitCode


def poon(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(app, ["spans", *arguments], input=given)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    store = span(name="store", spanId="12" * 8, parentSpanId=SPAN, startTimeUnixNano="1600000000", attributes=[])
    other = span(traceId="99" * 16, name="process u")
    path = tmp_path / "spans.jsonl"
    path.write_text(json.dumps(exported(span(), store)) + "\n" + json.dumps(exported(other)))
    return path


def told(result: Result) -> list[tuple[str, float]]:
    lines = map(json.loads, result.stdout.splitlines())
    return [(line["stage"], line["own_seconds"]) for line in lines]


def test_the_longest_stage_comes_first(file: Path) -> None:
    assert told(poon(str(file), "--json")) == [("process u", 0.5), ("store", 0.4), ("process t", 0.1)]
    shown = poon(str(file)).stdout
    assert "store" in shown
    assert "40%" in shown


@pytest.mark.parametrize("choice", [("--trace", TRACE.upper()), ("--command", "c-1", "--trace", TRACE)])
def test_one_trace_may_be_chosen(file: Path, choice: tuple[str, ...]) -> None:
    assert [stage for stage, _ in told(poon(str(file), "--json", *choice))] == ["store", "process t"]


def test_standard_input_is_read_too(file: Path) -> None:
    assert len(told(poon("-", "--json", given=file.read_text()))) == 3


def test_what_is_not_there_ends_with_no(file: Path) -> None:
    assert poon(str(file), "--command", "c-9").exit_code == ExitCode.NO
    assert poon("-", given="").exit_code == ExitCode.NO


def test_what_cannot_be_read_is_bad_input(tmp_path: Path) -> None:
    assert poon(str(tmp_path / "absent")).exit_code == ExitCode.BAD_INPUT
    assert poon("-", given="no json").exit_code == ExitCode.BAD_INPUT
