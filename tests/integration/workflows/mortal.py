"""A fleet that dies at a chosen moment: the runtime's workers on a database and a log in memory that outlives them.

Whatever lasts is written through a `Fuse`, which counts: transactions, every single record that is published, offset
commits, timers taken away. When it burns through, nothing of the process gets any further: what was written stays, and
everything else is gone.
"""

from __future__ import annotations

import asyncio
import gc
import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from adapters.clock import SystemClock
from adapters.database.duplicates import SqlDuplicateRepository
from adapters.database.engine import Database, open_database
from adapters.database.history import SqlSpendingHistory
from adapters.database.months import SqlMonthEntries
from adapters.database.reading import SqlEventReader, SqlSpendingRepository
from adapters.database.store import SqlDecisionStore
from adapters.database.workflows import SqlTimerStore, SqlWorkflowBoard
from adapters.telemetry.quiet import QuietObserver
from contracts.base import Command
from contracts.codec import encode
from contracts.commands.insights import AnalyzeSpending, ForecastSpending
from contracts.commands.months import FreezeMonth, ReportMonth, UnfreezeMonth
from contracts.commands.receipts import ExtractReceipt
from contracts.commands.spending import DeleteSpending, RecordSpending
from contracts.commands.workflows import ProcessReceipt
from contracts.envelope import Envelope
from contracts.topics import TopicRole, consumed_topics, topic_name
from contracts.values import ImageReference
from tests.fakes.broker import FakeRecord
from tests.fakes.computing import DirectComputing
from tests.fakes.recording import record_spending
from tests.services.waiting import eventually
from workers.domain.mapping_keys import key_of
from workers.handlers.insights import analyze_spending, forecast_spending
from workers.handlers.months import Months
from workers.handlers.spending import Duplicates, delete_spending
from workers.ports.handling import CommandContext, Decision, Handler
from workers.ports.messages import CommitPoint, OutgoingRecord, Partition, RecordSink
from workers.ports.store import CommitResult, InboxKey, StoredEvent, Verdict
from workers.ports.workflows import Phase, WorkflowTimer
from workers.runtime.retry import RetryPolicy
from workers.runtime.settling import Handling
from workers.runtime.timers import TimerPorts
from workers.runtime.worker import Worker, WorkerLimits, WorkerPorts
from workers.workflows.definitions import Definition
from workers.workflows.handlers import Workflows, workflow_handlers

AREAS = ("receipts", "spending", "statements", "insights", "workflows")
TENANT = "acme"
OWNER = "nok"
MOST_POLLED = 500
LEFT_BEHIND = "ignore:.*was deleted before being closed:ResourceWarning"
"""Who dies while a connection is being opened leaves it behind: a filter of warnings for tests that kill."""
COMMAND = ProcessReceipt(image=ImageReference(key="r.jpg", sha256="0" * 64))


class Fuse:
    """Burns through after so many writes; 0 lets none through.

    Attributes:
        burnt: set once it has.
    """

    def __init__(self, writes: int | None = None) -> None:
        self._left = writes
        self.burnt = asyncio.Event()
        if writes == 0:
            self.burnt.set()

    async def alive(self) -> None:
        """Before a write: go on, unless dead."""
        if self.burnt.is_set():
            await asyncio.Event().wait()

    async def written(self) -> None:
        """After a write: die, when it was the last."""
        if self._left is not None:
            self._left -= 1
            if self._left <= 0:
                self.burnt.set()
        await self.alive()


@dataclass
class Log:
    """What the broker keeps: topics of one partition, and the groups' offsets."""

    topics: dict[str, list[FakeRecord]] = field(default_factory=dict)
    committed: dict[str, CommitPoint] = field(default_factory=dict)
    readers: list[MortalIntake] = field(default_factory=list)

    def append(self, record: OutgoingRecord) -> None:
        log = self.topics.setdefault(record.topic, [])
        log.append(FakeRecord(record.topic, 0, len(log), 0, record.key, record.value, record.headers))
        for reader in self.readers:
            reader.pump()

    @property
    def lag(self) -> int:
        """Records that are not committed as done."""
        ends = {name: len(self.topics.get(name, ())) for area in AREAS for name in consumed_topics(area)}
        done = {name: point.next_offset for name, point in self.committed.items()}
        return sum(end - done.get(name, 0) for name, end in ends.items())


