"""Appends and loads of the event store, each in turns with the bare table."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from sqlalchemy import update

from adapters.database.engine import Database, open_database
from adapters.database.reading import SqlEventReader, SqlSpendingRepository
from adapters.database.store import SqlDecisionStore
from adapters.database.tables import spending_entries
from contracts.money import Money
from contracts.values import Confidence, ProcessingMethod
from tests.bench.event_store import bare
from tests.bench.event_store.streams import ENTRY, TENANT, alone, long_history, verdicts
from workers.domain.spending import SpendingEntry, entry_stream
from workers.ports.store import Span
from workers.queries.replay import ENTRIES, replay

STREAM: Final = entry_stream(ENTRY)
_FILLED_BY: Final = 500


@dataclass(frozen=True, slots=True)
class EventStoreOptions:
    """How much is measured.

    Attributes:
        events: appended in a round.
        batch: events in a transaction.
        length: of the long stream.
        every: versions between two snapshots.
    """

    events: int = 10_000
    batch: int = 100
    length: int = 10_000
    every: int = 100
    rounds: int = 3


class Spent(NamedTuple):
    """Of one turn, seconds: by the clock, and of this process's processor time."""

    wall: float
    cpu: float


@dataclass
class EventStoreRun:
    """Measures one database.

    Attributes:
        url: migrated, and empty.
        turns: what each took, round by round.
    """

    url: str
    options: EventStoreOptions
    turns: dict[str, list[Spent]] = field(default_factory=dict)

    def run(self) -> None:
        """All rounds."""
        asyncio.run(self._run())

    async def _run(self) -> None:
        database = open_database(self.url)
        try:
            for round_ in range(self.options.rounds):
                await self._appends(database, round_)
            states = await self._fill(database)
            for _ in range(self.options.rounds):
                await self._loads(database, states)
        finally:
            await database.close()

    async def _appends(self, database: Database, round_: int) -> None:
        first = 2 * round_ * self.options.events + 2
        plain = list(_batches([alone(first + n) for n in range(self.options.events)], self.options.batch))
        others = list(
            _batches([alone(first + self.options.events + n) for n in range(self.options.events)], self.options.batch)
        )
        store = SqlDecisionStore(database)

        async def append() -> None:
            for batch in others:
                await store.commit(verdicts(batch))

        self._timed("append: bare inserts", lambda: bare.insert(self.url, plain))
        await self._awaited("append: the store", append)

    async def _fill(self, database: Database) -> Sequence[SpendingEntry]:
        """Store the long stream and the row of its newest state; the states after each event."""
        rows, store = long_history(self.options.length), SqlDecisionStore(database)
        states: list[SpendingEntry] = []
        for row in rows:
            state = replay(ENTRIES, [row], states[-1] if states else None)
            assert state is not None
            states.append(state)
        first, *rest = verdicts(rows)
        await store.commit([first._replace(states=(states[0],))])
        for batch in _batches(rest, _FILLED_BY):
            await store.commit(batch)
        newest = states[-1]
        async with database.connection(writes=True) as connection:
            await connection.execute(
                update(spending_entries).values(
                    version=newest.version,
                    amount=newest.amount.amount,
                    confidence=Confidence(1.0).value,
                    processing_method=ProcessingMethod.MANUAL.value,
                )
            )
            await connection.commit()
        return states

    async def _loads(self, database: Database, states: Sequence[SpendingEntry]) -> None:
        reader, entries = SqlEventReader(database), SqlSpendingRepository(database)
        middle = self.options.length // 2 + self.options.every // 2

        async def fold(last: int | None) -> SpendingEntry | None:
            return replay(ENTRIES, await reader.stream(TENANT, STREAM, Span(last=last)))

        async def from_snapshot(last: int) -> SpendingEntry | None:
            """As of a version, from the newest snapshot before it; reading one costs what reading the row costs."""
            at = last - last % self.options.every or last
            await entries.get(TENANT, ENTRY)
            return replay(ENTRIES, await reader.stream(TENANT, STREAM, Span(first=at + 1, last=last)), states[at - 1])

        self._timed("load: bare select", lambda: bare.select(self.url, TENANT, STREAM))
        await self._awaited("load: the reader", lambda: reader.stream(TENANT, STREAM))
        found = [
            await self._awaited("newest state: fold of all", lambda: fold(None)),
            await self._awaited("newest state: the inline row", lambda: entries.get(TENANT, ENTRY)),
        ]
        assert found == [states[-1], states[-1]]
        told = [
            await self._awaited("as of the middle: fold", lambda: fold(middle)),
            await self._awaited("as of the middle: from a snapshot", lambda: from_snapshot(middle)),
        ]
        assert told == [states[middle - 1], states[middle - 1]]
        assert states[middle - 1].amount == Money.of(f"{middle}.25")

    def _timed(self, what: str, do: Callable[[], object]) -> None:
        begun = _clocks()
        do()
        self._keep(what, begun)

    async def _awaited(self, what: str, do: Callable[[], Coroutine[Any, Any, Any]]) -> Any:  # noqa: ANN401  what it says
        begun = _clocks()
        found = await do()
        self._keep(what, begun)
        return found

    def _keep(self, what: str, begun: Spent) -> None:
        now = _clocks()
        self.turns.setdefault(what, []).append(Spent(now.wall - begun.wall, now.cpu - begun.cpu))


def _clocks() -> Spent:
    return Spent(time.perf_counter(), time.process_time())


def _batches(rows: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
