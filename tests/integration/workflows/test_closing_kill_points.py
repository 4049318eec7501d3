"""A fleet killed after any write of closing a month, in turn: the next one brings it to the same end."""

import asyncio
import shutil
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from adapters.database.engine import open_database
from adapters.database.reading import SqlEventReader
from adapters.database.schema import migrate
from adapters.database.store import SqlDecisionStore
from adapters.database.workflows import SqlTimerStore
from contracts.base import Command
from contracts.codec import decode_event
from contracts.commands.insights import AnalyzeSpending
from contracts.commands.workflows import CloseMonth
from contracts.errors import ErrorCode
from contracts.events.months import MonthClosed, MonthFrozen, MonthUnfrozen
from contracts.events.workflows import WorkflowCompensated, WorkflowCompleted
from contracts.money import Money
from contracts.values import Category
from tests.conformance.database.samples import TENANT, entry_verdict, spending
from tests.integration.workflows.mortal import LEFT_BEHIND, Fuse, World
from tests.integration.workflows.test_kill_points import DOOMED, judge_messages, reads_well, soon
from tests.moments import moments
from workers.domain.months import month_stream
from workers.ports.errors import BackendError
from workers.workflows.definitions import Definition
from workers.workflows.handlers import new_workflow_id, stream_of
from workers.workflows.months import CLOSE_MONTH

pytestmark = [pytest.mark.timeout(600), pytest.mark.filterwarnings(LEFT_BEHIND)]

START = "close-1"
OWNER = "somchai"
COMMAND = CloseMonth(month="2026-03")
WORKFLOW_ID = new_workflow_id(TENANT, START)
MOST_WRITES = 150
SEED = "seed-"
GOOD = soon(CLOSE_MONTH)
WITHDRAWN = soon(CLOSE_MONTH, DOOMED.groups[-1])
"""Its last step, behind the report, is always refused: the report is to be withdrawn."""


def _no_trouble() -> Callable[[Command], None]:
    return lambda _: None


def _analysis_is_out_at_first() -> Callable[[Command], None]:
    asked = Counter[str]()

    def trouble(command: Command) -> None:
        asked[command.type] += 1
        if isinstance(command, AnalyzeSpending) and asked[command.type] == 1:
            raise BackendError(ErrorCode.BACKEND_UNAVAILABLE, "out")

    return trouble


@pytest.fixture(scope="module")
def march(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with an owner's March in it."""
    file = tmp_path_factory.mktemp("march") / "poon.db"
    migrate(f"sqlite:///{file}")
    asyncio.run(_recorded(f"sqlite:///{file}"))
    return file


async def _recorded(url: str) -> None:
    database = open_database(url)
    entries = [spending(str(day), spent_on=date(2026, 3, day)) for day in range(1, 29)]
    bill = spending("bill", category=Category.BILLS, amount=Money.of("599.00"))
    await SqlDecisionStore(database).commit([entry_verdict(f"{SEED}{one.id}", one) for one in (*entries, bill)])
    await database.close()


@pytest.mark.parametrize(
    ("definition", "trouble", "told", "writes"),
    [
        pytest.param(GOOD, _no_trouble, [MonthFrozen, MonthClosed], 30, id="all goes well"),
        pytest.param(GOOD, _analysis_is_out_at_first, [MonthFrozen, MonthClosed], 35, id="the analysis is tried again"),
        pytest.param(
            WITHDRAWN, _no_trouble, [MonthFrozen, MonthClosed, MonthUnfrozen], 43, id="the report is withdrawn"
        ),
    ],
)
async def test_a_fleet_killed_after_any_write_closes_the_month_once_or_not_at_all(
    definition: Definition,
    trouble: Callable[[], Callable[[Command], None]],
    told: list[type[MonthFrozen | MonthClosed | MonthUnfrozen]],
    writes: int,
    march: Path,
    tmp_path: Path,
) -> None:
    areas = ("insights", "workflows") if definition is GOOD else ("insights", "spending", "workflows")
    for killed_after in moments(writes, MOST_WRITES):
        file = tmp_path / f"{killed_after}.db"
        await asyncio.to_thread(shutil.copy, march, file)
        world = World(f"sqlite:///{file}", definition, reads_well(), areas, trouble())
        world.begin(START, OWNER, COMMAND)
        lived = await world.live(Fuse(killed_after))
        if not lived:
            assert await world.live(Fuse()), "the next fleet brings it to its end"
        await _judge(world, told, f"killed after {killed_after} writes")
        if lived:
            assert killed_after > writes, "there were so many moments to be killed at"
            return
    pytest.fail("the workflow never ended without being killed")


async def _judge(world: World, told: list[type[MonthFrozen | MonthClosed | MonthUnfrozen]], when: str) -> None:
    database = open_database(world.url)
    reader = SqlEventReader(database)
    workflow = await reader.stream(TENANT, stream_of(WORKFLOW_ID))
    month = await reader.stream(TENANT, month_stream(OWNER, COMMAND.month))
    everything = [row async for row in reader.scan(TENANT) if not row.causation_id.startswith(SEED)]
    left = await SqlTimerStore(database).next_due([0])
    await database.close()
    ends = [row.type for row in workflow if row.type in {WorkflowCompleted.type, WorkflowCompensated.type}]
    assert ends == [(WorkflowCompensated if MonthUnfrozen in told else WorkflowCompleted).type], when
    assert [row.type for row in month] == [one.type for one in told], when
    _judge_report(decode_event(month[1].type, month[1].data.encode()), when)
    assert left is None, when
    judge_messages(world, everything, when)


def _judge_report(closed: object, when: str) -> None:
    """What is told of the month is the same, whoever died."""
    assert isinstance(closed, MonthClosed), when
    assert (closed.workflow_id, closed.revision, closed.entries) == (WORKFLOW_ID, 1, 29), when
    (baht,) = closed.currencies
    assert (baht.total, [one.entries for one in baht.categories]) == (Money.of("1999.00"), [28, 1]), when
    assert closed.insights.entries == closed.entries, when
    assert closed.forecast.period.first == date(2026, 4, 1), when
