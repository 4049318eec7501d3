"""`poon trace` on a database file that the runtime's own functions filled."""

import asyncio
import json
import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from typer.testing import CliRunner, Result

from adapters.database.dead_letters import SqlDeadLetterBox
from adapters.database.engine import open_database
from adapters.database.store import SqlDecisionStore
from adapters.telemetry.sampling import Sampling
from contracts.base import Event
from contracts.errors import ErrorCode
from contracts.events.texts import TextParsed
from contracts.examples import examples_of
from contracts.money import Currency, Money
from contracts.readings import BackendAnswer
from tests.conformance.database.samples import entry_verdict, event, full_spending, spending
from tests.fakes.clock import NOON
from tests.fakes.commands import text_record
from tests.fakes.dead_letters import letter_of
from tests.services.migrated import migrated_sqlite
from tests.unit.workflows.test_handlers import READ, WORKFLOW_ID, Bench, sent_in
from workers.domain.spending import entry_stream
from workers.entrypoints.cli import app
from workers.entrypoints.exits import ExitCode
from workers.entrypoints.story_facts import MOST_EVENTS
from workers.ports.dead_letters import Action, Contents
from workers.ports.errors import RejectionError
from workers.ports.handling import Decision, NewEvent
from workers.ports.store import Verdict
from workers.queries.storyteller import MOST_ENTRIES, MOST_ROWS
from workers.runtime import outcomes
from workers.runtime.deliveries import receive
from workers.runtime.offsets import PartitionOffsets

SECRET = "กาแฟลับ"
TEXT = next(example.message for example in examples_of(TextParsed.type) if isinstance(example.message, TextParsed))


@pytest.fixture(autouse=True)
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty database."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("POON_DATA_DIR", str(tmp_path))
    return migrated_sqlite(tmp_path / "poon.db")


def keep(url: str, *verdicts: Verdict) -> None:
    async def store() -> None:
        opened = open_database(url)
        await SqlDecisionStore(opened).commit(verdicts)
        await opened.close()

    asyncio.run(store())


