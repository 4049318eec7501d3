"""The experiment about the event store, small and on SQLite."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from adapters.database.engine import open_database
from adapters.database.reading import SqlEventReader
from adapters.database.schema import migrate
from tests.bench.event_store import bare
from tests.bench.event_store.commands import BASES
from tests.bench.event_store.experiment import EventStoreOptions, EventStoreRun
from tests.bench.event_store.streams import ENTRY, TENANT, long_history
from workers.domain.spending import entry_stream
from workers.ports.store import StoredEvent
from workers.queries.replay import ENTRIES, replay


@pytest.fixture
def url(tmp_path: Path) -> str:
    made = f"sqlite:///{tmp_path}/poon.db"
    migrate(made)
    return made


async def stored(url: str, stream: str) -> Sequence[StoredEvent]:
    database = open_database(url)
    found = await SqlEventReader(database).stream(TENANT, stream)
    await database.close()
    return found


def test_a_long_history_is_one_of_an_entry() -> None:
    state = replay(ENTRIES, long_history(5))
    assert state is not None
    assert (state.id, state.version, str(state.amount.amount)) == (ENTRY, 5, "5.25")


def test_bare_inserts_store_what_the_store_reads(url: str) -> None:
    rows = long_history(5)
    bare.insert(url, [rows[:2], rows[2:]])
    assert asyncio.run(stored(url, entry_stream(ENTRY))) == rows
    assert len(bare.select(url, TENANT, entry_stream(ENTRY))) == 5


def test_everything_is_measured_in_every_round(url: str) -> None:
    run = EventStoreRun(url, EventStoreOptions(events=20, batch=7, length=30, every=10, rounds=2))
    run.run()
    assert set(run.turns) == set(BASES) | set(BASES.values())
    assert {len(turns) for turns in run.turns.values()} == {2}
    assert all(turn.wall > 0 for turns in run.turns.values() for turn in turns)
