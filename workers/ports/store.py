"""The one table that is event store, inbox and outbox at once, as the inside sees it."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple, Protocol
from uuid import UUID

from workers.domain.duplicates import DuplicatePair
from workers.domain.mappings import CategoryMapping
from workers.domain.spending import SpendingEntry
from workers.ports.dead_letters import DeadLetter
from workers.ports.workflows import WorkflowUpdate

AggregateState = SpendingEntry | CategoryMapping | DuplicatePair
"""The current state of an aggregate, kept inline beside its events. Each has a tenant, an id and a version."""


class InboxKey(NamedTuple):
    """What makes a command the same command: one handler decides it once."""

    handler: str
    tenant: str
    causation_id: str

    @property
    def own_stream(self) -> str:
        """The stream of what is decided for this command and concerns no aggregate; nothing else is in it."""
        return f"{self.handler}-{self.causation_id}"


class StoredEvent(NamedTuple):
    """An event as it is stored and published, complete and immutable; or a command that a workflow sends.

    Attributes:
        id: deterministic, see `contracts.envelope.event_id`; becomes ``ce_id``.
        stream: the aggregate or conversation it belongs to, unique within the tenant.
        version: its place in the stream, from 1.
        handler: the area that decided it.
        causation_id: the command's id.
        ordinal: its place among the events of one decision, from 0.
        type: CloudEvents type.
        topic: where it is published.
        owner: whose spending it is about.
        occurred_at: when it was decided, UTC.
        data: the payload, JSON.
        terminal: whether it ends the command; exactly one event of a decision does.
    """

    id: UUID
    tenant: str
    stream: str
    version: int
    handler: str
    causation_id: str
    ordinal: int
    type: str
    topic: str
    owner: str
    correlation_id: str
    occurred_at: datetime
    data: str
    terminal: bool = True

    @property
    def inbox_key(self) -> InboxKey:
        """The command this event was decided for."""
        return InboxKey(self.handler, self.tenant, self.causation_id)


class Verdict(NamedTuple):
    """A finished decision, ready to be made durable: its events and the states of aggregates they lead to.

    Attributes:
        states: of aggregates, each at the version of the last of its events here.
        dead_letter: stored beside the events where the command was given up.
        workflow: where the workflow stands after a transition of one, and its timers.
        sent_at: when the command was sent, with a zone: nothing is kept of one that was sent before its owner was
            erased. None where nothing of the owner is in the verdict.
        key_generation: which of the owner's keys sealed its texts, from 1; 0 where they are in the clear. Set by the
            store itself.
    """

    key: InboxKey
    events: tuple[StoredEvent, ...]
    states: tuple[AggregateState, ...] = ()
    dead_letter: DeadLetter | None = None
    workflow: WorkflowUpdate | None = None
    sent_at: datetime | None = None
    key_generation: int = 0


class Committed(NamedTuple):
    """The verdict is durable. `events` are the stored ones.

    Attributes:
        duplicate: the command had been decided before; `events` are those of the first time.
    """

    key: InboxKey
    events: tuple[StoredEvent, ...]
    duplicate: bool = False


@dataclass(frozen=True, slots=True)
class Conflicted:
    """Another command changed the stream meanwhile: nothing was stored, decide again.

    Attributes:
        stream: the first of the verdict's streams, by name, that is not at the version the verdict was decided on; None
            where the loser met another verdict of the same batch, or a state without an event.
        current_version: where that stream is, 0 for one that does not exist.
    """

    key: InboxKey
    stream: str | None = None
    current_version: int | None = None


@dataclass(frozen=True, slots=True)
class Unstorable:
    """The database refuses the rows themselves (a value it cannot hold): nothing was stored, `reason` says why."""

    key: InboxKey
    reason: str


@dataclass(frozen=True, slots=True)
class Erased:
    """The owner was erased after the command was sent: nothing was stored.

    Attributes:
        under_way: the owner is being erased just now; whether the command may take effect is known afterwards.
    """

    key: InboxKey
    under_way: bool


CommitResult = Committed | Conflicted | Unstorable | Erased


class DecisionStore(Protocol):
    """Makes decisions durable, many in one transaction."""

    async def recorded(self, keys: Collection[InboxKey]) -> Mapping[InboxKey, tuple[StoredEvent, ...]]:
        """The stored events, by ordinal, of those commands that were decided before.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        ...

    async def commit(self, verdicts: Sequence[Verdict]) -> Sequence[CommitResult]:
        """Store all verdicts in one transaction, and tell for each, in order, what became of it.

        A verdict is stored whole or not at all, and a bad one never fails its neighbours. Keys are distinct.

        Raises:
            UnavailableError: the database cannot be reached; nothing or everything was stored, and repeating the
                call is safe.
        """
        ...


class Span(NamedTuple):
    """Which part of a stream is read.

    Attributes:
        first: the version it begins with.
        last: the version it ends with, where it is not the newest.
        until: read as the stream was then, with a zone: it ends before the first event that was decided later. So
            nothing from after that moment shows, and a later moment never shows less, even where the clocks of two
            workers disagree.
    """

    first: int = 1
    last: int | None = None
    until: datetime | None = None


WHOLE: Final = Span()
"""All of a stream."""


class EventReader(Protocol):
    """Reads the history. Payloads come as they were stored: who decodes them brings them to the newest version."""

    async def stream(self, tenant: str, stream: str, span: Span = WHOLE) -> Sequence[StoredEvent]:
        """A stream's events, or part of them, by version; empty for an unknown one.

        Raises:
            UnavailableError: the database cannot be reached.
            ValueError: `span.until` has no zone.
        """
        ...

    async def stream_with(self, tenant: str, event_id: UUID) -> Sequence[StoredEvent]:
        """The events of the stream that holds an event, by version; empty where the tenant has no such event.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        ...

    def scan(self, tenant: str | None = None, batch: int = 500) -> AsyncIterator[StoredEvent]:
        """Every event (of one tenant), by tenant, stream and version, `batch` rows a read.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        ...


class SpendingRepository(Protocol):
    """The current state of spending entries, as the command side reads it."""

    async def get(self, tenant: str, entry_id: UUID) -> SpendingEntry | None:
        """An entry, deleted ones included, or None.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        ...

    async def of_tenant(self, tenant: str) -> Sequence[SpendingEntry]:
        """All entries of a tenant, deleted ones included, by owner and date.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        ...
