"""`poon dlq` on a database file: everything that needs no broker."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from typer.testing import CliRunner, Result

from adapters.database.dead_letters import SqlDeadLetterBox
from adapters.database.engine import open_database
from adapters.database.store import SqlDecisionStore
from contracts.errors import ErrorCode
from tests.fakes.broker import FakeRecord
from tests.fakes.clock import NOON
from tests.fakes.commands import text_record
from tests.services.migrated import migrated_sqlite
from workers.entrypoints.cli import app
from workers.entrypoints.exits import ExitCode
from workers.ports.dead_letters import Action, DeadLetterStatus
from workers.ports.store import Verdict
from workers.runtime import outcomes
from workers.runtime.deadletters import lettered
from workers.runtime.deliveries import Delivery, receive
from workers.runtime.offsets import PartitionOffsets

SECRET = "my private coffee 65"


@pytest.fixture(autouse=True)
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with three dead letters: two failed texts and a poison record."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOGNAME", "ben")
    url = migrated_sqlite(tmp_path / "poon.db")
    records = [
        text_record(1, "c-1", text=SECRET),
        text_record(2, "c-2", owner="ann"),
        replace(text_record(3), value=b"{"),
    ]
    asyncio.run(store(url, [given_up(record, minute) for minute, record in enumerate(records)]))
    return url


async def store(url: str, verdicts: Sequence[Verdict]) -> None:
    opened = open_database(url)
    await SqlDecisionStore(opened).commit(verdicts)
    await opened.close()


def given_up(record: FakeRecord, minute: int) -> Verdict:
    delivery: Delivery = receive(record, PartitionOffsets())
    at = NOON.replace(minute=minute)
    if delivery.defect is not None:
        return lettered(outcomes.defective(delivery, delivery.defect, at), delivery, "poon-workers.texts")
    failure = outcomes.failed(delivery, ErrorCode.BACKEND_UNAVAILABLE, "Engine gone", 3, at)
    return lettered(failure, delivery, "poon-workers.texts")


def poon(*arguments: str, given: str | None = None) -> Result:
    environ = {"TERM": "dumb", "COLUMNS": "250", "POON_DATABASE__URL": f"sqlite:///{Path.cwd()}/poon.db"}
    return CliRunner().invoke(app, ["dlq", *arguments], input=given, env=environ)


def objects(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == ExitCode.OK, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def listed(*filters: str) -> list[str]:
    return [letter["command_id"] for letter in objects(poon("list", "--json", *filters))]


def id_of(command_id: str) -> str:
    (found,) = (
        one for one in objects(poon("list", "--json", "--status", "waiting")) if one["command_id"] == command_id
    )
    return str(found["id"])


def test_the_list_is_newest_first_and_shows_no_payload() -> None:
    assert listed() == ["c-0-3", "c-2", "c-1"]
    assert listed("--oldest-first") == ["c-1", "c-2", "c-0-3"]
    shown = poon("list")
    assert "acme/ann" in shown.stdout
    assert SECRET not in shown.stdout


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (("--area", "texts"), ["c-0-3", "c-2", "c-1"]),
        (("--area", "receipts"), []),
        (("--tenant", "acme", "--owner", "ann"), ["c-2"]),
        (("--code", "malformed_message"), ["c-0-3"]),
        (("--type", "poon.text.parse.v1", "--text", "engine"), ["c-2", "c-1"]),
        (("--since", "2026-03-02T12:01+07:00"), ["c-0-3", "c-2"]),
        (("--until", "2026-03-02T05:01"), ["c-1"]),
        (("--status", "redriven", "--status", "discarded"), []),
        (("--limit", "1"), ["c-0-3"]),
    ],
)
def test_filters_find_what_they_say(filters: tuple[str, ...], found: list[str]) -> None:
    assert listed(*filters) == found


def test_a_full_page_says_how_to_go_on() -> None:
    first = poon("list", "--limit", "2")
    assert f"--after {id_of('c-2')}" in first.stderr
    assert listed("--limit", "2", "--after", id_of("c-2")) == ["c-1"]
    assert "no dead letters" in poon("list", "--after", id_of("c-1")).stdout


def test_one_letter_is_shown_with_its_provenance_and_its_payload_only_when_asked() -> None:
    bare, whole = poon("show", id_of("c-1")), poon("show", id_of("c-1"), "--payload")
    for told in ("poon.texts.commands", "poon-workers.texts", "Engine gone", "ce_subject"):
        assert told in bare.stdout
    assert SECRET not in bare.stdout
    assert SECRET in whole.stdout
    (as_json,) = objects(poon("show", id_of("c-1"), "--json"))
    assert "payload" not in as_json
    assert {"name": "ce_id", "value": "c-1"} in as_json["headers"]
    assert SECRET in objects(poon("show", id_of("c-1"), "--json", "--payload"))[0]["payload"]


def test_an_edit_is_checked_kept_and_shown() -> None:
    letter = id_of("c-1")
    done = poon("edit", letter, "--set", 'text="tea 40"', "--reason", "typo")
    assert done.exit_code == ExitCode.OK
    assert f"poon dlq redrive {letter}" in done.stdout
    (shown,) = objects(poon("show", letter, "--json", "--payload"))
    assert (shown["edited"], shown["last_action"]["by"], shown["last_action"]["reason"]) == (True, "ben", "typo")
    assert json.loads(shown["edit"]["payload"])["text"] == "tea 40"
    assert SECRET in shown["payload"]


def test_poison_is_mended_with_a_whole_payload_from_a_file_or_standard_input(tmp_path: Path) -> None:
    (tmp_path / "mended.json").write_text('{"text": "tea 40"}')
    letter = id_of("c-0-3")
    assert poon("edit", letter, "--data", "mended.json").exit_code == ExitCode.OK
    (shown,) = objects(poon("edit", letter, "--data", "-", "--by", "ann", "--json", given='{"text": "tea 50"}'))
    assert shown["last_action"]["by"] == "ann"


def test_a_record_that_tells_no_tenant_needs_to_be_told_one_by_its_option(database: str) -> None:
    anonymous = replace(text_record(9), headers=[("ce_type", b"poon.text.parse.v1")])
    asyncio.run(store(database, [given_up(anonymous, 9)]))
    letter = id_of("poon.texts.commands:0:9")
    steps = ((), "; give --tenant"), (("--tenant", "acme"), "; give --owner")
    for arguments, named in steps:
        refused = poon("edit", letter, "--set", 'text="tea"', *arguments)
        assert refused.exit_code == ExitCode.BAD_INPUT
        assert named in refused.stderr
    mended = poon("edit", letter, "--set", 'text="tea"', "--tenant", "acme", "--owner", "nok")
    assert mended.exit_code == ExitCode.OK


@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        (("--set", "text=tea"), ExitCode.BAD_INPUT, "--set text: the value is no JSON"),
        (("--set", 'text=""'), ExitCode.BAD_INPUT, "text: is empty or blank"),
        (("--set", 'tekst="x"'), ExitCode.BAD_INPUT, "tekst: is no field of this message"),
        (("--data", "nowhere.json"), ExitCode.BAD_INPUT, "nowhere.json: No such file"),
        (("--type", "poon.text.pars.v1"), ExitCode.BAD_INPUT, "type: 'poon.text.pars.v1' is no command"),
        (("--owner", "ann"), ExitCode.BAD_INPUT, "never moved to somebody else"),
        ((), ExitCode.USAGE, "nothing is changed"),
    ],
)
def test_an_edit_no_worker_would_take_is_refused_by_name(
    arguments: tuple[str, ...], code: ExitCode, named: str
) -> None:
    letter = id_of("c-1")
    result = poon("edit", letter, *arguments)
    assert result.exit_code == code
    assert named in " ".join(result.stderr.split())
    assert not objects(poon("show", letter, "--json"))[0]["edited"]


def test_an_unknown_letter_is_bad_input() -> None:
    unknown = "00000000-0000-0000-0000-000000000001"
    for command in (("show", unknown), ("list", "--after", unknown), ("discard", unknown, "--reason", "x")):
        result = poon(*command)
        assert result.exit_code == ExitCode.BAD_INPUT
        assert f"there is no dead letter {unknown}" in result.stderr
    assert "is no id of a dead letter" in poon("show", "17").stderr


def test_one_letter_named_by_id_is_discarded_at_once_and_its_payload_erased() -> None:
    letter = id_of("c-1")
    done = poon("discard", letter, "--reason", "sent anew")
    assert (done.exit_code, done.stdout.strip()) == (ExitCode.OK, f"discarded {letter}")
    (shown,) = objects(poon("show", letter, "--json", "--payload"))
    assert (shown["status"], shown["payload"], shown["last_action"]["reason"]) == ("discarded", None, "sent anew")
    again = poon("discard", letter, "--reason", "sent anew")
    assert again.exit_code == ExitCode.NO
    assert "it is discarded already" in again.stdout
    refused = poon("edit", letter, "--set", 'text="x"')
    assert refused.exit_code == ExitCode.BAD_INPUT


def test_many_are_discarded_only_when_said_yes_to() -> None:
    arguments = ("discard", "--code", "backend_unavailable", "--reason", "test traffic")
    dry = poon(*arguments, "--dry-run")
    assert (dry.exit_code, dry.stdout.count("would discard")) == (ExitCode.OK, 2)
    unasked = poon(*arguments)
    assert unasked.exit_code == ExitCode.USAGE
    assert "add --yes" in unasked.stderr
    assert len(listed()) == 3
    done = objects(poon(*arguments, "--yes", "--json"))
    assert [one["discarded"] for one in done] == [True, True]
    assert listed() == ["c-0-3"]


def test_a_limit_takes_the_oldest_first() -> None:
    assert poon("discard", "--all", "--limit", "2", "--yes", "--reason", "x").exit_code == ExitCode.OK
    assert listed() == ["c-0-3"]


def test_nothing_is_touched_by_accident() -> None:
    for command in (("discard", "--reason", "x"), ("redrive",)):
        result = poon(*command)
        assert result.exit_code == ExitCode.USAGE
        assert "--all" in result.stderr
    assert poon("discard", id_of("c-1"), "--all", "--reason", "x").exit_code == ExitCode.USAGE
    assert poon("discard", id_of("c-1")).exit_code == ExitCode.USAGE  # without a reason


def test_a_letter_whose_redrive_was_interrupted_is_discarded_only_by_force(database: str) -> None:
    letter = id_of("c-1")

    async def interrupt() -> None:
        opened = open_database(database)
        box = SqlDeadLetterBox(opened)
        (filed,) = await box.get([UUID(letter)])
        await box.save([filed.redriving("c-9", Action(NOON, "ben"))])
        await opened.close()

    asyncio.run(interrupt())
    assert listed("--status", DeadLetterStatus.REDRIVING) == ["c-1"]
    refused = poon("discard", letter, "--reason", "x")
    assert refused.exit_code == ExitCode.NO
    assert "it may have been sent as c-9" in refused.stdout
    assert poon("discard", letter, "--reason", "x", "--force").exit_code == ExitCode.OK


def test_without_a_schema_it_says_what_to_run(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["dlq", "list"], env={"POON_DATABASE__URL": f"sqlite:///{tmp_path}/other.db"})
    assert result.exit_code == ExitCode.CONFIGURATION
    assert "run `poon migrate`" in result.stderr
    assert not (tmp_path / "other.db").exists()


def test_without_a_broker_a_redrive_is_refused_and_changes_nothing() -> None:
    result = poon("redrive", id_of("c-1"))
    assert result.exit_code == ExitCode.UNAVAILABLE
    assert listed("--status", "waiting") == ["c-0-3", "c-2", "c-1"]
