"""A worker as a whole, on in-memory ports, for the tests of what it does."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from contracts.base import Command
from contracts.commands.texts import ParseText
from contracts.errors import ErrorCode
from tests.fakes.broker import FakeIntake, FakePublisher, FakeRecord, FakeReplies
from tests.fakes.clock import FakeClock, settle
from tests.fakes.commands import TEXT_COMMANDS, decision
from tests.fakes.observer import RecordingObserver
from tests.fakes.store import MemoryStore
from workers.ports.errors import BackendError
from workers.ports.handling import Asked, CommandContext, Decided, Decision, Handler, Together
from workers.ports.messages import Partition
from workers.runtime.flow import FlowLimits
from workers.runtime.retry import RetryPolicy
from workers.runtime.settling import Handling
from workers.runtime.worker import Worker, WorkerLimits, WorkerPorts

P0 = Partition(TEXT_COMMANDS, 0)
P1 = Partition(TEXT_COMMANDS, 1)


@dataclass
class Bench:
    """A worker whose handler can be held per command id.

    Attributes:
        at_once: whether the handler decides without waiting, unless it is held.
        together: whether it decides many by one call.
        groups: the ids of the commands of each such call.
    """

    limits: WorkerLimits = field(
        default_factory=lambda: WorkerLimits(flow=FlowLimits(total_high=6, partition_high=4), drain_timeout=0.05)
    )
    clock: FakeClock = field(default_factory=FakeClock)
    store: MemoryStore = field(default_factory=MemoryStore)
    publisher: FakePublisher = field(default_factory=FakePublisher)
    intake: FakeIntake = field(default_factory=FakeIntake)
    held: dict[str, asyncio.Event] = field(default_factory=dict)
    handled: list[str] = field(default_factory=list)
    failing: set[str] = field(default_factory=set)
    instead: Callable[[], Awaitable[None]] | None = None
    attempts: int = 1
    at_once: bool = False
    together: bool = False
    groups: list[list[str]] = field(default_factory=list)
    replies: FakeReplies = field(default_factory=FakeReplies)
    observer: RecordingObserver = field(default_factory=RecordingObserver)

    def __post_init__(self) -> None:
        policy = RetryPolicy(self.attempts, base_delay=1.0)
        handling = Handling({ParseText: self._handler()}, policy, 60.0, "group", {})
        ports = WorkerPorts(
            self.intake,
            self.publisher,
            self.store,
            self.clock,
            random.Random(1),
            self.observer,
            replies=self.replies,
        )
        self.worker = Worker(ports, handling, self.limits, "texts")
        self.stop = asyncio.Event()
        self.task = asyncio.get_running_loop().create_task(self.worker.run(self.stop))

    def _handler(self) -> Handler:
        if self.together:
            return Together(self._decide)
        return self._handle_at_once if self.at_once else self._handle

    async def _decide(self, asked: Sequence[Asked[Command]]) -> Sequence[Decided]:
        self.groups.append([one.context.command_id for one in asked])
        return [await self._handle(*one) for one in asked]

    def _handle_at_once(self, command: Command, context: CommandContext) -> Decision | Awaitable[Decision]:
        if context.command_id in self.held:
            return self._handle(command, context)
        self.handled.append(context.command_id)
        if context.command_id in self.failing:
            raise BackendError(ErrorCode.BACKEND_UNAVAILABLE, "down")
        return decision()

    async def _handle(self, command: Command, context: CommandContext) -> Decision:
        assert isinstance(command, ParseText)
        self.handled.append(context.command_id)
        if context.command_id in self.failing:
            raise BackendError(ErrorCode.BACKEND_UNAVAILABLE, "down")
        if self.instead is not None:
            await self.instead()
        gate = self.held.get(context.command_id)
        if gate is not None:
            await gate.wait()
        return decision()

    def hold(self, *command_ids: str) -> None:
        self.held |= {command_id: asyncio.Event() for command_id in command_ids}

    async def release(self, *command_ids: str) -> None:
        for command_id in command_ids:
            self.held[command_id].set()
        await settle()

    async def deliver(self, *records: FakeRecord) -> None:
        self.worker.accept(records)
        await settle()

    async def commit_offsets(self) -> None:
        await self.clock.advance(self.limits.offset_interval)

    @property
    def published(self) -> list[str]:
        return [
            dict(record.headers)["ce_causationid"].decode()
            for record in self.publisher.records
            if record.topic.endswith(".events")
        ]


@asynccontextmanager
async def running(bench: Bench) -> AsyncIterator[Bench]:
    """The worker with two partitions, and no commit of its own yet."""
    await settle()
    await bench.worker.assigned([P0, P1])
    await settle()
    assert bench.intake.offsets == {P0: 0, P1: 0}, "lag is defined from the first assignment on"
    bench.intake.points.clear()
    try:
        yield bench
    finally:
        bench.stop.set()
        bench.worker.abort()
        for gate in bench.held.values():
            gate.set()
        await asyncio.gather(bench.task, return_exceptions=True)
