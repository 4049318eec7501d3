"""Statements imported by fleets that are killed, on the best Kafka there is and on PostgreSQL: the end is the same."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from adapters.clock import SystemClock
from adapters.database.engine import open_database
from adapters.database.reading import SqlEventReader, SqlSpendingRepository
from adapters.database.schema import migrate
from adapters.database.workflows import SqlTimerStore
from adapters.kafka.connection import KafkaConnection
from adapters.kafka.publisher import KafkaPublisher
from contracts.base import Event
from contracts.codec import decode_event, encode
from contracts.commands.workflows import ImportStatement
from contracts.envelope import Envelope
from contracts.events.statements import StatementChunkImported, StatementImported
from contracts.events.workflows import StepSucceeded, WorkflowCompleted
from contracts.statements import RowStatus
from contracts.topics import TopicRole, topic_name
from tests.e2e.fleet_process import FleetProcess
from tests.ledger.observe import empty_topics
from tests.services.kafka import KafkaService, fresh_name
from tests.services.stores import open_statement_files
from tests.services.waiting import eventually
from tests.unit.adapters.statements.many import WRITERS, sums
from workers.entrypoints.exits import ExitCode
from workers.ports.messages import OutgoingRecord
from workers.ports.store import StoredEvent
from workers.workflows.handlers import new_workflow_id, stream_of

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

TENANT, OWNER, COMMAND_ID = "acme", "nok", "import-1"
WORKFLOW_ID = new_workflow_id(TENANT, COMMAND_ID)
ROWS = 2_000
PATIENCE = 400.0


async def send(servers: str, command: ImportStatement) -> None:
    publisher = KafkaPublisher(KafkaConnection(servers), "statements-test")
    envelope = Envelope(
        id=COMMAND_ID, source="/test", type=command.type, time=SystemClock().now(), tenant=TENANT, owner=OWNER
    )
    await publisher.start()
    topic = topic_name(command.area, TopicRole.COMMANDS)
    await publisher.publish([OutgoingRecord(topic, envelope.key.encode(), encode(command), envelope.headers())])
    await publisher.stop()


class Told:
    """What the database tells of the import."""

    def __init__(self, url: str) -> None:
        self.database = open_database(url)
        self._reader = SqlEventReader(self.database)

    async def rows(self, kind: str | None = None) -> list[StoredEvent]:
        return [row async for row in self._reader.scan(TENANT) if kind in {None, row.type}]

    async def events(self, kind: str) -> list[Event]:
        return [decode_event(row.type, row.data.encode()) for row in await self.rows(kind)]

    async def until(self, kind: str, count: int) -> None:
        """Wait for so many of a kind in the workflow's own stream, which is short."""

        async def come() -> bool:
            stream = await self._reader.stream(TENANT, stream_of(WORKFLOW_ID))
            return sum(row.type == kind for row in stream) >= count

        await eventually(come, f"{count} of {kind}", seconds=PATIENCE)


def a_fleet(kafka: KafkaService, database: str, folder: Path) -> FleetProcess:
    empty_topics(kafka)
    environment = {
        "POON_KAFKA__BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
        "POON_KAFKA__GROUP_ID": fresh_name("statements"),
        "POON_KAFKA__SESSION_TIMEOUT_SECONDS": "6",
        "POON_DATABASE__URL": database,
    }
    return FleetProcess(environment, folder, areas="statements,workflows")


async def test_an_import_by_fleets_that_are_killed_ends_exactly(
    kafka_service: KafkaService, fresh_database: str, tmp_path: Path
) -> None:
    await asyncio.to_thread(migrate, fresh_database)
    fleet = a_fleet(kafka_service, fresh_database, tmp_path)
    file = tmp_path / "many.csv"
    await asyncio.to_thread(WRITERS["csv"], file, ROWS)
    files = open_statement_files(f"file://{tmp_path}/images")
    reference = await asyncio.to_thread(lambda: files.save("acme/many.csv", [file.read_bytes()]))
    told = Told(fresh_database)
    await asyncio.to_thread(fleet.start_and_wait)
    await send(kafka_service.bootstrap_servers, ImportStatement(file=reference))
    for deaths in (1, 2):
        await told.until(StepSucceeded.type, 1 + deaths)  # the survey, and so many chunks
        await asyncio.to_thread(fleet.kill)
        await asyncio.to_thread(fleet.start_and_wait)
    await told.until(WorkflowCompleted.type, 1)
    assert await asyncio.to_thread(fleet.terminate) == ExitCode.OK
    await _judge_sums(told)
    await _judge_rows(told)
    assert await SqlTimerStore(told.database).next_due(range(12)) is None
    await told.database.close()


async def _judge_sums(told: Told) -> None:
    wanted = sums(ROWS)
    (end,) = await told.events(StatementImported.type)
    assert isinstance(end, StatementImported)
    assert (end.complete, end.sums_agree, end.totals.rows, end.totals.rejected) == (True, True, ROWS, wanted.bad)
    assert [(one.money_out, one.recorded, one.money_in) for one in end.totals.sums] == [
        (wanted.money_out, wanted.money_out, wanted.money_in)
    ]


async def _judge_rows(told: Told) -> None:
    """One result a row, one entry a recorded row, one end a command."""
    chunks = await told.events(StatementChunkImported.type)
    results = {one.row: one for event in chunks if isinstance(event, StatementChunkImported) for one in event.results}
    assert len(results) == ROWS
    entries = await SqlSpendingRepository(told.database).of_tenant(TENANT)
    recorded = {one.entry_id for one in results.values() if one.status is RowStatus.RECORDED}
    assert {entry.id for entry in entries} == recorded
    assert sum(entry.amount.amount for entry in entries) == sums(ROWS).money_out
    everything = await told.rows()
    terminal = Counter((row.handler, row.causation_id) for row in everything if row.terminal)
    assert set(terminal.values()) == {1}
    ends = [row.type for row in everything if row.stream == stream_of(WORKFLOW_ID)][-1:]
    assert ends == [WorkflowCompleted.type]
