"""What `ProjectionStore` and `ProjectionBuilds` promise on every database, and a rebuild under load."""

import asyncio
import random
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Table, select

from adapters.database import projection_builds
from adapters.database.engine import Database
from adapters.database.projection_builds import SqlProjectionBuilds
from adapters.database.projection_rows import TABLES_OF
from adapters.database.projections import SqlProjectionStore
from adapters.database.reading import SqlEventReader
from adapters.database.store import SqlDecisionStore
from tests.fakes.clock import NOON, FakeClock
from tests.fakes.projections import entries_of, published, spending_histories, totals_of
from workers.ports.projections import (
    Cell,
    Change,
    Followed,
    GenerationStatus,
    Lease,
    MerchantCell,
    MonthCell,
    Position,
    QualityCell,
    ScanFilter,
    StreamKey,
    Tally,
)
from workers.ports.store import StoredEvent, Verdict
from workers.projections.projector import Projector
from workers.projections.quality import ProcessingQuality
from workers.projections.rebuilding import BuildProgress, Rebuilder
from workers.projections.spending import SpendingTotals

DAY = NOON.date()
CELL = QualityCell("acme", DAY, "texts", "poon.text.parsed.v1", "", "", degraded=False)
KEY = StreamKey("acme", "event-1")
SCAN = SpendingTotals.scanned
Row = tuple[object, ...]


def added(tally: Tally, version: int = 1, key: StreamKey = KEY) -> Change:
    return Change({key: Followed(version, "[]")}, {CELL: tally})


async def keep(store: SqlDecisionStore, events: Sequence[StoredEvent]) -> None:
    await store.commit([Verdict(event.inbox_key, (event,)) for event in events])


async def rows_of(database: Database, table: Table, generation: int) -> list[Row]:
    """All rows of a generation without its number, in order."""
    columns = [column for column in table.c if column.name != "generation"]
    wanted = select(*columns).where(table.c.generation == generation).order_by(*columns[:5])
    async with database.connection() as connection:
        return [tuple(row) for row in await connection.execute(wanted)]


async def cells_of(database: Database, generation: int) -> dict[Cell, Tally]:
    months, merchants = TABLES_OF["spending"][1], TABLES_OF["spending"][0]
    found: dict[Cell, Tally] = {}
    for *key, count, amount in await rows_of(database, months, generation):
        found[MonthCell(*key)] = Tally(int(str(count)), Decimal(str(amount)))  # type: ignore[arg-type]
    for *key, count, amount in await rows_of(database, merchants, generation):
        found[MerchantCell(*key)] = Tally(int(str(count)), Decimal(str(amount)))  # type: ignore[arg-type]
    return found


async def all_rows(database: Database, generations: dict[str, int]) -> dict[tuple[str, str], list[Row]]:
    """Every row of the generations named, by projection and table."""
    return {
        (name, table.name): await rows_of(database, table, generations[name])
        for name, tables in TABLES_OF.items()
        for table in tables
    }


class Load:
    """Commands that are stored and published, shuffled and some of them twice, in batches."""

    def __init__(self, database: Database, store: SqlDecisionStore, coming: Sequence[StoredEvent]) -> None:
        self.begun, self.done = asyncio.Event(), asyncio.Event()
        self._store = store
        self._coming = coming
        self._projectors = [
            Projector(one, SqlProjectionStore(database), SqlEventReader(database))
            for one in (SpendingTotals(), ProcessingQuality())
        ]

    async def run(self) -> None:
        rng = random.Random(5)
        for start in range(0, len(self._coming), 20):
            batch = self._coming[start : start + 20]
            await keep(self._store, batch)
            events = [published(row) for row in (*batch, *rng.sample(batch, 5))]
            rng.shuffle(events)
            for projector in self._projectors:
                await projector.apply(events)
            self.begun.set()
        self.done.set()


class Rebuilding:
    """Who rebuilds both projections."""

    def __init__(self, database: Database) -> None:
        self._store = SqlProjectionStore(database)
        self._rebuilders = [
            Rebuilder(
                Projector(one, self._store, SqlEventReader(database)),
                self._store,
                SqlProjectionBuilds(database),
                FakeClock(),
                "test",
            )
            for one in (SpendingTotals(), ProcessingQuality())
        ]
        self.told: list[BuildProgress] = []

    async def ensure(self) -> None:
        for rebuilder in self._rebuilders:
            await rebuilder.ensure(self.told.append)

    async def once(self) -> None:
        for rebuilder in self._rebuilders:
            await rebuilder.rebuild(self.told.append, page=40)

    async def again_and_again(self, load: Load) -> None:
        await load.begun.wait()
        while not load.done.is_set():
            await self.once()

    async def answering(self) -> dict[str, int]:
        """The number of the generation that answers, by projection."""
        return {one.projection: one.number for one in await self._store.generations()}


