"""A fleet killed after any write of an import, in turn: the next one brings it to the same end."""

import asyncio
import base64
import random
import shutil
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

import pytest

from adapters.computing import ThreadComputing
from adapters.database.duplicates import SqlDuplicateRepository
from adapters.database.engine import Database, open_database
from adapters.database.mapping_reading import SqlMappingRepository
from adapters.database.reading import SqlEventReader, SqlSpendingRepository
from adapters.database.schema import migrate
from adapters.database.store import SqlDecisionStore
from adapters.database.workflows import SqlTimerStore
from adapters.inference.mappings import SortedLayer
from adapters.statements.occurrences import open_occurrences
from adapters.statements.reader import FileStatementReader
from adapters.storage.statements import open_statement_stores
from contracts.base import Command
from contracts.codec import decode_event
from contracts.commands.statements import CloseStatement, ImportStatementChunk, SurveyStatement
from contracts.commands.workflows import ImportStatement
from contracts.events.statements import StatementChunkImported, StatementImported
from contracts.events.workflows import WorkflowCompensated, WorkflowCompleted
from contracts.statements import InlineStatement, RowStatus
from tests.fakes.inference import FakeCategorization
from tests.integration.workflows.mortal import LEFT_BEHIND, TENANT, Fuse, World
from tests.integration.workflows.test_kill_points import reads_well
from tests.moments import moments
from tests.unit.handlers.examples import CATEGORY
from workers.domain.mapping_keys import key_of
from workers.domain.spending import entry_stream
from workers.handlers.books import Books
from workers.handlers.spending import Duplicates
from workers.handlers.statements import StatementTools, close_statement, import_chunk, survey_statement
from workers.ports.handling import Handler
from workers.ports.sealing import UNSEALED
from workers.ports.store import StoredEvent
from workers.workflows.handlers import Workflows, new_workflow_id, stream_of, workflow_handlers
from workers.workflows.statements import IMPORT_STATEMENT

pytestmark = [pytest.mark.timeout(900), pytest.mark.filterwarnings(LEFT_BEHIND)]

START = "import-1"
WORKFLOW_ID = new_workflow_id(TENANT, START)
MOST_WRITES = 150
CSV = (
    "Date,Description,Debit,Credit\n"
    "02/01/2026,7-ELEVEN,65.00,\n"
    "02/01/2026,7-ELEVEN,65.00,\n"
    "03/01/2026,Salary,,30000.00\n"
    "32/01/2026,wrong,1.00,\n"
    "20/01/2026,AIS,599.00,\n"
)
COMMAND = ImportStatement(file=InlineStatement(kind="inline", data=base64.b64encode(CSV.encode())))


@dataclass
class ImportWorld(World):
    """Chunks of two rows, so that there are three."""

    areas: tuple[str, ...] = ("statements", "workflows")

    @property
    def files(self) -> str:
        """The folder of statements, beside the database."""
        return f"{self.url.removeprefix('sqlite:///')}.files"

    def _handlers(self, database: Database, decisions: SqlDecisionStore) -> dict[type[Command], Handler]:
        files = open_statement_stores(f"file://{self.files}", UNSEALED)
        computing = ThreadComputing()
        tools = StatementTools(FileStatementReader(), files, open_occurrences, lambda _: None, computing, chunk_rows=2)
        entries = SqlSpendingRepository(database)
        record = partial(
            import_chunk,
            tools=tools,
            entries=entries,
            duplicates=Duplicates(SqlDuplicateRepository(database, entries), key_of),
            books=Books(SqlMappingRepository(database), SortedLayer),
            categorization=FakeCategorization(CATEGORY),
        )
        workflows = Workflows(SqlEventReader(database), decisions, random.Random(1))
        return {
            SurveyStatement: cast("Handler", partial(survey_statement, tools=tools)),
            ImportStatementChunk: cast("Handler", record),
            CloseStatement: cast("Handler", partial(close_statement, tools=tools)),
            **workflow_handlers(workflows),
        }


@pytest.fixture(scope="module")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("empty") / "poon.db"
    migrate(f"sqlite:///{file}")
    return file


async def test_a_fleet_killed_after_any_write_leaves_an_import_that_comes_to_the_same_end(
    empty_database: Path, tmp_path: Path
) -> None:
    for killed_after in moments(0, MOST_WRITES):
        file = tmp_path / f"{killed_after}.db"
        await asyncio.to_thread(shutil.copy, empty_database, file)
        world = ImportWorld(f"sqlite:///{file}", IMPORT_STATEMENT, reads_well())
        world.begin(START, command=COMMAND)
        lived = await world.live(Fuse(killed_after))
        if not lived:
            assert await world.live(Fuse()), "the next fleet brings it to its end"
        await _judge(world, f"killed after {killed_after} writes")
        if lived:
            assert killed_after > 40, "there were so many moments to be killed at"
            return
    pytest.fail("the import never ended without being killed")


async def _judge(world: ImportWorld, when: str) -> None:
    database = open_database(world.url)
    reader = SqlEventReader(database)
    everything = [row async for row in reader.scan(TENANT)]
    entries = await SqlSpendingRepository(database).of_tenant(TENANT)
    left = await SqlTimerStore(database).next_due([0])
    await database.close()
    own = [row for row in everything if row.stream == stream_of(WORKFLOW_ID)]
    assert [row.type for row in own if row.type in _ENDS] == [WorkflowCompleted.type], when
    assert left is None, when
    terminal = Counter((row.handler, row.causation_id) for row in everything if row.terminal)
    assert set(terminal.values()) == {1}, when
    _judge_rows(everything, when)
    assert sorted(str(entry.amount) for entry in entries) == ["599.00 THB", "65.00 THB", "65.00 THB"], when
    assert {entry.version for entry in entries} == {1}, when
    recorded = {entry_stream(entry.id) for entry in entries}
    assert recorded == {row.stream for row in everything if row.stream.startswith("entry-")}, when
    kept = await asyncio.to_thread(lambda: [path for path in Path(world.files).rglob("*") if path.is_file()])
    assert kept == [], when


_ENDS = {WorkflowCompleted.type, WorkflowCompensated.type}


def _judge_rows(everything: list[StoredEvent], when: str) -> None:
    told = [decode_event(row.type, row.data.encode()) for row in everything if row.handler == "statements"]
    # A chunk that was sent twice has the same results twice.
    chunks = {event.chunk: event for event in told if isinstance(event, StatementChunkImported)}
    statuses = [result.status for _, event in sorted(chunks.items()) for result in event.results]
    assert statuses == [
        RowStatus.RECORDED,
        RowStatus.RECORDED,
        RowStatus.INCOME,
        RowStatus.REJECTED,
        RowStatus.RECORDED,
    ], when
    (end,) = (event for event in told if isinstance(event, StatementImported))
    assert (end.complete, end.sums_agree, end.totals.rows) == (True, True, 5), when
    (baht,) = end.totals.sums
    assert (str(baht.money_out), str(baht.recorded), str(baht.money_in)) == ("729.00", "729.00", "30000.00"), when
