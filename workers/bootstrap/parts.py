"""Wires the adapters a fleet works with, and takes them down again."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final

from adapters.cache.opening import open_cache
from adapters.clock import SystemClock
from adapters.computing import ThreadComputing
from adapters.database.duplicates import SqlDuplicateRepository
from adapters.database.engine import Database
from adapters.database.erasing import SqlOwnerEraser
from adapters.database.history import SqlSpendingHistory
from adapters.database.mapping_reading import SqlMappingRepository
from adapters.database.months import SqlMonthEntries
from adapters.database.owners import SqlOwnerReader
from adapters.database.reading import SqlEventReader, SqlSpendingRepository
from adapters.database.store import SqlDecisionStore
from adapters.database.workflows import SqlTimerStore
from adapters.inference.mappings import SortedLayer, check_pattern, usual_name
from adapters.kafka.intake import IntakeOptions, KafkaIntake
from adapters.kafka.publisher import KafkaPublisher
from adapters.kafka.replies import KafkaReplyPublisher
from contracts.base import Command
from contracts.registry import COMMANDS
from contracts.topics import WORKFLOW_REPLIES
from workers.bootstrap.clients import (
    compression,
    consumed_topics,
    consumer_group,
    image_stores,
    kafka_connection,
    owner_files,
)
from workers.bootstrap.policies import handling
from workers.bootstrap.projections import Projections, projections_on
from workers.bootstrap.readers import IMAGES_PER_PROCESS, canonical_name, open_readers, recognition_processes
from workers.bootstrap.statements import STATEMENTS_AT_ONCE, statement_tools
from workers.bootstrap.vault import content_seals, sealing_cache, sealing_database
from workers.config import Settings
from workers.domain.mappings import LearningPolicy
from workers.handlers.books import Books
from workers.handlers.learning import Learning
from workers.handlers.months import Months
from workers.handlers.privacy import Privacy
from workers.handlers.spending import Duplicates
from workers.handlers.statements import StatementTools
from workers.handlers.table import handlers
from workers.ports.clock import Clock
from workers.ports.computing import Computing
from workers.ports.handling import Handler
from workers.ports.history import SpendingHistory
from workers.ports.observing import Observer
from workers.ports.status import BackendGauge, ModelGauge
from workers.ports.store import DecisionStore, EventReader, SpendingRepository
from workers.ports.tracing import CarryOn, carry_nothing
from workers.ports.workflows import TimerStore
from workers.runtime.dispatcher import DispatchLimits
from workers.runtime.flow import FlowLimits
from workers.runtime.timers import TimerPorts
from workers.runtime.vitals import Ping
from workers.runtime.worker import Worker, WorkerLimits, WorkerPorts
from workers.workflows.handlers import Workflows, workflow_handlers

BUFFERED_PER_PLACE: Final = 10
"""Records taken over for each command that may be in flight."""

HISTORIES_AT_ONCE: Final = 4
"""Owners whose entries are in memory at a time: one being analysed, the others being read or waiting."""


LONGEST_COMMIT: Final = 5.0
"""The most seconds one offset commit may take."""

EMBEDDED_SESSION: Final = 3.0
"""Session time-out on the embedded broker, seconds; Apache Kafka takes none below 6."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The adapters and the handlers bound to them.

    Attributes:
        duplicates: finds entries that may tell of one purchase.
        books: what owners taught, made ready once for all handlers.
        ask_database: asks the database for a sign of life.
        timers: of workflows.
        history: reads all entries of an owner.
        computing: for what keeps a processor busy.
        statements: what statements are imported with.
        months: handles what happens to months.
        privacy: hands over and erases owners.
        backends: tell of the calls at each AI backend.
        models: tell of the answers of each model server.
        projections: keep the read models.
    """

    decisions: DecisionStore
    events: EventReader
    entries: SpendingRepository
    duplicates: Duplicates
    books: Books
    learning: Learning
    handlers: dict[type[Command], Handler]
    clock: Clock
    ask_database: Ping
    timers: TimerStore
    history: SpendingHistory
    computing: Computing
    statements: StatementTools
    months: Months
    privacy: Privacy
    backends: tuple[BackendGauge, ...] = ()
    models: tuple[ModelGauge, ...] = ()
    projections: Projections | None = None


PartsOpener = Callable[[Settings, Collection[str]], AbstractAsyncContextManager[Parts]]
"""Opens what some areas need, for as long as its context lasts."""


@asynccontextmanager
async def fleet_parts(settings: Settings, areas: Collection[str]) -> AsyncIterator[Parts]:
    """Open everything the areas need.

    Raises:
        UnavailableError: the database cannot be reached.
    """
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        database = await _database(settings)
        stack.push_async_callback(database.close)
        seals, entries = content_seals(settings, database), SqlSpendingRepository(database)
        mappings = SqlMappingRepository(database)
        books = Books(mappings, SortedLayer)
        learning = Learning(mappings, _policy(settings), check_pattern, usual_name)
        duplicates = Duplicates(
            SqlDuplicateRepository(database, entries), learning.key, named=settings.spending.name_duplicates
        )
        history, computing = SqlSpendingHistory(database), ThreadComputing()
        decisions, events = SqlDecisionStore(database), SqlEventReader(database)
        months = Months(SqlMonthEntries(database), events)
        stack.push_async_callback(computing.close)
        # Threads of their own: a file may take a minute, and chunks and insights must not wait for it.
        reading = ThreadComputing(STATEMENTS_AT_ONCE)
        stack.push_async_callback(reading.close)
        statements = statement_tools(settings, seals, canonical_name, reading)
        cache = sealing_cache(settings, open_cache(settings.cache.url.get_secret_value(), clock), seals)
        stack.push_async_callback(cache.close)
        privacy = Privacy(SqlOwnerReader(database), SqlOwnerEraser(database), owner_files(settings, seals), cache)
        readers = await open_readers(settings, cache, clock, stack, pictures="receipts" in areas)
        table = handlers(
            text_extraction=readers.backends.texts,
            recognition=readers.backends.recognition,
            receipt_extraction=readers.backends.receipts,
            categorization=readers.backends.categories,
            images=image_stores(settings, seals),
            cache=cache,
            entries=entries,
            duplicates=duplicates,
            books=books,
            learning=learning,
            history=history,
            computing=computing,
            statements=statements,
            months=months,
            privacy=privacy,
            clock=clock,
        )
        yield Parts(
            decisions,
            events,
            entries,
            duplicates,
            books,
            learning,
            table | workflow_handlers(Workflows(events, decisions, random.Random())),
            clock,
            database.check,
            SqlTimerStore(database),
            history,
            computing,
            statements,
            months,
            privacy,
            readers.limiters,
            readers.models,
            projections_on(database, clock),
        )


def make_worker(
    settings: Settings, parts: Parts, area: str, observer: Observer, carry_on: CarryOn = carry_nothing
) -> Worker:
    """The worker of one area, and who watches it: a consumer group of its own, so that areas scale and pause apart."""
    kafka = settings.kafka
    connection = kafka_connection(settings)
    limits = worker_limits(settings, area)
    options = intake_options(settings, area)
    intake = KafkaIntake(connection, options)
    codec = compression(settings)
    publisher = KafkaPublisher(connection, f"{kafka.client_id}-{area}", codec)
    replies = KafkaReplyPublisher(connection, f"{kafka.client_id}-{area}-replies", codec)
    timers, history = None, None
    if area == WORKFLOW_REPLIES.area:
        history = parts.events
        # Of its own: a publisher takes one call at a time, and the committer's is busy.
        timers = TimerPorts(parts.timers, KafkaPublisher(connection, f"{kafka.client_id}-{area}-timers", codec))
    ports = WorkerPorts(
        intake, publisher, parts.decisions, parts.clock, random.Random(), observer, replies, carry_on, timers, history
    )
    return Worker(ports, handling(settings, parts.handlers, options.group_id), limits, area)


def intake_options(settings: Settings, area: str) -> IntakeOptions:
    """How an area's worker consumes."""
    kafka = settings.kafka
    return IntakeOptions(
        group_id=consumer_group(settings, area),
        topics=consumed_topics(settings, [area])[consumer_group(settings, area)],
        max_records=min(kafka.max_poll_records, worker_limits(settings, area).flow.total_high),
        # The embedded broker lets a member that rejoins wait out the session of the one before it.
        session_timeout=EMBEDDED_SESSION if settings.is_embedded else kafka.session_timeout_seconds,
        rebalance_timeout=kafka.rebalance_timeout_seconds,
        # A revocation may wait for a commit that is under way before it makes its own.
        commit_timeout=min(LONGEST_COMMIT, kafka.rebalance_timeout_seconds / 3),
    )


