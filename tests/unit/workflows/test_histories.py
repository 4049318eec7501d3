"""A long history is not read from its beginning at every step, and what is kept of it is never trusted blindly."""

import random
from collections.abc import Sequence
from uuid import UUID

import pytest

from contracts.base import Event
from contracts.codec import decode_command
from contracts.commands.statements import CloseStatement, ImportStatementChunk, SurveyStatement
from contracts.commands.workflows import ImportStatement, SteerWorkflow, WorkflowAction
from contracts.errors import ErrorCode
from contracts.events.statements import StatementChunkImported, StatementImported, StatementSurveyed
from contracts.events.workflows import WorkflowCompleted
from contracts.registry import COMMANDS
from contracts.statements import StatementReference, StatementTotals
from tests.fakes.store import MemoryReader, MemoryStore
from tests.unit.workflows.test_handlers import OWNER, TENANT, Bench, delivery_of
from workers.domain.errors import RejectionError
from workers.ports.store import WHOLE, Span, StoredEvent
from workers.workflows.catalogue import DEFINITIONS
from workers.workflows.handlers import Workflows, new_workflow_id, stream_of, workflow_handlers
from workers.workflows.histories import MOST_KEPT, WORTH_KEEPING, Histories, History

START = ImportStatement(file=StatementReference(kind="reference", key="a.csv", sha256="0" * 64))


class CountingReader(MemoryReader):
    """Tells how many rows it has read."""

    def __init__(self, store: MemoryStore) -> None:
        super().__init__(store)
        self.rows = 0

    async def stream(self, tenant: str, stream: str, span: Span = WHOLE) -> Sequence[StoredEvent]:
        found = await super().stream(tenant, stream, span)
        self.rows += len(found)
        return found

    async def stream_with(self, tenant: str, event_id: UUID) -> Sequence[StoredEvent]:
        found = await super().stream_with(tenant, event_id)
        self.rows += len(found)
        return found


class Import:
    """An import whose chunks are answered as they are asked for."""

    def __init__(self, chunks: int, bench: Bench | None = None, name: str = "start") -> None:
        self.chunks = chunks
        self.id = new_workflow_id(TENANT, name)
        self.name = name
        self.bench = bench or Bench()
        self.reader = CountingReader(self.bench.store)
        self.restart()

    def restart(self) -> None:
        """Another worker goes on, which has read nothing yet."""
        self.bench.table = workflow_handlers(Workflows(self.reader, self.bench.store, random.Random(1)))

    async def begin(self) -> StoredEvent:
        return sent_last(await self.bench.take(delivery_of(START, self.name)))

    async def step(self, sent: StoredEvent) -> StoredEvent | None:
        """Answer a command; what is sent next."""
        return sent_last(await self.bench.answer(sent, self._outcome(sent)), or_none=True)

    async def go(self, sent: StoredEvent | None, steps: int = 1_000_000) -> StoredEvent | None:
        while sent is not None and steps > 0:
            sent = await self.step(sent)
            steps -= 1
        return sent

    async def history(self) -> Sequence[StoredEvent]:
        return await self.bench.reader.stream(TENANT, stream_of(self.id))

    def _outcome(self, sent: StoredEvent) -> Event:
        command = decode_command(sent.type, sent.data.encode())
        if isinstance(command, SurveyStatement):
            return StatementSurveyed(
                statement_id=self.id, sha256="0" * 64, kind="csv", rows=0, unreadable=0, chunks=self.chunks
            )
        if isinstance(command, ImportStatementChunk):
            return StatementChunkImported(
                statement_id=self.id,
                chunk=command.chunk,
                chunks=command.chunks,
                results=(),
                totals=StatementTotals(),
                so_far=StatementTotals(),
            )
        assert isinstance(command, CloseStatement)
        return StatementImported(statement_id=self.id, complete=True, rows=0, totals=StatementTotals(), sums_agree=True)


def sent_last(rows: Sequence[StoredEvent], *, or_none: bool = False) -> StoredEvent:
    sent = [row for row in rows if row.type in COMMANDS]
    if or_none and not sent:
        return None  # type: ignore[return-value]  # of the last step
    return sent[-1]


