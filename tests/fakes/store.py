"""An in-memory `DecisionStore` with the same promises as the real ones, and an `EventReader` of what it stored."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from uuid import UUID

from tests.fakes.events import MemoryEvents
from workers.ports.dead_letters import DeadLetter
from workers.ports.errors import UnavailableError
from workers.ports.store import (
    WHOLE,
    AggregateState,
    CommitResult,
    Committed,
    Conflicted,
    Erased,
    InboxKey,
    Span,
    StoredEvent,
    Unstorable,
    Verdict,
)


class MemoryStore:
    """Remembers decisions; fails as often as it is told."""

    def __init__(self) -> None:
        self.decided: dict[InboxKey, tuple[StoredEvent, ...]] = {}
        self.letters: list[DeadLetter] = []
        self.states: dict[tuple[str, UUID], AggregateState] = {}
        self.batches: list[int] = []
        self.look_ups: list[int] = []
        self.outages = 0
        self.conflicts: dict[InboxKey, int] = {}
        self.unstorable: set[InboxKey] = set()
        self.erased: list[bool] = []
        """Whether the erasure of everybody's owner is under way, from the last on: one is used up by each verdict."""
        self._versions: set[tuple[str, str, int]] = set()

    async def recorded(self, keys: Collection[InboxKey]) -> Mapping[InboxKey, tuple[StoredEvent, ...]]:
        self._maybe_fail()
        self.look_ups.append(len(keys))
        return {key: self.decided[key] for key in keys if key in self.decided}

    async def commit(self, verdicts: Sequence[Verdict]) -> Sequence[CommitResult]:
        self._maybe_fail()
        assert len({verdict.key for verdict in verdicts}) == len(verdicts), "keys are distinct"
        self.batches.append(len(verdicts))
        return [self._commit(verdict) for verdict in verdicts]

    def _commit(self, verdict: Verdict) -> CommitResult:
        key = verdict.key
        if key in self.decided:
            return Committed(key, self.decided[key], duplicate=True)
        if verdict.sent_at is not None and self.erased:
            return Erased(key, under_way=self.erased.pop())
        if key in self.unstorable:
            self.unstorable.discard(key)
            return Unstorable(key, "the fake database refuses the rows")
        if self.conflicts.get(key, 0):
            self.conflicts[key] -= 1
            return Conflicted(key)
        versions = {(event.tenant, event.stream, event.version) for event in verdict.events}
        if versions & self._versions:
            return Conflicted(key)
        self._versions |= versions
        self.decided[key] = verdict.events
        self.states |= {(state.tenant, state.id): state for state in verdict.states}
        if verdict.dead_letter is not None:
            self.letters.append(verdict.dead_letter)
        return Committed(key, verdict.events)

    def _maybe_fail(self) -> None:
        if self.outages:
            self.outages -= 1
            raise UnavailableError("the fake database is down")


class MemoryReader:
    """`EventReader` of a `MemoryStore`."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    @property
    def _all(self) -> MemoryEvents:
        return MemoryEvents(event for events in self._store.decided.values() for event in events)

    async def stream(self, tenant: str, stream: str, span: Span = WHOLE) -> Sequence[StoredEvent]:
        return await self._all.stream(tenant, stream, span)

    async def stream_with(self, tenant: str, event_id: UUID) -> Sequence[StoredEvent]:
        return await self._all.stream_with(tenant, event_id)

    async def scan(self, tenant: str | None = None, batch: int = 500) -> AsyncIterator[StoredEvent]:
        async for event in self._all.scan(tenant, batch):
            yield event
