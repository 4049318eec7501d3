"""Histories of spending to project, what has to come of them, and the projection ports in memory."""

import random
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid5

from contracts.codec import encode
from contracts.envelope import EVENT_NAMESPACE
from contracts.events.spending import SpendingCorrected, SpendingDeleted, SpendingEnhanced, SpendingRecorded
from contracts.money import Currency, Money
from contracts.spending import EntryChanges, Source
from contracts.values import Category, Confidence, ProcessingMethod
from workers.domain.spending import SpendingEntry, SpendingEvent, apply, entry_stream
from workers.ports.errors import UnavailableError
from workers.ports.projections import (
    Cell,
    Change,
    Decide,
    Followed,
    Generation,
    GenerationStatus,
    Lease,
    MerchantCell,
    Missing,
    MonthCell,
    Position,
    ScanFilter,
    StreamKey,
    Tally,
)
from workers.ports.store import StoredEvent
from workers.projections.projection import Happened

START = datetime(2026, 3, 2, 5, tzinfo=UTC)
MERCHANTS = ("7-Eleven", "ร้านป้าแดง", Category.MERIT.value)
"""One is called as a category is."""
CATEGORIES = (Category.FOOD, Category.TRANSPORTATION, Category.MERIT)
CURRENCIES = (Currency.THB, Currency.JPY)


def spending_history(number: int, rng: random.Random, owners: int = 4, tenant: str = "acme") -> list[StoredEvent]:
    """The events of one entry: recorded, then whatever may happen to it."""
    identity = uuid5(EVENT_NAMESPACE, f"{tenant}-{number}")
    owner = f"owner-{number % owners}"
    events: list[SpendingEvent] = [_recorded(identity, rng)]
    for version in range(2, 2 + rng.randrange(4)):
        if rng.random() < 0.2:
            events.append(SpendingDeleted(entry_id=identity, version=version, reason="twice"))
            break
        events.append(_changed(identity, version, rng))
    return [_stored(event, tenant, owner) for event in events]


def spending_histories(entries: int, seed: int = 1, owners: int = 4, tenant: str = "acme") -> list[StoredEvent]:
    """The events of many entries, stream after stream."""
    rng = random.Random(seed)
    return [event for number in range(entries) for event in spending_history(number, rng, owners, tenant)]


def published(stored: StoredEvent) -> Happened:
    """A stored event as its topic tells of it: without its place."""
    return Happened(str(stored.id), stored.tenant, stored.owner, stored.occurred_at, event_of(stored))


def event_of(stored: StoredEvent) -> SpendingEvent:
    kinds = (SpendingRecorded, SpendingCorrected, SpendingEnhanced, SpendingDeleted)
    kind = next(kind for kind in kinds if kind.type == stored.type)
    return kind.model_validate_json(stored.data)


def entries_of(stored: Iterable[StoredEvent]) -> list[SpendingEntry]:
    """The entries as the domain folds them."""
    states: dict[str, SpendingEntry] = {}
    for row in stored:
        states[row.stream] = apply(states.get(row.stream), event_of(row), row.tenant, row.owner)
    return list(states.values())


def totals_of(entries: Iterable[SpendingEntry]) -> dict[Cell, Tally]:
    """What the projection `spending` has to hold, added up from the entries themselves."""
    counts: dict[Cell, int] = defaultdict(int)
    amounts: dict[Cell, Decimal] = defaultdict(Decimal)
    for entry in entries:
        if entry.is_deleted:
            continue
        month, money = entry.spent_on.replace(day=1), entry.amount
        whose = (entry.tenant, entry.owner, month)
        for cell in (
            MonthCell(*whose, entry.category.value, money.currency.value),
            MerchantCell(*whose, entry.merchant, money.currency.value),
        ):
            counts[cell] += 1
            amounts[cell] += money.amount
    return {cell: Tally(number, amounts[cell]) for cell, number in counts.items()}


def _recorded(identity: UUID, rng: random.Random) -> SpendingRecorded:
    return SpendingRecorded(
        entry_id=identity,
        version=1,
        amount=_money(rng),
        merchant=rng.choice(MERCHANTS),
        spent_on=_day(rng),
        time_zone="Asia/Bangkok",
        category=rng.choice(CATEGORIES),
        confidence=Confidence(0.5),
        processing_method=ProcessingMethod.RULES,
        source=Source(),
    )


def _changed(identity: UUID, version: int, rng: random.Random) -> SpendingEvent:
    values = {
        "amount": _money(rng),
        "merchant": rng.choice(MERCHANTS),
        "spent_on": _day(rng),
        "category": rng.choice(CATEGORIES),
        "description": "กาแฟ",
    }
    changes = EntryChanges.model_validate(
        {name: values[name] for name in rng.sample(sorted(values), rng.randint(1, 4))}
    )
    if rng.random() < 0.5:
        return SpendingCorrected(entry_id=identity, version=version, changes=changes)
    return SpendingEnhanced(
        entry_id=identity,
        version=version,
        changes=changes,
        confidence=Confidence(0.5 + version / 100),
        processing_method=ProcessingMethod.MODEL,
    )