async def rows_read(chunks: int) -> int:
    one = Import(chunks)
    await one.go(await one.begin())
    last = (await one.history())[-1]
    assert last.type == WorkflowCompleted.type
    assert len([row for row in await one.history() if row.type == ImportStatementChunk.type]) == chunks
    return one.reader.rows


async def test_ten_times_the_parts_read_ten_times_the_rows_and_no_more() -> None:
    ten, hundred, two_hundred = [await rows_read(chunks) for chunks in (10, 100, 200)]
    assert hundred < 11 * ten
    assert two_hundred - hundred == 4 * 100, "what a part adds, and the row that is checked"


async def test_another_worker_goes_on_from_a_history_it_never_read() -> None:
    one = Import(40)
    sent = await one.go(await one.begin(), 20)
    one.restart()
    await one.go(await one.go(sent, 5))
    assert (await one.history())[-1].type == WorkflowCompleted.type


async def test_what_another_worker_did_meanwhile_is_read_before_going_on() -> None:
    one = Import(40)
    sent = await one.go(await one.begin(), 20)
    mine = one.bench.table
    one.restart()
    sent = await one.go(sent, 7)
    one.bench.table = mine
    await one.go(sent)
    rows = await one.history()
    assert rows[-1].type == WorkflowCompleted.type
    assert [row.version for row in rows] == list(range(1, len(rows) + 1))


async def test_a_kept_fold_is_that_of_the_whole_stream() -> None:
    one = Import(40)
    histories = Histories(one.reader, DEFINITIONS)
    sent: StoredEvent | None = await one.begin()
    while sent is not None:
        told = await histories.of(TENANT, stream_of(one.id))
        assert told == await Histories(one.reader, DEFINITIONS).of(TENANT, stream_of(one.id))
        sent = await one.go(sent, 3)


async def test_a_stream_that_was_deleted_with_its_owner_is_unknown_though_it_was_kept() -> None:
    one = Import(40)
    sent = await one.go(await one.begin(), 20)
    assert sent is not None
    one.bench.store.decided.clear()
    steer = SteerWorkflow(workflow_id=one.id, action=WorkflowAction.ABORT, by="somchai", reason="because")
    for _ in range(2):
        with pytest.raises(RejectionError) as raised:
            await one.bench.take(delivery_of(steer, "steer"))
        assert raised.value.code is ErrorCode.WORKFLOW_NOT_FOUND


async def test_a_kept_history_is_shown_to_its_own_tenant_and_owner_alone() -> None:
    one = Import(40)
    sent = await one.go(await one.begin(), 20)
    assert sent is not None
    histories = Histories(one.reader, DEFINITIONS)
    known = await histories.with_command(TENANT, sent.id)
    assert known.version >= WORTH_KEEPING
    assert (await histories.with_command(TENANT, sent.id)) == known
    with pytest.raises(RejectionError):
        await histories.with_command("globex", sent.id)
    with pytest.raises(RejectionError):
        await histories.of("globex", stream_of(one.id))
    steer = SteerWorkflow(workflow_id=one.id, action=WorkflowAction.ABORT, by="somchai", reason="because")
    with pytest.raises(RejectionError) as raised:
        await one.bench.take(delivery_of(steer, "steer", "stranger"))
    assert raised.value.code is ErrorCode.WORKFLOW_NOT_FOUND
    assert known.origin.owner == OWNER


async def test_a_bounded_number_of_long_histories_is_kept_the_newest_of_them() -> None:
    bench = Bench()
    imports = [Import(40, bench, f"start-{number}") for number in range(MOST_KEPT + 1)]
    for one in imports:
        one.restart()
        await one.go(await one.begin(), 10)
    reader = CountingReader(bench.store)
    histories = Histories(reader, DEFINITIONS)

    async def read(one: Import) -> tuple[History, int]:
        before = reader.rows
        return await histories.of(TENANT, stream_of(one.id)), reader.rows - before

    whole = [await read(one) for one in imports]
    assert all(rows == history.version >= WORTH_KEEPING for history, rows in whole)
    assert [rows for _, rows in [await read(one) for one in imports[1:]]] == [1] * MOST_KEPT
    _, first = await read(imports[0])
    assert first == whole[0][1], "it had to make room"