class MortalIntake:
    """`Intake` of the only member of an area's group."""

    def __init__(self, log: Log, area: str, fuse: Fuse) -> None:
        self._log = log
        self._fuse = fuse
        self._topics = consumed_topics(area)
        self._positions = dict.fromkeys(self._topics, 0)
        self._sink: RecordSink | None = None
        self._paused: set[str] = set()

    async def start(self, sink: RecordSink) -> None:
        points = self._log.committed
        self._positions = {name: points[name].next_offset if name in points else 0 for name in self._topics}
        await sink.assigned([Partition(name, 0) for name in self._topics])
        self._sink = sink
        self._log.readers.append(self)
        self.pump()

    def pump(self) -> None:
        for name in self._topics:
            log = self._log.topics.get(name, [])
            # The sink may say that it has enough after each poll.
            while self._sink is not None and name not in self._paused and self._positions[name] < len(log):
                records = log[self._positions[name] : self._positions[name] + MOST_POLLED]
                self._positions[name] += len(records)
                self._sink.accept(records)

    def pause(self, partitions: Collection[Partition]) -> None:
        self._paused |= {partition.topic for partition in partitions}

    def resume(self, partitions: Collection[Partition]) -> None:
        self._paused -= {partition.topic for partition in partitions}
        self.pump()

    async def commit(self, points: Mapping[Partition, CommitPoint]) -> None:
        await self._fuse.alive()
        self._log.committed |= {partition.topic: point for partition, point in points.items()}
        await self._fuse.written()

    async def committed(self, partitions: Collection[Partition]) -> Mapping[Partition, CommitPoint]:
        known = self._log.committed
        return {partition: known[partition.topic] for partition in partitions if partition.topic in known}

    async def beginnings(self, partitions: Collection[Partition]) -> Mapping[Partition, int]:
        return dict.fromkeys(partitions, 0)

    def ends(self, partitions: Collection[Partition]) -> Mapping[Partition, int]:
        del partitions
        return {}

    async def stop(self) -> None:
        self._sink = None


class MortalPublisher:
    """`Publisher`; between any two records of a call the process may die."""

    def __init__(self, log: Log, fuse: Fuse) -> None:
        self._log = log
        self._fuse = fuse

    async def start(self) -> None:
        pass

    async def publish(self, records: Sequence[OutgoingRecord]) -> None:
        for record in records:
            await self._fuse.alive()
            self._log.append(record)
            await self._fuse.written()

    async def stop(self) -> None:
        pass


class MortalStore:
    """`DecisionStore` on the database; may die once a transaction is committed."""

    def __init__(self, store: SqlDecisionStore, fuse: Fuse) -> None:
        self._store = store
        self._fuse = fuse

    async def recorded(self, keys: Collection[InboxKey]) -> Mapping[InboxKey, tuple[StoredEvent, ...]]:
        return await self._store.recorded(keys)

    async def commit(self, verdicts: Sequence[Verdict]) -> Sequence[CommitResult]:
        await self._fuse.alive()
        results = await self._store.commit(verdicts)
        await self._fuse.written()
        return results


class MortalTimers:
    """`TimerStore` on the database; may die once fired timers are taken away."""

    def __init__(self, store: SqlTimerStore, fuse: Fuse) -> None:
        self._store = store
        self._fuse = fuse

    async def due(self, shards: Collection[int], until: datetime, limit: int) -> Sequence[WorkflowTimer]:
        return await self._store.due(shards, until, limit)

    async def next_due(self, shards: Collection[int]) -> datetime | None:
        return await self._store.next_due(shards)

    async def remove(self, timers: Sequence[WorkflowTimer]) -> None:
        await self._fuse.alive()
        await self._store.remove(timers)
        await self._fuse.written()