class ProjectionsContract:
    @pytest.fixture
    def projections(self, database: Database) -> SqlProjectionStore:
        return SqlProjectionStore(database)

    @pytest.fixture
    def builds(self, database: Database) -> SqlProjectionBuilds:
        return SqlProjectionBuilds(database)

    async def test_a_generation_is_begun_once_and_then_swapped_in(
        self, projections: SqlProjectionStore, builds: SqlProjectionBuilds
    ) -> None:
        assert await projections.generations() == []
        first = await builds.begin("quality", NOON)
        assert await builds.begin("quality", NOON + timedelta(days=1)) == first
        other = await builds.begin("spending", NOON)
        assert first.number != other.number
        assert await builds.swap(first.number, NOON)
        assert not await builds.swap(first.number, NOON)
        second = await builds.begin("quality", NOON)
        assert await builds.swap(second.number, NOON)
        found = {one.number: one.status for one in await projections.generations("quality")}
        assert found == {first.number: GenerationStatus.RETIRED, second.number: GenerationStatus.LIVE}
        assert await builds.sweep("quality") == 1
        assert await builds.sweep("quality") == 0
        assert [one.number for one in await projections.generations("quality")] == [second.number]

    async def test_a_rebuild_notes_how_far_it_is(
        self, projections: SqlProjectionStore, builds: SqlProjectionBuilds
    ) -> None:
        generation = await builds.begin("spending", NOON)
        await builds.advance(generation.number, 3, Position("acme", "entry-1", 2))
        await builds.advance(generation.number, 4, Position("acme", "entry-9", 1))
        (found,) = await projections.generations("spending")
        assert (found.events, found.position) == (7, ("acme", "entry-9", 1))

    async def test_one_builds_at_a_time_until_its_lease_has_run_out(self, builds: SqlProjectionBuilds) -> None:
        number = (await builds.begin("spending", NOON)).number
        later = NOON + timedelta(seconds=61)
        assert await builds.claim(number, Lease("me", NOON, NOON + timedelta(seconds=60)))
        assert not await builds.claim(number, Lease("another", NOON, later))
        assert await builds.claim(number, Lease("me", NOON, NOON + timedelta(seconds=60)))
        assert await builds.claim(number, Lease("another", later, later + timedelta(seconds=60)))
        await builds.swap(number, later)
        assert not await builds.claim(number, Lease("another", later, later))

    async def test_two_who_begin_at_once_begin_the_same(
        self, builds: SqlProjectionBuilds, other_database: Database
    ) -> None:
        others = SqlProjectionBuilds(other_database)
        found = await asyncio.gather(*(each.begin("spending", NOON) for each in (builds, others) * 3))
        assert len({one.number for one in found}) == 1

    async def test_rows_change_in_every_generation_that_answers_or_grows(
        self, database: Database, projections: SqlProjectionStore, builds: SqlProjectionBuilds
    ) -> None:
        old = await builds.begin("quality", NOON)
        await builds.swap(old.number, NOON)
        live = await builds.begin("quality", NOON)
        await builds.swap(live.number, NOON)
        growing = await builds.begin("quality", NOON)
        assert not await projections.update("quality", [KEY], lambda _: added(Tally(2, Decimal("1.5"))))
        assert not await projections.update("quality", [KEY], lambda _: added(Tally(1, Decimal(1)), 2), growing.number)
        table = TABLES_OF["quality"][0]
        counts = [[row[-2:] for row in await rows_of(database, table, one.number)] for one in (old, live, growing)]
        assert counts == [[], [(2, Decimal("1.5"))], [(3, Decimal("2.5"))]]

    async def test_a_cell_that_holds_nothing_any_more_is_gone(
        self, database: Database, projections: SqlProjectionStore, builds: SqlProjectionBuilds
    ) -> None:
        number = (await builds.begin("quality", NOON)).number
        await projections.update("quality", [KEY], lambda _: added(Tally(1, Decimal(7))))
        await projections.update("quality", [KEY], lambda _: added(Tally(-1, Decimal(-7)), 2))
        assert await rows_of(database, TABLES_OF["quality"][0], number) == []
        assert await rows_of(database, TABLES_OF["quality"][1], number) == [("acme", "event-1", 2, "[]")]

    async def test_followed_streams_are_told_to_whoever_decides(
        self, projections: SqlProjectionStore, builds: SqlProjectionBuilds
    ) -> None:
        await builds.begin("quality", NOON)
        keys = [StreamKey(tenant, f"event-{number}") for tenant in ("acme", "globex") for number in range(600)]
        change = Change({key: Followed(1, "[1]") for key in keys}, {})
        await projections.update("quality", keys, lambda _: change)
        asked: list[object] = []

        def look(followed: object) -> Change:
            asked.append(followed)
            return Change({}, {})

        await projections.update("quality", [*keys, StreamKey("acme", "event-600")], look)
        assert asked == [change.followed]

    async def test_two_who_follow_the_same_streams_at_once_count_each_event_once(
        self,
        database: Database,
        other_database: Database,
        builds: SqlProjectionBuilds,
        store: SqlDecisionStore,
        reader: SqlEventReader,
    ) -> None:
        number = (await builds.begin("spending", NOON)).number
        history = spending_histories(60, seed=11)
        await keep(store, history)
        projectors = [
            Projector(SpendingTotals(), SqlProjectionStore(each), reader) for each in (database, other_database)
        ]
        rng = random.Random(4)

        async def follow(projector: Projector) -> None:
            events = [published(row) for row in rng.sample(history, len(history))]
            for start in range(0, len(events), 25):
                await projector.apply(events[start : start + 25])

        await asyncio.gather(*(follow(projector) for projector in projectors))
        assert await cells_of(database, number) == totals_of(entries_of(history))

    async def test_pages_of_events_come_in_order_and_whole(
        self, builds: SqlProjectionBuilds, store: SqlDecisionStore
    ) -> None:
        history = spending_histories(30, tenant="acme") + spending_histories(30, tenant="zulu")
        strangers = [
            history[0]._replace(
                id=event.id, stream=stream, version=1, causation_id=f"x-{event.id}", type="poon.text.parsed.v1"
            )
            for event, stream in zip(
                spending_histories(3, seed=9, tenant="x"), ("entra-9", "entry.", "z"), strict=False
            )
        ]
        await keep(store, [*history, *strangers])
        found: list[StoredEvent] = []
        position = None
        while page := await builds.page(position, SCAN, 7):
            found += page
            position = Position(page[-1].tenant, page[-1].stream, page[-1].version)
        assert found == sorted(history, key=lambda event: (event.tenant, event.stream, event.version))
        texts = await builds.page(None, ScanFilter("", frozenset({"poon.text.parsed.v1"})), 10)
        assert sorted(event.stream for event in texts) == ["entra-9", "entry.", "z"]

    async def test_a_generation_rebuilt_under_load_is_the_live_one_row_for_row(
        self, database: Database, other_database: Database, store: SqlDecisionStore, other_store: SqlDecisionStore
    ) -> None:
        """Commands are stored and published, out of order and twice, while both projections are rebuilt."""
        before = spending_histories(60, seed=1, tenant="middle")
        await keep(store, before)
        rebuilding = Rebuilding(database)
        await rebuilding.ensure()
        started = await rebuilding.answering()
        coming = spending_histories(80, seed=2, tenant="after") + spending_histories(80, seed=3, tenant="before")
        load = Load(other_database, other_store, coming)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(load.run())
            tasks.create_task(rebuilding.again_and_again(load))
        answering = await rebuilding.answering()
        assert not set(started.values()) & set(answering.values())
        assert await cells_of(database, answering["spending"]) == totals_of(entries_of(before + coming))
        under_load = await all_rows(database, answering)
        await rebuilding.once()
        anew = await rebuilding.answering()
        assert not set(answering.values()) & set(anew.values())
        in_peace = await all_rows(database, anew)
        assert under_load == in_peace
        assert all(in_peace.values())

    async def test_many_rows_of_a_retired_generation_are_removed_in_steps(
        self,
        projections: SqlProjectionStore,
        builds: SqlProjectionBuilds,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(projection_builds, "SWEPT_AT_ONCE", 10)
        await builds.begin("quality", NOON)
        keys = [StreamKey("acme", f"event-{number}") for number in range(25)]
        await projections.update("quality", keys, lambda _: Change({key: Followed(1, "") for key in keys}, {}))
        (first,) = await projections.generations()
        await builds.swap(first.number, NOON)
        second = await builds.begin("quality", NOON)
        await builds.swap(second.number, NOON)
        steps = []
        while removed := await builds.sweep("quality"):
            steps.append(removed)
        assert steps == [10, 10, 5, 1]
