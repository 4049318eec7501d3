"""A whole fleet processes receipts: what is recorded, and what becomes of those that cannot be."""

import json
from collections.abc import AsyncIterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
import pytest_asyncio

from adapters.clock import SystemClock
from adapters.database.engine import open_database
from adapters.database.schema import migrate
from adapters.database.workflows import SqlTimerStore, SqlWorkflowBoard
from adapters.kafka.connection import KafkaConnection
from adapters.kafka.publisher import KafkaPublisher
from contracts.base import Command
from contracts.codec import decode_event, encode
from contracts.commands.receipts import ExtractReceipt
from contracts.commands.spending import RecordSpending
from contracts.commands.workflows import ProcessReceipt
from contracts.envelope import Envelope
from contracts.events.workflows import WorkflowCompensated, WorkflowCompleted
from contracts.money import Money
from contracts.registry import EVENTS
from contracts.topics import TopicRole, topic_name
from contracts.values import Confidence
from tests.ledger.observe import empty_topics
from tests.services.kafka import KafkaService, fresh_name
from tests.services.waiting import eventually
from workers.bootstrap.fleet import Fleet, running
from workers.config import Settings
from workers.entrypoints.demo.material import DATA
from workers.entrypoints.images import inline_image
from workers.ports.messages import OutgoingRecord
from workers.ports.store import StoredEvent
from workers.ports.workflows import Phase
from workers.workflows.handlers import new_workflow_id, stream_of
from workers.workflows.receipts import entry_id_of

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400), pytest.mark.asyncio(loop_scope="module")]

TENANT = "acme"
PATIENCE = 240.0
RECEIPT = "coffee-cash.jpg"
KEY = next(key for key in map(json.loads, (DATA / "keys.jsonl").read_text().splitlines()) if key["file"] == RECEIPT)


