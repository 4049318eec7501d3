"""Many workflows at once, faults at every step, fleets that die; and a ledger of them that the product must agree with.

The ledger is kept from what was published, the log of the broker, and from what was planned; the product tells its
figures from the histories in the database.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson

from adapters.clock import SystemClock
from adapters.database.engine import open_database
from adapters.database.reading import SqlEventReader, SqlSpendingRepository
from adapters.database.workflow_histories import SqlWorkflowHistories
from adapters.database.workflows import SqlTimerStore
from contracts.base import Command
from contracts.commands.receipts import ExtractReceipt
from contracts.commands.spending import RecordSpending
from contracts.errors import ErrorCode
from contracts.events.workflows import StepStarted, StepSucceeded, WorkflowCompensated, WorkflowCompleted
from contracts.money import Money
from contracts.topics import TopicRole, topic_name
from tests.integration.workflows.mortal import TENANT, Fuse, Log, World
from tests.integration.workflows.test_kill_points import READ
from workers.ports.errors import BackendError, ImageError
from workers.ports.handling import CommandContext, Decision, NewEvent
from workers.ports.workflow_histories import Window
from workers.workflows.analytics import Durations, WorkflowAnalysis, WorkflowFigures
from workers.workflows.definitions import Definition, Facts, Leg, RetryRule, Step
from workers.workflows.handlers import new_workflow_id, stream_of
from workers.workflows.receipts import PROCESS_RECEIPT, entry_id_of

STUBBORN: Final = RetryRule(attempts=12, base_delay=0.02, max_delay=0.1)
WRITES: Final = 12
"""Fewer writes than a workflow takes; so many of them are spread over the deaths."""
_ENDS: Final = {WorkflowCompleted.type, WorkflowCompensated.type}


@dataclass(frozen=True)
class Plan:
    """What is to happen.

    Attributes:
        count: how many workflows.
        deaths: how many fleets die.
        faulty: of so many commands of a type one meets a fault.
        owners: whose they are, in turn.
        seed: of the moments of death.
    """

    count: int
    deaths: int
    faulty: int = 20
    owners: int = 30
    seed: int = 2

    @cached_property
    def starts(self) -> Mapping[UUID, str]:
        """The command each workflow begins with, by workflow."""
        names = (f"start-{number}" for number in range(self.count))
        return {new_workflow_id(TENANT, name): name for name in names}

    @property
    def life(self) -> int:
        """The most writes a fleet that dies may make: together they never do all the work."""
        return max(2, WRITES * self.count // self.deaths)


def is_damaged(start: str) -> bool:
    """Whether its receipt cannot be read."""
    return int(start.removeprefix("start-")) % 20 == 3


def is_doomed(start: str) -> bool:
    """Whether its last step is refused, after its entry was recorded."""
    return int(start.removeprefix("start-")) % 10 == 7


def fails(start: str) -> bool:
    """Whether it is to be compensated."""
    return is_damaged(start) or is_doomed(start)


def billed(plan: Plan) -> Definition:
    """`ProcessReceipt` with one step more, which is refused to those that are doomed; it loses no time."""

    def bill(facts: Facts) -> RecordSpending:
        doomed = is_doomed(plan.starts[facts.workflow_id])
        return RecordSpending(amount=Money.of("0" if doomed else "1"), merchant="bill")

    def stubborn(step: Step) -> Step:
        return replace(step, do=replace(step.do, retry=STUBBORN), undo=step.undo and replace(step.undo, retry=STUBBORN))

    groups = tuple(tuple(map(stubborn, group)) for group in PROCESS_RECEIPT.groups)
    last = Step("bill", Leg(sends=RecordSpending, makes=bill, timeout=600.0, retry=STUBBORN))
    return replace(PROCESS_RECEIPT, groups=(*groups, (last,)))


@dataclass
class Luck:
    """Faults at every step: an engine or a handler that is out now and then."""

    faulty: int
    seen: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)

    def strike(self, command: Command) -> None:
        name = type(command).__name__
        self.seen[name] += 1
        if self.seen[name] % self.faulty == 0:
            self.faults[name] += 1
            raise BackendError(ErrorCode.BACKEND_UNAVAILABLE, "out")

    async def read(self, command: Command, context: CommandContext) -> Decision:
        assert isinstance(command, ExtractReceipt)
        self.strike(command)
        if is_damaged(context.correlation_id):
            raise ImageError(ErrorCode.IMAGE_UNREADABLE, "damaged")
        return Decision((NewEvent(READ),))


class Passed(NamedTuple):
    """What happened.

    Attributes:
        deaths: how many fleets died.
        ended: whether all workflows came to an end.
    """

    luck: Luck
    log: Log
    deaths: int
    ended: bool


async def run_many(plan: Plan, url: str, patience: float = 200.0) -> Passed:
    """Have fleets work on them, on a migrated and empty database, and all but the last one die.

    Args:
        plan: what is to happen.
        url: the database.
        patience: how long a fleet is given, seconds.
    """
    luck, rng = Luck(plan.faulty), random.Random(plan.seed)
    world = World(url, billed(plan), luck.read, trouble=luck.strike, patience=patience)
    for number, start in enumerate(plan.starts.values()):
        world.begin(start, f"owner-{number % plan.owners}")
    deaths = 0
    while deaths < plan.deaths and not await world.live(Fuse(rng.randrange(plan.life // 6, plan.life))):
        deaths += 1
    return Passed(luck, world.log, deaths, await world.live(Fuse()))


async def problems(plan: Plan, url: str) -> list[str]:
    """Where the database is not what was planned: all ended, once, and nothing is left of what was compensated."""
    database = open_database(url)
    ends, terminal = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    async for row in SqlEventReader(database).scan(TENANT):
        terminal[row.handler, row.causation_id] += row.terminal
        if row.type in _ENDS:
            ends[row.stream, row.type] += 1
    kept = {one.id for one in await SqlSpendingRepository(database).of_tenant(TENANT) if not one.is_deleted}
    timer = await SqlTimerStore(database).next_due([0])
    await database.close()
    found = [f"{command} has {times} outcomes" for command, times in terminal.items() if times != 1]
    found += [] if timer is None else [f"a timer is left, due {timer}"]
    return found + [problem for workflow_id in plan.starts for problem in _problems(plan, workflow_id, ends, kept)]


def _problems(
    plan: Plan, workflow_id: UUID, ends: Mapping[tuple[str, str], int], kept: Collection[UUID]
) -> Iterator[str]:
    start = plan.starts[workflow_id]
    wanted = WorkflowCompensated if fails(start) else WorkflowCompleted
    found = {kind: ends.get((stream_of(workflow_id), kind), 0) for kind in _ENDS}
    if found != {kind: int(kind == wanted.type) for kind in _ENDS}:
        yield f"{start} was to end in {wanted.type} and has {found}"
    if (entry_id_of(workflow_id) in kept) is fails(start):
        yield f"the entry of {start} is {'left' if fails(start) else 'missing'}"


class Account(NamedTuple):
    """What a kind of workflow did, in figures that are compared."""

    begun: int
    completed: int
    compensated: int
    completed_in: Durations
    compensated_in: Durations
    steps: Mapping[str, tuple[int, Durations]]


def ledger(log: Log) -> Account:
    """What was published, added up: no line of it is shared with the product."""
    began: dict[str, datetime] = {}
    first: dict[tuple[str, str], datetime] = {}
    steps: dict[str, list[float]] = {}
    ends: dict[str, list[float]] = {kind: [] for kind in _ENDS}
    for kind, at, data in _published(log):
        workflow = data.get("workflow_id")
        if workflow is None:
            continue  # what came too late for one is refused, and tells of none
        began.setdefault(workflow, at)
        step = (workflow, data.get("step", ""))
        if data.get("undo"):
            continue
        if kind == StepStarted.type:
            first.setdefault(step, at)
        elif kind == StepSucceeded.type:
            steps.setdefault(step[1], []).append((at - first[step]).total_seconds())
        elif kind in _ENDS:
            ends[kind].append((at - began[workflow]).total_seconds())
    completed, compensated = (ends[kind.type] for kind in (WorkflowCompleted, WorkflowCompensated))
    return Account(
        begun=len(began),
        completed=len(completed),
        compensated=len(compensated),
        completed_in=_durations(completed),
        compensated_in=_durations(compensated),
        steps={name: (len(took), _durations(took)) for name, took in steps.items()},
    )


def shown(figures: WorkflowFigures) -> Account:
    """What the product shows, in the same figures."""
    return Account(
        begun=figures.begun,
        completed=figures.completed.measured,
        compensated=figures.compensated.measured,
        completed_in=figures.completed,
        compensated_in=figures.compensated,
        steps={step.step: (step.done, step.duration) for step in figures.steps if step.done},
    )


async def told_by_the_product(url: str, definition: Definition) -> WorkflowFigures:
    """What `poon workflows stats` is told from."""
    database = open_database(url)
    analysis = WorkflowAnalysis(SystemClock().now(), {definition.name: definition})
    async for history in SqlWorkflowHistories(database, stream_of).begun_in(Window()):
        analysis.add(history)
    await database.close()
    (figures,) = analysis.figures()
    return figures


def _published(log: Log) -> Iterator[tuple[str, datetime, dict[str, Any]]]:
    """The workflows' events as they were published, each once: what was in doubt was published again."""
    seen = set[bytes]()
    for record in log.topics[topic_name("workflows", TopicRole.EVENTS)]:
        headers = {name: value or b"" for name, value in record.headers}
        if headers["ce_id"] not in seen:
            seen.add(headers["ce_id"])
            at = datetime.fromisoformat(headers["ce_time"].decode())
            yield headers["ce_type"].decode(), at, orjson.loads(record.value or b"{}")


def _durations(seconds: list[float]) -> Durations:
    if not seconds:
        return Durations()
    ordered = sorted(seconds)
    last = len(ordered) - 1
    # The rank of a share is the least that leaves no more than the rest of them behind it.
    median = next(ordered[place] for place in range(last + 1) if 2 * (place + 1) >= last + 1)
    p95 = next(ordered[place] for place in range(last + 1) if 20 * (place + 1) >= 19 * (last + 1))
    return Durations(len(ordered), median, p95, ordered[last])
