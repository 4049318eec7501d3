"""`poon workflows` on a database file: everything that needs no broker."""

import asyncio
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from typer.testing import CliRunner, Result

from adapters.database.engine import open_database
from adapters.database.store import SqlDecisionStore
from contracts.commands.workflows import SteerWorkflow, WorkflowAction
from tests.fakes.clock import NOON
from tests.services.migrated import migrated_sqlite
from tests.unit.workflows.test_handlers import COMMAND, WORKFLOW_ID, Bench, delivery_of
from workers.config import Settings
from workers.entrypoints.cli import app
from workers.entrypoints.exits import ExitCode
from workers.entrypoints.failures import InputError
from workers.entrypoints.workflow_work import steering
from workers.runtime import outcomes


@pytest.fixture(autouse=True)
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with one workflow, just begun."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("POON_DATA_DIR", str(tmp_path))
    url = migrated_sqlite(tmp_path / "poon.db")
    asyncio.run(begun(url))
    return url


async def begun(url: str) -> None:
    bench, delivery = Bench(), delivery_of(COMMAND, "start")
    await bench.take(delivery)
    assert bench.last is not None
    opened = open_database(url)
    await SqlDecisionStore(opened).commit([outcomes.decided(delivery, bench.last, NOON)])
    await opened.close()


def poon(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["workflows", *arguments])


def objects(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == ExitCode.OK, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_workflows_that_go_on_are_listed() -> None:
    result = poon("list")
    assert result.exit_code == ExitCode.OK
    assert all(words in result.stdout for words in (str(WORKFLOW_ID), "process_receipt", "running", "extract", "nok"))
    (run,) = objects(poon("list", "--json", "--tenant", "acme", "--owner", "nok"))
    assert (run["id"], run["phase"], run["step"]) == (str(WORKFLOW_ID), "running", "extract")


def test_a_list_of_nothing_says_so() -> None:
    assert poon("list", "--phase", "stuck").stdout == "no workflows\n"


def test_a_history_is_shown_without_what_the_commands_say() -> None:
    result = poon("show", str(WORKFLOW_ID))
    assert result.exit_code == ExitCode.OK
    assert all(words in result.stdout for words in ("receipt.extract", "step.started", "workflow.started"))
    assert "r.jpg" not in result.stdout
    (told,) = objects(poon("show", str(WORKFLOW_ID), "--json"))
    assert [one["version"] for one in told["history"]] == [1, 2, 3]
    assert told["history"][0]["data"] is None
    assert told["history"][1]["data"]["step"] == "extract"


def test_how_workflows_fare_is_told_from_their_histories() -> None:
    result = poon("stats")
    assert result.exit_code == ExitCode.OK
    assert all(words in result.stdout for words in ("process_receipt", "Completion", "extract", "Why dropped", "0.00%"))
    (told,) = objects(poon("stats", "--json", "--name", "process_receipt", "--since", NOON.isoformat()))
    assert (told["begun"], told["phases"]["running"], told["completion_rate"]) == (1, 1, None)
    assert [(one["step"], one["reached"]) for one in told["steps"]] == [("extract", 1), ("record", 0)]
    assert told["completed_seconds"]["measured"] == 0


@pytest.mark.parametrize("window", [("--name", "other"), ("--until", NOON.isoformat()), ("--tenant", "other")])
def test_where_none_began_there_is_nothing_to_tell(window: tuple[str, str]) -> None:
    assert poon("stats", *window).stdout == "no workflows\n"


@pytest.mark.parametrize("wrong", ["no-id", str(UUID(int=9))])
def test_a_workflow_that_is_not_there_is_named(wrong: str) -> None:
    for arguments in (["show", wrong], ["abort", wrong, "--reason", "x"]):
        result = poon(*arguments)
        assert result.exit_code == ExitCode.BAD_INPUT
        assert wrong in result.output


@pytest.mark.parametrize("action", WorkflowAction)
def test_who_steers_says_why(action: WorkflowAction) -> None:
    result = poon(action, str(WORKFLOW_ID))
    assert result.exit_code == ExitCode.USAGE
    assert "--reason" in result.output


async def test_a_workflow_is_steered_in_the_name_of_its_owner(database: str) -> None:
    settings = Settings.model_validate({"database": {"url": database}})
    again = [str(WORKFLOW_ID)] * 2
    (command,) = await steering(settings, again, WorkflowAction.SKIP, "ben", "done by hand")
    assert command.command == SteerWorkflow(
        workflow_id=WORKFLOW_ID, action=WorkflowAction.SKIP, by="ben", reason="done by hand"
    )
    assert (command.tenant, command.owner, command.correlation_id) == ("acme", "nok", "talk-1")
    with pytest.raises(InputError, match="reason"):
        await steering(settings, again, WorkflowAction.SKIP, "ben", " ")