@pytest.fixture(scope="module")
def settings(kafka_service: KafkaService, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return fleet_settings(kafka_service, tmp_path_factory.mktemp("workflows"))


def fleet_settings(kafka_service: KafkaService, folder: Path) -> Settings:
    """Of a fleet of its own with empty topics."""
    empty_topics(kafka_service)
    database = f"sqlite:///{folder}/poon.db"
    migrate(database)
    return Settings.model_validate(
        {
            "data_dir": folder,
            "kafka": {
                "bootstrap_servers": kafka_service.bootstrap_servers,
                "group_id": fresh_name("workflows"),
                "session_timeout_seconds": 6,
            },
            "database": {"url": database},
            "ocr": {"processes": 1},
        }
    )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def fleet(settings: Settings) -> AsyncIterator[Fleet]:
    async with running(settings, ["receipts", "spending", "workflows"]) as fleet:
        yield fleet


async def send(settings: Settings, command: Command, command_id: str, owner: str) -> None:
    await send_all(settings, {command_id: command}, owner)


async def send_all(settings: Settings, commands: Mapping[str, Command], owner: str) -> None:
    """Have an owner's commands published, by their ids."""
    publisher = KafkaPublisher(KafkaConnection(settings.kafka.bootstrap_servers), "workflows-test")
    records = []
    for command_id, command in commands.items():
        envelope = Envelope(
            id=command_id, source="/test", type=command.type, time=SystemClock().now(), tenant=TENANT, owner=owner
        )
        topic = topic_name(command.area, TopicRole.COMMANDS)
        records.append(OutgoingRecord(topic, envelope.key.encode(), encode(command), envelope.headers()))
    await publisher.start()
    await publisher.publish(records)
    await publisher.stop()


def receipt(data: bytes, **options: object) -> ProcessReceipt:
    day = date.fromisoformat(KEY["reference_date"])
    return ProcessReceipt.model_validate({"image": inline_image(data), "reference_date": day, **options})


def demo_image() -> bytes:
    return (DATA / "images" / RECEIPT).read_bytes()


async def history_of(fleet: Fleet, workflow_id: UUID) -> list[str]:
    """What a workflow's stream tells, by the last but one words of its types, once it has ended."""
    found: list[StoredEvent] = []

    async def ended() -> bool:
        found[:] = await fleet.store.stream(TENANT, stream_of(workflow_id))
        return bool(found) and found[-1].type in {WorkflowCompleted.type, WorkflowCompensated.type}

    await eventually(ended, f"the end of workflow {workflow_id}", seconds=PATIENCE)
    return [row.type.removeprefix("poon.").removesuffix(".v1") for row in found]


async def end_of(fleet: Fleet, workflow_id: UUID) -> WorkflowCompensated:
    await history_of(fleet, workflow_id)
    last = (await fleet.store.stream(TENANT, stream_of(workflow_id)))[-1]
    event = decode_event(last.type, last.data.encode())
    assert isinstance(event, WorkflowCompensated)
    return event


async def nothing_is_left_over(settings: Settings, workflow_id: UUID, phase: Phase) -> None:
    database = open_database(settings.database.url.get_secret_value())
    run = await SqlWorkflowBoard(database).get(workflow_id)
    assert run is not None
    assert run.phase is phase
    assert await SqlTimerStore(database).next_due(range(12)) is None, "the timers of what has ended are gone"
    await database.close()


async def test_a_receipt_is_read_and_recorded(fleet: Fleet, settings: Settings) -> None:
    await send(settings, receipt(demo_image()), "good", "nok")
    workflow_id = new_workflow_id(TENANT, "good")
    assert await history_of(fleet, workflow_id) == [
        "receipt.extract",
        "step.started",
        "workflow.started",
        "step.succeeded",
        "spending.record",
        "step.started",
        "step.succeeded",
        "workflow.completed",
    ]
    entry = await fleet.entries.get(TENANT, entry_id_of(workflow_id))
    assert entry is not None
    assert (entry.owner, entry.amount.amount, entry.spent_on) == (
        "nok",
        Decimal(KEY["total"]),
        date.fromisoformat(KEY["date"]),
    )
    await nothing_is_left_over(settings, workflow_id, Phase.COMPLETED)


async def test_a_receipt_that_cannot_be_read_ends_with_the_code_of_the_reading(
    fleet: Fleet, settings: Settings
) -> None:
    await send(settings, receipt(b"\xff\xd8\xff\xe0" + bytes(400)), "damaged", "lek")
    workflow_id = new_workflow_id(TENANT, "damaged")
    end = await end_of(fleet, workflow_id)
    assert (end.step, end.code, end.undone) == ("extract", "image_unreadable", ())
    assert await fleet.entries.get(TENANT, entry_id_of(workflow_id)) is None
    await nothing_is_left_over(settings, workflow_id, Phase.COMPENSATED)


async def test_a_receipt_that_is_read_with_too_little_certainty_is_not_recorded(
    fleet: Fleet, settings: Settings
) -> None:
    await send(settings, receipt(demo_image(), min_confidence=Confidence(1.0)), "doubtful", "may")
    workflow_id = new_workflow_id(TENANT, "doubtful")
    end = await end_of(fleet, workflow_id)
    assert (end.step, end.code) == ("record", "low_confidence")
    assert await fleet.entries.get(TENANT, entry_id_of(workflow_id)) is None


async def test_a_workflow_whose_entry_is_refused_is_compensated(fleet: Fleet, settings: Settings) -> None:
    workflow_id = new_workflow_id(TENANT, "taken")
    taken = RecordSpending(entry_id=entry_id_of(workflow_id), amount=Money.of("65"), merchant="Cafe")
    await send(settings, taken, "stranger", "somchai")

    async def recorded() -> bool:
        return await fleet.entries.get(TENANT, entry_id_of(workflow_id)) is not None

    await eventually(recorded, "the other entry", seconds=PATIENCE)
    await send(settings, receipt(demo_image()), "taken", "kai")
    end = await end_of(fleet, workflow_id)
    assert (end.step, end.code) == ("record", "entry_exists")
    entry = await fleet.entries.get(TENANT, entry_id_of(workflow_id))
    assert entry is not None
    assert not entry.is_deleted, "what the workflow did not record is not its to undo"


async def test_every_command_of_a_workflow_has_one_terminal_outcome(fleet: Fleet, settings: Settings) -> None:
    await send(settings, receipt(demo_image()), "counted", "ploy")
    workflow_id = new_workflow_id(TENANT, "counted")
    await history_of(fleet, workflow_id)
    terminal: dict[tuple[str, str], int] = {}
    async for row in fleet.store.scan(TENANT):
        if row.terminal:
            assert row.type in EVENTS, "a command is never the end of anything"
            key = (row.handler, row.causation_id)
            terminal[key] = terminal.get(key, 0) + 1
    rows = await fleet.store.stream(TENANT, stream_of(workflow_id))
    sent = {("receipts" if row.type == ExtractReceipt.type else "spending", str(row.id)) for row in rows} & set(
        terminal
    )
    assert len(sent) == 2
    assert set(terminal.values()) == {1}
