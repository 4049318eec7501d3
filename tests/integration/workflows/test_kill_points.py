"""A fleet killed after any write of a workflow, in turn: the next one brings it to the same end."""

import asyncio
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.database.engine import open_database
from adapters.database.reading import SqlEventReader, SqlSpendingRepository
from adapters.database.schema import migrate
from adapters.database.workflows import SqlTimerStore
from contracts.base import Command
from contracts.commands.receipts import ExtractReceipt
from contracts.commands.spending import RecordSpending
from contracts.errors import ErrorCode
from contracts.events.receipts import ReceiptExtracted
from contracts.events.workflows import WorkflowCompensated, WorkflowCompleted
from contracts.examples import examples_of
from contracts.money import Money
from contracts.topics import TopicRole, topic_name
from tests.integration.workflows.mortal import AREAS, LEFT_BEHIND, TENANT, Fuse, World
from tests.moments import moments
from workers.ports.errors import BackendError
from workers.ports.handling import CommandContext, Decision, Handler, NewEvent
from workers.ports.store import StoredEvent
from workers.workflows.definitions import Definition, Facts, Leg, RetryRule, Step
from workers.workflows.handlers import new_workflow_id, stream_of
from workers.workflows.receipts import PROCESS_RECEIPT, entry_id_of

pytestmark = [pytest.mark.timeout(600), pytest.mark.filterwarnings(LEFT_BEHIND)]

START = "start-1"
WORKFLOW_ID = new_workflow_id(TENANT, START)
MOST_WRITES = 150
SOON = RetryRule(attempts=4, base_delay=0.05)
READ = next(
    example.message
    for example in examples_of(ReceiptExtracted.type)
    if isinstance(example.message, ReceiptExtracted) and example.message.confidence.is_high
)


def reads_well() -> Handler:
    async def read(command: Command, _context: CommandContext) -> Decision:
        assert isinstance(command, ExtractReceipt)
        return Decision((NewEvent(READ),))

    return read


def is_out_at_first() -> Handler:
    """An engine that is out when it is asked first, whoever asks."""
    asked = Counter[str]()

    async def read(command: Command, _context: CommandContext) -> Decision:
        asked["times"] += 1
        if asked["times"] == 1:
            raise BackendError(ErrorCode.BACKEND_UNAVAILABLE, "out")
        assert isinstance(command, ExtractReceipt)
        return Decision((NewEvent(READ),))

    return read


def _books_nothing(_: Facts) -> RecordSpending:
    return RecordSpending(amount=Money.of("0"), merchant="nothing")


def soon(definition: Definition, *more: tuple[Step, ...]) -> Definition:
    """The same workflow, which loses no time before it tries again."""
    groups = tuple(
        tuple(replace(step, do=replace(step.do, retry=SOON)) for step in group) for group in definition.groups
    )
    return Definition(definition.name, definition.starts_with, (*groups, *more), definition.entry_id)


GOOD = soon(PROCESS_RECEIPT)
DOOMED = soon(PROCESS_RECEIPT, (Step("bill", Leg(sends=RecordSpending, makes=_books_nothing, timeout=60.0)),))
"""Its last step is always refused, so the entry is to be deleted again."""


@pytest.fixture(scope="module")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("empty") / "poon.db"
    migrate(f"sqlite:///{file}")
    return file


@pytest.mark.parametrize(
    ("definition", "reading", "end", "writes"),
    [
        pytest.param(GOOD, reads_well, WorkflowCompleted, 20, id="all goes well"),
        pytest.param(GOOD, is_out_at_first, WorkflowCompleted, 25, id="a step is tried again"),
        pytest.param(DOOMED, reads_well, WorkflowCompensated, 30, id="what was done is undone"),
    ],
)
async def test_a_fleet_killed_after_any_write_leaves_a_workflow_that_comes_to_the_same_end(
    definition: Definition,
    reading: Callable[[], Handler],
    end: type[WorkflowCompleted | WorkflowCompensated],
    writes: int,
    empty_database: Path,
    tmp_path: Path,
) -> None:
    for killed_after in moments(writes, MOST_WRITES):
        file = tmp_path / f"{killed_after}.db"
        await asyncio.to_thread(shutil.copy, empty_database, file)
        world = World(f"sqlite:///{file}", definition, reading())
        world.begin(START)
        lived = await world.live(Fuse(killed_after))
        if not lived:
            assert await world.live(Fuse()), "the next fleet brings it to its end"
        await _judge(world, end, f"killed after {killed_after} writes")
        if lived:
            assert killed_after > writes, "there were so many moments to be killed at"
            return
    pytest.fail("the workflow never ended without being killed")


async def _judge(world: World, end: type[WorkflowCompleted | WorkflowCompensated], when: str) -> None:
    completed = end is WorkflowCompleted
    database = open_database(world.url)
    rows = await SqlEventReader(database).stream(TENANT, stream_of(WORKFLOW_ID))
    entry = await SqlSpendingRepository(database).get(TENANT, entry_id_of(WORKFLOW_ID))
    everything = [row async for row in SqlEventReader(database).scan(TENANT)]
    left = await SqlTimerStore(database).next_due([0])
    await database.close()
    ends = [row.type for row in rows if row.type in {WorkflowCompleted.type, WorkflowCompensated.type}]
    assert ends == [end.type], when
    assert entry is not None, when
    assert entry.is_deleted is not completed, when
    assert left is None, when
    judge_messages(world, everything, when)


def judge_messages(world: World, everything: Sequence[StoredEvent], when: str) -> None:
    """Every command has one outcome; all that is stored was published, perhaps more than once, and nothing else was."""
    terminal = Counter((row.handler, row.causation_id) for row in everything if row.terminal)
    assert set(terminal.values()) == {1}, when
    published = {
        (dict(record.headers)["ce_id"] or b"").decode()
        for area in AREAS
        for role in (TopicRole.EVENTS, TopicRole.COMMANDS)
        for record in world.log.topics.get(topic_name(area, role), ())
        if not (dict(record.headers)["ce_source"] or b"").startswith((b"/test", b"/poon/workers/workflows/timers"))
    }
    assert published == {str(row.id) for row in everything}, when
