"""All handlers on one embedded database, and what each owner is shown of it."""

from __future__ import annotations

import random
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from inspect import isawaitable
from pathlib import Path
from typing import Any, NamedTuple

from adapters.database.duplicates import SqlDuplicateRepository
from adapters.database.engine import Database, open_database
from adapters.database.history import SqlSpendingHistory
from adapters.database.mapping_reading import SqlMappingRepository
from adapters.database.months import SqlMonthEntries
from adapters.database.reading import SqlEventReader, SqlSpendingRepository
from adapters.database.store import SqlDecisionStore
from adapters.database.workflows import SqlTimerStore
from adapters.inference.lexicon import payment_method_of
from adapters.inference.mappings import SortedLayer, check_pattern, usual_name
from adapters.inference.receipts.extraction import RuleReceiptExtraction
from adapters.inference.texts import RuleCategorization, RuleTextExtraction
from adapters.statements.occurrences import open_occurrences
from adapters.statements.reader import FileStatementReader
from contracts.base import Command
from contracts.codec import encode
from contracts.envelope import Envelope
from contracts.events.insights import DayRange
from contracts.topics import WORKFLOW_REPLIES, TopicRole, topic_name
from tests.fakes.broker import FakeRecord
from tests.fakes.cache import VisibleCache
from tests.fakes.clock import NOON, FakeClock
from tests.fakes.computing import DirectComputing
from tests.fakes.images import MemoryImages
from tests.fakes.inference import FakeRecognition
from tests.fakes.privacy import MemoryOwnerFiles, MemoryOwners
from tests.fakes.statements import MemoryStatementFiles
from tests.unit.handlers.examples import RECOGNISED
from workers.domain.mappings import LearningPolicy
from workers.handlers.books import Books
from workers.handlers.learning import Learning
from workers.handlers.months import Months
from workers.handlers.privacy import Privacy
from workers.handlers.spending import Duplicates
from workers.handlers.statements import StatementTools
from workers.handlers.table import handlers
from workers.ports.errors import RejectionError
from workers.ports.handling import CommandContext
from workers.ports.messages import OutgoingRecord, RawRecord
from workers.ports.store import Committed, Conflicted, Verdict
from workers.runtime.deliveries import Delivery, receive
from workers.runtime.offsets import PartitionOffsets
from workers.runtime.outcomes import decided, outgoing, rejected
from workers.runtime.replies import reply
from workers.workflows.handlers import Workflows, workflow_handlers

LATER = datetime(2100, 1, 1, tzinfo=UTC)
EVER = DayRange(first=date(1900, 1, 1), last=date(2099, 1, 1))
ATTEMPTS = 2


class Owner(NamedTuple):
    """Whose commands and entries."""

    tenant: str
    name: str


class Sent(NamedTuple):
    """A command on its way."""

    owner: Owner
    command_id: str
    command: Command


class Shown(NamedTuple):
    """All that an owner can get to see: what was published under their key, and what is stored for them."""

    published: list[OutgoingRecord]
    stored: dict[str, Any]