def worker_limits(settings: Settings, area: str) -> WorkerLimits:
    """An area's bounds; what holds an image, all of an owner's entries or many rows is done a few at a time."""
    runtime = settings.runtime
    in_flight = runtime.max_in_flight
    if area == "receipts":
        in_flight = min(in_flight, IMAGES_PER_PROCESS * recognition_processes(settings))
    if area == "insights":
        in_flight = min(in_flight, HISTORIES_AT_ONCE)
    if area == "statements":
        in_flight = min(in_flight, STATEMENTS_AT_ONCE)
    buffered = in_flight * BUFFERED_PER_PLACE
    return WorkerLimits(
        dispatch=DispatchLimits(
            max_in_flight=in_flight,
            max_in_flight_per_tenant=runtime.max_in_flight_per_tenant or None,
            tenant_weights=runtime.weights,
            unordered=frozenset(COMMANDS[name] for name, own in runtime.by_type.items() if own.ordered is False),
        ),
        flow=FlowLimits(
            total_high=buffered,
            partition_high=max(1, buffered // 2),
            gap_high=runtime.max_uncommitted,
            resume_fraction=runtime.resume_at,
        ),
        commit_batch=runtime.commit_batch,
        drain_timeout=runtime.drain_timeout_seconds,
        revoke_timeout=settings.kafka.rebalance_timeout_seconds / 6,
    )


async def _database(settings: Settings) -> Database:
    database = sealing_database(settings, settings.database.url.get_secret_value(), settings.database.pool_size)
    await database.check()
    await database.seals.keys.check()
    return database


def _policy(settings: Settings) -> LearningPolicy:
    chosen = settings.learning
    return LearningPolicy(chosen.owners_to_propose, chosen.most_mappings, chosen.most_patterns)