def forget_events(url: str) -> None:
    """Take the events away, as archiving does with what is over."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection, connection:
        connection.execute("DELETE FROM events")


def redrive(url: str, letter_id: UUID, command_id: str) -> None:
    async def save() -> None:
        opened = open_database(url)
        box = SqlDeadLetterBox(opened)
        (filed,) = await box.get([letter_id])
        redriving = filed.redriving(command_id, Action(NOON, "ben", "engine is back"))
        await box.save([redriving])
        await box.save([redriving.redriven(Action(NOON, "ben", "engine is back"))])
        await opened.close()

    asyncio.run(save())


def text_verdict(command_id: str, event: Event = TEXT) -> Verdict:
    """The decision on a spending text."""
    delivery = receive(text_record(5, command_id), PartitionOffsets())
    return outcomes.decided(delivery, Decision((NewEvent(event),)), NOON)


def failed_verdict(command_id: str, **changes: object) -> Verdict:
    """A spending text that was given up, with its dead letter."""
    record = text_record(5, command_id)
    verdict = outcomes.failed(
        receive(record, PartitionOffsets()), ErrorCode.BACKEND_UNAVAILABLE, "engine gone", 3, NOON
    )
    return verdict._replace(dead_letter=letter_of(record, **changes))


def receipt_in_work(url: str) -> Bench:
    """A receipt whose reading is done: the recording of it was sent and waits."""
    bench, taken = Bench(), list[Verdict]()

    async def play() -> None:
        begun = await bench.begin()
        await bench.answer(sent_in(begun), READ)
        assert bench.last is not None
        update = bench.last.workflow
        for rows in bench.store.decided.values():
            is_last = rows[-1].handler == "workflows" and rows[0].version > 1
            taken.append(Verdict(rows[0].inbox_key, rows, workflow=update if is_last else None))

    asyncio.run(play())
    keep(url, *taken)
    return bench


def poon(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["trace", *arguments], env={"COLUMNS": "240"})


def traced(*arguments: str) -> dict[str, Any]:
    result = poon(*arguments, "--json")
    assert result.exit_code == ExitCode.OK, result.output
    story: dict[str, Any] = json.loads(result.stdout)
    return story


def test_a_command_is_told_with_its_outcome_backends_timings_and_costs(url: str) -> None:
    model = BackendAnswer(
        capability="text_extraction",
        backend="ollama/qwen3",
        calls=2,
        cost=Money.of("0.00", Currency.USD),
        exact_cost=Decimal("0.000215"),
        unavailable="no answer within 20 s",
    )
    processing = TEXT.processing.model_copy(
        update={
            "backends": (*TEXT.processing.backends[:1], model),
            "degraded": True,
            "degraded_reason": "ollama: no answer within 20 s",
            "duration_ms": 1234.5,
        }
    )
    keep(url, text_verdict("c-1", TEXT.model_copy(update={"processing": processing})))
    story = traced("c-1")
    (command,) = story["commands"]
    assert (story["found"], command["type"], command["area"]) == ("command", "poon.text.parse.v1", "texts")
    outcome = command["outcome"]
    assert (outcome["verdict"], outcome["duration_ms"], outcome["degraded"]) == ("succeeded", 1234.5, True)
    assert outcome["backends"][-1]["unavailable"] == "no answer within 20 s"
    assert (command["sent_at"], command["known_from"]) == (None, "its outcome")
    shown = poon("c-1").stdout
    for words in (
        "degraded: ollama: no answer",
        "2 calls",
        "cost 0.000215 USD",
        "took 1234 ms",
        "succeeded",
        command["trace_id"],
    ):
        assert words in shown


def test_an_event_is_told_by_the_command_that_led_to_it(url: str) -> None:
    verdict = text_verdict("c-1")
    keep(url, verdict)
    story = traced(str(verdict.events[0].id))
    assert (story["found"], story["commands"][0]["id"]) == ("event", "c-1")


def test_what_an_owner_wrote_is_shown_only_when_asked_for(url: str) -> None:
    keep(url, text_verdict("c-1", TEXT.model_copy(update={"note": SECRET})))
    receipt_in_work(url)
    for asked in ("c-1", "start"):
        for arguments in ([asked], [asked, "--json"]):
            shown = poon(*arguments).stdout
            assert SECRET not in shown
            assert "r.jpg" not in shown
    assert traced("c-1", "--personal")["commands"][0]["events"][0]["data"]["note"] == SECRET
    assert "r.jpg" in poon("start", "--json", "--personal").stdout


def test_a_payload_that_cannot_be_read_is_said_to_be(url: str) -> None:
    verdict = text_verdict("c-1")
    keep(url, verdict._replace(events=(verdict.events[0]._replace(data="{"),)))
    assert traced("c-1")["commands"][0]["events"][0]["data"] == {"unreadable": True}


def test_a_given_up_command_is_told_with_its_dead_letter_and_what_replaced_it(url: str) -> None:
    given_up = failed_verdict("c-1")
    keep(url, given_up, text_verdict("c-2"))
    redrive(url, given_up.events[0].id, "c-2")
    (command,) = traced("c-1")["commands"]
    assert (command["outcome"]["verdict"], command["outcome"]["attempts"]) == ("failed", 3)
    assert (command["dead_letter"]["status"], command["replaced_by"]["id"]) == ("redriven", "c-2")
    assert command["replaced_by"]["outcome"]["verdict"] == "succeeded"
    assert command["place"] == {"topic": "poon.texts.commands", "partition": 0, "offset": 5}
    assert (command["source"], command["known_from"]) == ("/test", "its dead letter")
    shown = poon("c-1").stdout
    for words in ("backend_unavailable", "engine gone", "redriven as", "offset 5", "by ben: engine is back"):
        assert words in shown


def test_a_replacement_names_what_it_was_sent_in_place_of(url: str) -> None:
    given_up = failed_verdict("c-1")
    keep(url, given_up, text_verdict("c-2"))
    redrive(url, given_up.events[0].id, "c-2")
    above = traced("c-2")["because_of"]
    assert [(link["what"], link["id"]) for link in above] == [
        ("dead letter", str(given_up.events[0].id)),
        ("command", "c-1"),
    ]
    assert "because of" in poon("c-2").stdout


def test_a_dead_letter_whose_outcome_was_archived_is_still_told(url: str) -> None:
    keep(url, failed_verdict("c-1"))
    forget_events(url)
    story = traced("c-1")
    assert (story["found"], story["commands"][0]["dead_letter"]["code"]) == ("dead letter", "backend_unavailable")


def test_a_workflow_is_told_with_the_commands_it_sent_and_their_outcomes(url: str) -> None:
    receipt_in_work(url)
    story = traced("start")
    (command,) = story["commands"]
    workflow = command["workflow"]
    assert (command["type"], workflow["stands"]["phase"]) == ("poon.receipt.process.v1", "running")
    sent = [
        event["command"]
        for transition in workflow["transitions"]
        for event in transition["events"]
        if event["command"] is not None
    ]
    verdicts = [one["outcome"] and one["outcome"]["verdict"] for one in sent]
    assert (sent[0]["type"], verdicts[0]) == ("poon.receipt.extract.v1", "succeeded")
    assert None in verdicts
    shown = poon("start").stdout
    for words in ("is running at", "receipt.extract ", "not decided", "step.started", "step: extract"):
        assert words in shown


def test_a_workflow_is_found_by_its_id_and_by_its_stream(url: str) -> None:
    receipt_in_work(url)
    for asked in (str(WORKFLOW_ID), f"workflow-{WORKFLOW_ID}"):
        story = traced(asked)
        assert (story["found"], story["commands"][0]["id"]) == ("workflow", "start")


def test_a_step_names_the_workflow_and_the_command_that_began_it(url: str) -> None:
    bench = receipt_in_work(url)
    first = sent_in(next(iter(bench.store.decided.values())))
    story = traced(str(first.id))
    assert [(link["what"], link["id"]) for link in story["because_of"]] == [
        ("workflow", str(WORKFLOW_ID)),
        ("command", "start"),
    ]
    (command,) = story["commands"]
    assert (command["source"], command["caused_by"]) == ("/poon/workers/workflows", "start")
    assert command["workflow_went_on"]
    assert "its workflow heard of that" in poon(str(first.id)).stdout


def test_an_entry_is_told_with_the_commands_that_changed_it_and_where_it_stands(url: str) -> None:
    first = full_spending()
    deleted = first._replace(version=2, deleted_reason=SECRET)
    keep(url, entry_verdict("c-1", first))
    keep(url, entry_verdict("c-2", deleted))
    for asked in (str(first.id), f"entry-{first.id}"):
        story = traced(asked)
        assert (story["found"], story["stream"]["events"]) == ("aggregate", 2)
        assert [command["id"] for command in story["commands"]] == ["c-1", "c-2"]
        (entry,) = story["entries"]
        assert (entry["version"], entry["deleted"], entry["merchant"]) == (2, True, "…")
    assert "is deleted, at version 2" in poon(str(first.id)).stdout
    assert SECRET not in poon(str(first.id)).stdout
    assert SECRET in poon(str(first.id), "--personal").stdout


def test_one_entry_of_a_decision_about_hundreds_is_told_with_where_it_stands(url: str) -> None:
    entries = [spending(f"row-{number}") for number in range(100)]
    rows = [
        event("chunk-1", ordinal=place, stream=entry_stream(entry.id), version=1, terminal=place == len(entries) - 1)
        for place, entry in enumerate(entries)
    ]
    keep(url, Verdict(rows[0].inbox_key, tuple(rows), tuple(entries)))
    for entry in (entries[0], entries[-1]):
        story = traced(str(entry.id))
        (command,) = story["commands"]
        assert (len(command["events"]), command["events_left_out"]) == (MOST_EVENTS, 100 - MOST_EVENTS)
        assert story["entries"][0]["id"] == str(entry.id)
        assert len(story["entries"]) == MOST_ENTRIES
    assert "60 more events of the same decision" in poon("chunk-1").stdout


def test_a_huge_workflow_is_summarised(url: str) -> None:
    bench = receipt_in_work(url)
    last = asyncio.run(bench.history())[-1]
    total = 1_000
    many = [
        last._replace(id=UUID(int=version), version=version, causation_id=f"timer-{version}", ordinal=0)
        for version in range(last.version + 1, total + 1)
    ]
    keep(url, *(Verdict(row.inbox_key, (row,)) for row in many))
    (command,) = traced("start")["commands"]
    workflow = command["workflow"]
    told = [event["version"] for transition in workflow["transitions"] for event in transition["events"]]
    assert (workflow["events"], workflow["events_left_out"]) == (total, total - MOST_ROWS)
    assert told == [*range(1, MOST_ROWS // 2 + 1), *range(total - MOST_ROWS // 2 + 1, total + 1)]
    shown = poon("start").stdout
    assert f"{total - MOST_ROWS} events left out here: `poon workflows show {WORKFLOW_ID}`" in shown


def test_a_workflow_whose_history_was_archived_is_told_by_where_it_stands(url: str) -> None:
    receipt_in_work(url)
    forget_events(url)
    story = traced(str(WORKFLOW_ID))
    assert (story["found"], story["commands"], story["workflow"]["phase"]) == ("workflow", [], "running")
    assert "archived" in poon(str(WORKFLOW_ID)).stdout
    assert poon(str(WORKFLOW_ID), "--tenant", "globex").exit_code == ExitCode.NO


def test_an_event_or_letter_of_another_tenant_is_not_told(url: str) -> None:
    verdict, given_up = text_verdict("c-1"), failed_verdict("c-2")
    keep(url, verdict, given_up)
    assert poon(str(verdict.events[0].id), "--tenant", "globex").exit_code == ExitCode.NO
    forget_events(url)
    assert poon("c-2", "--tenant", "globex").exit_code == ExitCode.NO
    assert poon("c-2", "--tenant", "acme").exit_code == ExitCode.OK


def test_the_same_id_of_another_tenant_is_named(url: str) -> None:
    verdict = text_verdict("c-1")
    other = verdict.events[0]._replace(tenant="globex", id=UUID(int=5))
    keep(url, verdict, Verdict(other.inbox_key, (other,)))
    assert (traced("c-1")["tenant"], traced("c-1")["also_of"]) == ("acme", ["globex"])
    assert traced("c-1", "--tenant", "globex")["tenant"] == "globex"
    assert "--tenant tells which" in poon("c-1").stdout


def test_a_rejected_command_says_why(url: str) -> None:
    delivery = receive(text_record(5, "c-1"), PartitionOffsets())
    error = RejectionError(ErrorCode.NO_AMOUNT, "it names no sum", field="text")
    keep(url, outcomes.rejected(delivery, error, NOON))
    outcome = traced("c-1")["commands"][0]["outcome"]
    assert (outcome["verdict"], outcome["code"], outcome["field"]) == ("rejected", "no_amount", "text")
    assert "no_amount (text): it names no sum" in poon("c-1").stdout


def test_the_trace_of_a_command_is_that_of_its_spans(url: str) -> None:
    traceparent = f"00-{'ab' * 16}-{'cd' * 8}-01"
    record = text_record(5, "c-1")
    headers = (*record.headers, ("traceparent", traceparent.encode()))
    given_up = failed_verdict("c-1", contents=Contents(record.value, headers))
    keep(url, given_up, text_verdict("c-2"))
    assert traced("c-1")["commands"][0]["trace_id"] == "ab" * 16
    envelope = receive(text_record(5, "c-2"), PartitionOffsets()).envelope
    own = Sampling("texts", tracing=True, ratio=0, slow=1).context(envelope).trace_id
    assert traced("c-2")["commands"][0]["trace_id"] == f"{own:032x}"


def test_steps_of_a_chosen_command_are_in_its_trace(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POON_TELEMETRY__OTLP_ENDPOINT", "http://collector:4318")
    monkeypatch.setenv("POON_TELEMETRY__TRACE_RATIO", "1")
    receipt_in_work(url)
    (command,) = traced("start")["commands"]
    steps = [
        event["command"]["trace_id"]
        for transition in command["workflow"]["transitions"]
        for event in transition["events"]
        if event["command"] is not None and event["command"]["trace_id"]
    ]
    assert set(steps) == {command["trace_id"]}


def test_what_is_nowhere_is_told_with_where_to_look(url: str) -> None:
    keep(url, text_verdict("c-1"))
    for arguments in (["unknown"], ["c-1", "--tenant", "globex"], [str(UUID(int=7))]):
        result = poon(*arguments)
        assert result.exit_code == ExitCode.NO
        for words in ("nothing", "poon lag", "7 days", "archive"):
            assert words in result.stderr