class World:
    """A fleet of one process: commands take effect one after the other, and what they send on follows at once."""

    def __init__(self, database: Database) -> None:
        self._store = SqlDecisionStore(database)
        self._entries = SqlSpendingRepository(database)
        self._mappings = SqlMappingRepository(database)
        self._history = SqlSpendingHistory(database)
        self._timers = SqlTimerStore(database)
        learning = Learning(self._mappings, LearningPolicy(), check_pattern, usual_name)
        self._duplicates = Duplicates(SqlDuplicateRepository(database, self._entries), learning.key)
        self._published: list[OutgoingRecord] = []
        reader = SqlEventReader(database)
        workflows = Workflows(reader, self._store, _Even())
        self._table = workflow_handlers(workflows) | handlers(
            text_extraction=RuleTextExtraction(),
            recognition=FakeRecognition(RECOGNISED),
            receipt_extraction=RuleReceiptExtraction(payment_method_of, lambda _: None),
            categorization=RuleCategorization(),
            images=MemoryImages(),
            cache=VisibleCache(),
            entries=self._entries,
            duplicates=self._duplicates,
            books=Books(self._mappings, SortedLayer),
            learning=learning,
            history=self._history,
            computing=DirectComputing(),
            statements=StatementTools(
                FileStatementReader(), MemoryStatementFiles(), open_occurrences, lambda _: None, DirectComputing()
            ),
            months=Months(SqlMonthEntries(database), reader),
            privacy=Privacy(MemoryOwners(), MemoryOwners(), MemoryOwnerFiles(), VisibleCache()),
            clock=FakeClock(),
        )

    async def send(self, sent: Sent) -> None:
        """Let a command take effect, with all that follows from it."""
        envelope = Envelope(
            id=sent.command_id,
            source="/test",
            type=sent.command.type,
            time=NOON,
            tenant=sent.owner.tenant,
            owner=sent.owner.name,
        )
        topic = topic_name(sent.command.area, TopicRole.COMMANDS)
        await self._take(
            FakeRecord(topic, 0, 0, key=envelope.key.encode(), value=encode(sent.command), headers=envelope.headers())
        )

    async def shown_to(self, owner: Owner) -> Shown:
        """What an owner gets to see."""
        tenant, name = owner
        shared = await self._mappings.of_owner(tenant, "*")
        timers = await self._timers.due(range(16), LATER, 1_000)
        return Shown(
            [record for record in self._published if record.key == f"{tenant}/{name}".encode()],
            {
                "entries": [entry for entry in await self._entries.of_tenant(tenant) if entry.owner == name],
                "mappings": [*shared, *await self._mappings.of_owner(tenant, name)],
                "history": await self._history.of_owner(tenant, name, EVER, 1_000),
                "duplicates": await self._duplicates.stored.open_pairs(tenant, name, EVER.first, 1_000),
                "timers": [timer for timer in timers if (timer.tenant, timer.owner) == owner],
            },
        )

    async def _take(self, record: RawRecord) -> None:
        delivery = receive(record, PartitionOffsets())
        events = (await self._settled(delivery)).events
        published = outgoing(events)
        self._published += published
        if delivery.envelope.reply_to == WORKFLOW_REPLIES.name:
            published.append(reply(WORKFLOW_REPLIES.name, events))
        for each in published:
            if each.topic.endswith(".commands") or each.topic == WORKFLOW_REPLIES.name:
                await self._take(FakeRecord(each.topic, 0, 0, key=each.key, value=each.value, headers=each.headers))

    async def _settled(self, delivery: Delivery) -> Committed:
        for attempt in range(1, ATTEMPTS + 1):
            (result,) = await self._store.commit([await self._decided(delivery, attempt)])
            if isinstance(result, Committed):
                return result
            assert isinstance(result, Conflicted), result
        raise AssertionError("nobody else writes")

    async def _decided(self, delivery: Delivery, attempt: int) -> Verdict:
        envelope, command = delivery.envelope, delivery.command
        assert command is not None, delivery.defect
        context = CommandContext(
            command_id=envelope.id,
            correlation_id=envelope.correlation_id or envelope.id,
            tenant=envelope.tenant,
            owner=envelope.owner,
            sent_at=envelope.time,
            now=NOON,
            attempt=attempt,
        )
        try:
            made = self._table[type(command)](command, context)
            return decided(delivery, await made if isawaitable(made) else made, NOON)
        except RejectionError as error:
            return rejected(delivery, error, NOON)


@asynccontextmanager
async def world(empty: Path, place: Path) -> AsyncIterator[World]:
    """A world on a copy of an empty, migrated database."""
    shutil.copy(empty, place)
    database = open_database(f"sqlite:///{place}")
    try:
        yield World(database)
    finally:
        await database.close()


async def lived(empty: Path, place: Path, sent: Sequence[Sent], *owners: Owner) -> list[Shown]:
    """What owners are shown at the end of a new world in which these commands took effect."""
    async with world(empty, place) as made:
        for each in sent:
            await made.send(each)
        return [await made.shown_to(owner) for owner in owners]


class _Even(random.Random):
    """No jitter: how far one owner's timers are spread would follow from how many others there are."""

    def random(self) -> float:
        return 0.5
