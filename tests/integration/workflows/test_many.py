"""Many workflows at once, faults at every step, and fleets that die: all end, once, and leave nothing behind."""

import asyncio
import random
from collections import Counter
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
from contracts.events.workflows import WorkflowCompensated, WorkflowCompleted
from contracts.money import Money
from tests.integration.workflows.mortal import LEFT_BEHIND, TENANT, Fuse, World
from tests.integration.workflows.test_kill_points import READ
from workers.ports.errors import BackendError, ImageError
from workers.ports.handling import CommandContext, Decision, NewEvent
from workers.workflows.definitions import Definition, Facts, Leg, RetryRule, Step
from workers.workflows.handlers import new_workflow_id
from workers.workflows.receipts import PROCESS_RECEIPT, entry_id_of

pytestmark = [pytest.mark.timeout(600), pytest.mark.filterwarnings(LEFT_BEHIND)]

MANY = 120
OWNERS = 30
DEATHS = 8
FAULTY = 10
"""Of so many commands of a type, one meets a fault."""
STUBBORN = RetryRule(attempts=12, base_delay=0.02, max_delay=0.1)
STARTS = {f"start-{number}": f"owner-{number % OWNERS}" for number in range(MANY)}
WORKFLOWS = {new_workflow_id(TENANT, start): start for start in STARTS}


def is_damaged(start: str) -> bool:
    return int(start.removeprefix("start-")) % 20 == 3


def is_doomed(start: str) -> bool:
    """Whether its last step is refused, after its entry was recorded."""
    return int(start.removeprefix("start-")) % 10 == 7


def _bill(facts: Facts) -> RecordSpending:
    doomed = is_doomed(WORKFLOWS[facts.workflow_id])
    return RecordSpending(amount=Money.of("0" if doomed else "1"), merchant="bill")


def _stubborn(step: Step) -> Step:
    def leg(one: Leg) -> Leg:
        return Leg(sends=one.sends, makes=one.makes, timeout=one.timeout, retry=STUBBORN, good_codes=one.good_codes)

    return Step(step.name, leg(step.do), step.undo and leg(step.undo), step.irreversible)


BILLED = Definition(
    PROCESS_RECEIPT.name,
    PROCESS_RECEIPT.starts_with,
    (
        *(tuple(map(_stubborn, group)) for group in PROCESS_RECEIPT.groups),
        (Step("bill", Leg(sends=RecordSpending, makes=_bill, timeout=60.0, retry=STUBBORN)),),
    ),
    PROCESS_RECEIPT.entry_id,
)


class Luck:
    """Faults at every step: an engine or a handler that is out now and then."""

    def __init__(self) -> None:
        self.seen = Counter[str]()

    def strike(self, command: Command) -> None:
        name = type(command).__name__
        self.seen[name] += 1
        if self.seen[name] % FAULTY == 0:
            raise BackendError(ErrorCode.BACKEND_UNAVAILABLE, "out")

    async def read(self, command: Command, context: CommandContext) -> Decision:
        assert isinstance(command, ExtractReceipt)
        self.strike(command)
        if is_damaged(context.correlation_id):
            raise ImageError(ErrorCode.IMAGE_UNREADABLE, "damaged")
        return Decision((NewEvent(READ),))


async def test_all_end_once_and_leave_nothing_behind_whatever_fails_and_whoever_dies(tmp_path: Path) -> None:
    file = tmp_path / "poon.db"
    await asyncio.to_thread(migrate, f"sqlite:///{file}")
    luck, rng = Luck(), random.Random(2)
    world = World(file, BILLED, luck.read, luck.strike)
    for start, owner in STARTS.items():
        world.begin(start, owner)
    deaths = 0
    while deaths < DEATHS and not await world.live(Fuse(rng.randrange(40, 250))):
        deaths += 1
    assert deaths == DEATHS, "the fleet died while there was work"
    assert await world.live(Fuse())
    assert set(luck.seen) == {"ExtractReceipt", "RecordSpending", "DeleteSpending"}
    assert min(luck.seen.values()) >= FAULTY, "there were faults at every step"
    await _judge(file)


async def _judge(file: Path) -> None:
    database = open_database(f"sqlite:///{file}")
    reader, entries = SqlEventReader(database), SqlSpendingRepository(database)
    rows = [row async for row in reader.scan(TENANT)]
    kept = {entry.id for entry in await entries.of_tenant(TENANT) if not entry.is_deleted}
    left = await SqlTimerStore(database).next_due([0])
    await database.close()
    ends = Counter(
        (row.stream, row.type) for row in rows if row.type in {WorkflowCompleted.type, WorkflowCompensated.type}
    )
    wanted = {
        (f"workflow-{workflow_id}", (WorkflowCompensated if _fails(start) else WorkflowCompleted).type): 1
        for workflow_id, start in WORKFLOWS.items()
    }
    assert dict(ends) == wanted
    own = {entry_id_of(workflow_id): start for workflow_id, start in WORKFLOWS.items()}
    assert kept & set(own) == {entry for entry, start in own.items() if not _fails(start)}
    assert left is None
    terminal = Counter((row.handler, row.causation_id) for row in rows if row.terminal)
    assert set(terminal.values()) == {1}


def _fails(start: str) -> bool:
    return is_damaged(start) or is_doomed(start)