@dataclass
class World:
    """What outlives the process: the log, the database, and the engine that reads receipts.

    Attributes:
        url: of the database.
        read: reads a receipt.
        trouble: what becomes of a command of the areas *spending* and *insights* before it is carried out; may raise.
        begun: how many workflows were begun.
        patience: how long a fleet that does not die is given, seconds.
        areas: whose workers the fleet has.
    """

    url: str
    definition: Definition
    read: Handler
    areas: tuple[str, ...] = ("receipts", "spending", "workflows")
    trouble: Callable[[Command], None] = lambda _: None
    log: Log = field(default_factory=Log)
    begun: int = 0
    patience: float = 200.0

    def begin(self, command_id: str, owner: str = OWNER, command: Command = COMMAND) -> None:
        """Have a producer send the command that begins a workflow."""
        self.begun += 1
        envelope = Envelope(
            id=command_id, source="/test", type=command.type, time=SystemClock().now(), tenant=TENANT, owner=owner
        )
        topic = topic_name(command.area, TopicRole.COMMANDS)
        self.log.append(OutgoingRecord(topic, envelope.key.encode(), encode(command), envelope.headers()))

    async def live(self, fuse: Fuse) -> bool:
        """Run a fleet until all workflows have ended and all is committed, or until it dies; tells which."""
        database = open_database(self.url)
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            runs = [tasks.create_task(self._worker(area, database, fuse).run(stop)) for area in self.areas]
            over = tasks.create_task(self._over(database))
            death = tasks.create_task(fuse.burnt.wait())
            await asyncio.wait([over, death, *runs], return_when=asyncio.FIRST_COMPLETED)
            ended = over.done()
            for task in (*runs, over, death):
                task.cancel()
        self.log.readers.clear()
        await database.close()
        gc.collect()
        return ended

    async def _over(self, database: Database) -> None:
        async def over() -> bool:
            if self.log.lag:
                return False
            ended = await SqlWorkflowBoard(database).find([Phase.COMPLETED, Phase.COMPENSATED], self.begun)
            return len(ended) == self.begun and self.log.lag == 0

        await eventually(over, "the end of the workflows", seconds=self.patience)

    def _worker(self, area: str, database: Database, fuse: Fuse) -> Worker:
        clock, rng = SystemClock(), random.Random(1)
        decisions = SqlDecisionStore(database)
        ports = WorkerPorts(
            MortalIntake(self.log, area, fuse),
            MortalPublisher(self.log, fuse),
            MortalStore(decisions, fuse),
            clock,
            rng,
            QuietObserver(),
            timers=TimerPorts(MortalTimers(SqlTimerStore(database), fuse), MortalPublisher(self.log, fuse))
            if area == "workflows"
            else None,
        )
        table = self._handlers(database, decisions)
        # What fails is the workflow's to try again; two transitions of one that meet in its stream are the runtime's.
        retry = RetryPolicy(attempts=5, base_delay=0.01) if area == "workflows" else RetryPolicy(attempts=1)
        policies = Handling(table, retry, 30.0, f"test.{area}", {})
        return Worker(ports, policies, WorkerLimits(offset_interval=0.01), area)

    def _handlers(self, database: Database, decisions: SqlDecisionStore) -> dict[type[Command], Handler]:
        reader, entries = SqlEventReader(database), SqlSpendingRepository(database)
        duplicates = Duplicates(SqlDuplicateRepository(database, entries), key_of)
        months = Months(SqlMonthEntries(database), reader)
        history, computing = SqlSpendingHistory(database), DirectComputing()
        workflows = Workflows(reader, decisions, random.Random(1), {self.definition.name: self.definition})
        table: dict[type[Command], Any] = {
            RecordSpending: partial(record_spending, entries=entries, duplicates=duplicates),
            DeleteSpending: partial(delete_spending, entries=entries),
            AnalyzeSpending: partial(analyze_spending, history=history, computing=computing),
            ForecastSpending: partial(forecast_spending, history=history, computing=computing),
            FreezeMonth: months.freeze,
            ReportMonth: months.report,
            UnfreezeMonth: months.unfreeze,
        }
        troubled = {command: self._troubled(handler) for command, handler in table.items()}
        return {ExtractReceipt: self.read} | troubled | workflow_handlers(workflows)

    def _troubled(self, handler: Handler) -> Handler:
        async def handle(command: Command, context: CommandContext) -> Decision:
            self.trouble(command)
            made = handler(command, context)
            return made if isinstance(made, Decision) else await made

        return handle
