"""A ledger run without services: workers in this process on a cluster and a store in memory, and a clock of the test.

What can be taken away from a worker to see the checker notice is here a part that can be given: its store, intake,
publisher and limits.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, cast

from adapters.inference.texts import RuleTextExtraction
from adapters.telemetry.quiet import QuietObserver
from contracts.commands.texts import ParseText
from contracts.readings import BackendAnswer, ReadingContext, TextReading
from contracts.topics import TopicRole, topic_name
from tests.fakes.broker import FakePublisher, FakeRecord
from tests.fakes.clock import FakeClock, settle
from tests.fakes.cluster import MemoryCluster, MemoryIntake
from tests.fakes.mappings import books
from tests.fakes.store import MemoryStore
from tests.ledger.checker import Evidence
from tests.ledger.commands import Kind, Planned
from tests.ledger.observe import outcome_seen
from tests.ledger.plan import CommandStream, Mix
from workers.handlers.texts import parse_text
from workers.ports.handling import Handler
from workers.ports.messages import OutgoingRecord, Publisher
from workers.ports.store import StoredEvent
from workers.runtime.dispatcher import DispatchLimits
from workers.runtime.retry import RetryPolicy
from workers.runtime.settling import Handling
from workers.runtime.worker import Worker, WorkerLimits, WorkerPorts

TENANT: Final = "sandbox"
PARTITIONS: Final = 4
RECORDS: Final = 240
ROUNDS: Final = 20
"""Seconds of the test's clock after which everything has ended that ever will."""
MIX: Final = Mix(
    weights=((Kind.TEXT, 90.0), (Kind.NO_AMOUNT, 5.0), (Kind.POISON, 3.0)),
    keys=24,
    duplicates=0.05,
)
BACKEND_SECONDS: Final = (0.0, 0.0, 0.15, 0.35, 0.75, 1.55)
"""How long the backend takes, by chance: commands end in another order than they began."""


class IrregularExtraction:
    """`TextExtraction` by the real rules, after a while that the text decides."""

    def __init__(self, clock: FakeClock) -> None:
        self._rules = RuleTextExtraction()
        self._clock = clock

    async def extract(self, text: str, context: ReadingContext) -> tuple[TextReading, tuple[BackendAnswer, ...]]:
        await self._clock.sleep(random.Random(text).choice(BACKEND_SECONDS))
        return await self._rules.extract(text, context)


def _publishing_to(log: list[OutgoingRecord]) -> FakePublisher:
    publisher = FakePublisher()
    publisher.records = log
    return publisher


@dataclass(frozen=True, slots=True)
class Parts:
    """How the parts of every worker are made; a sabotaged one replaces one of them.

    Attributes:
        unordered: the command types whose keys are not kept in order.
        publisher: gets the records that everybody has published so far.
    """

    store: Callable[[], MemoryStore] = MemoryStore
    intake: Callable[[MemoryCluster], MemoryIntake] = MemoryIntake
    publisher: Callable[[list[OutgoingRecord]], Publisher] = _publishing_to
    unordered: frozenset[type[ParseText]] = frozenset()


class Sandbox:
    """A plan, a cluster that holds it, and workers that come and go."""

    def __init__(self, parts: Parts, seed: int = 5) -> None:
        self.plan: Sequence[Planned] = CommandStream(seed, MIX, TENANT).take(RECORDS)
        self.clock = FakeClock()
        self._parts = parts
        self._cluster = MemoryCluster(_placed(self.plan))
        self._store = parts.store()
        self._published: list[OutgoingRecord] = []
        self._running: dict[str, tuple[asyncio.Task[None], asyncio.Event]] = {}

    async def start(self, name: str) -> None:
        """Have a new member join; the group does not rebalance yet."""
        worker, stop = self._worker(), asyncio.Event()
        self._running[name] = asyncio.get_running_loop().create_task(worker.run(stop), name=name), stop
        await settle()

    async def rebalance(self) -> None:
        await self._cluster.rebalance()
        await settle()

    async def crash(self, name: str) -> None:
        """End a worker with whatever it had in memory."""
        task, _ = self._running.pop(name)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def deliver(self, most: int, seconds: float) -> None:
        """Hand out so many records of every partition, and let time pass."""
        self._cluster.deliver(most)
        await self.clock.advance(seconds)

    async def finish(self) -> Evidence:
        """Deliver the rest, let everything end, stop the workers, and collect the evidence."""
        for _ in range(ROUNDS):
            await self.deliver(RECORDS, 1.0)
        for task, stop in self._running.values():
            stop.set()
            await settle()
            await task
        return Evidence(
            outcomes=[
                outcome_seen(record.topic, record.key or b"", record.value or b"{}", dict(record.headers))
                for record in self._published
                if record.topic == topic_name("texts", TopicRole.EVENTS)
            ],
            dead_letters=[
                dict(record.headers)["poon_outcome-id"].decode()
                for record in self._published
                if record.topic == topic_name("texts", TopicRole.DEAD_LETTERS)
            ],
            rows=[(str(event.id), event.causation_id) for event in rows_of(self._store)],
            entries={},
            lag=self._cluster.lag,
        )

    def _worker(self) -> Worker:
        parse = partial(parse_text, extraction=IrregularExtraction(self.clock), books=books(), clock=self.clock)
        handling = Handling({ParseText: cast("Handler", parse)}, RetryPolicy(), 60.0, "sandbox", {})
        ports = WorkerPorts(
            intake=self._parts.intake(self._cluster),
            publisher=self._parts.publisher(self._published),
            store=self._store,
            clock=self.clock,
            rng=random.Random(1),
            observer=QuietObserver(),
        )
        limits = WorkerLimits(dispatch=DispatchLimits(unordered=self._parts.unordered))
        return Worker(ports, handling, limits, "texts")


def rows_of(store: MemoryStore) -> list[StoredEvent]:
    """Everything a store holds."""
    return [event for events in store.decided.values() for event in events]


def _placed(plan: Sequence[Planned]) -> list[FakeRecord]:
    """The plan's records in the partitions their keys belong to."""
    placed: list[FakeRecord] = []
    ends = dict.fromkeys(range(PARTITIONS), 0)
    for planned in plan:
        record = planned.record
        number = sum(record.key or b"") % PARTITIONS
        placed.append(FakeRecord(record.topic, number, ends[number], 0, record.key, record.value, record.headers))
        ends[number] += 1
    return placed