def _money(rng: random.Random) -> Money:
    currency = rng.choice(CURRENCIES)
    return Money.of(Decimal(rng.randrange(1, 10_000_000)).scaleb(-2), currency)


def _day(rng: random.Random) -> date:
    return date(2026, 1, 1) + timedelta(days=rng.randrange(90))


def _stored(event: SpendingEvent, tenant: str, owner: str) -> StoredEvent:
    cause = f"{tenant}-{event.entry_id}-{event.version}"
    return StoredEvent(
        id=uuid5(EVENT_NAMESPACE, cause),
        tenant=tenant,
        stream=entry_stream(event.entry_id),
        version=event.version,
        handler="spending",
        causation_id=cause,
        ordinal=0,
        type=event.type,
        topic="poon.spending.events",
        owner=owner,
        correlation_id=cause,
        occurred_at=START + timedelta(minutes=event.version),
        data=encode(event).decode(),
    )


@dataclass
class Rows:
    """One generation's rows."""

    followed: dict[StreamKey, Followed] = field(default_factory=dict)
    cells: dict[Cell, Tally] = field(default_factory=dict)

    def change(self, change: Change) -> None:
        self.followed |= change.followed
        for cell, tally in change.added.items():
            sum_ = self.cells.get(cell, Tally(0, Decimal())).plus(tally)
            self.cells[cell] = sum_
            if not sum_.number:
                del self.cells[cell]


class MemoryProjections:
    """`ProjectionStore`, `ProjectionBuilds` and the stream reader of a projector, in memory."""

    def __init__(self) -> None:
        self.stored: list[StoredEvent] = []
        self.rows: dict[int, Rows] = {}
        self.known: dict[int, Generation] = {}
        self.leases: dict[int, Lease] = {}
        self.refusals = 0
        self.streams_read: list[str] = []

    @property
    def answering(self) -> Rows:
        """The rows of the generation that answers."""
        (number,) = (one.number for one in self.known.values() if one.status is GenerationStatus.LIVE)
        return self.rows[number]

    async def update(
        self, projection: str, streams: Collection[StreamKey], decide: Decide, generation: int | None = None
    ) -> frozenset[StreamKey]:
        self._refuse()
        changes: list[tuple[Rows, Change]] = []
        missing: frozenset[StreamKey] = frozenset()
        for one in self.known.values():
            wanted = one.projection == projection and one.status is not GenerationStatus.RETIRED
            if not wanted or generation not in {None, one.number}:
                continue
            rows = self.rows[one.number]
            decision = decide({key: rows.followed[key] for key in streams if key in rows.followed})
            if isinstance(decision, Missing):
                missing |= decision.streams
            else:
                changes.append((rows, decision))
        if not missing:
            for rows, change in changes:
                rows.change(change)
        return missing

    async def generations(self, projection: str | None = None) -> Sequence[Generation]:
        return [one for one in self.known.values() if projection in {None, one.projection}]

    async def begin(self, projection: str, now: datetime) -> Generation:
        for one in self.known.values():
            if one.projection == projection and one.status is GenerationStatus.BUILDING:
                return one
        number = max(self.known, default=0) + 1
        self.rows[number] = Rows()
        self.known[number] = Generation(number, projection, GenerationStatus.BUILDING, now)
        return self.known[number]

    async def claim(self, generation: int, lease: Lease) -> bool:
        held = self.leases.get(generation)
        if held is not None and held.builder != lease.builder and held.until >= lease.now:
            return False
        known = self.known.get(generation)
        if known is None or known.status is not GenerationStatus.BUILDING:
            return False
        self.leases[generation] = lease
        return True

    async def page(self, after: Position | None, wanted: ScanFilter, limit: int) -> Sequence[StoredEvent]:
        self._refuse()
        chosen = [row for row in self.stored if row.stream.startswith(wanted.prefix)]
        rows = sorted(chosen, key=lambda row: (row.tenant, row.stream, row.version))
        return [row for row in rows if after is None or (row.tenant, row.stream, row.version) > after][:limit]

    async def advance(self, generation: int, events: int, position: Position) -> None:
        known = self.known[generation]
        self.known[generation] = known._replace(events=known.events + events, position=position)

    async def swap(self, generation: int, now: datetime) -> bool:
        if self.known[generation].status is not GenerationStatus.BUILDING:
            return False
        for number, one in self.known.items():
            if one.status is GenerationStatus.LIVE and one.projection == self.known[generation].projection:
                self.known[number] = one._replace(status=GenerationStatus.RETIRED)
        self.known[generation] = self.known[generation]._replace(status=GenerationStatus.LIVE, finished_at=now)
        return True

    async def sweep(self, projection: str) -> int:
        for number, one in self.known.items():
            if one.status is GenerationStatus.RETIRED and one.projection == projection:
                del self.known[number], self.rows[number]
                return 1
        return 0

    async def stream(self, tenant: str, stream: str) -> Sequence[StoredEvent]:
        self.streams_read.append(stream)
        own = [row for row in self.stored if (row.tenant, row.stream) == (tenant, stream)]
        return sorted(own, key=lambda row: row.version)

    def _refuse(self) -> None:
        if self.refusals:
            self.refusals -= 1
            raise UnavailableError("the fake database is away")
