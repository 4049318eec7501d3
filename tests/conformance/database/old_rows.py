"""What sealing old rows promises on every database: nobody who reads sees a difference, whatever is killed."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event as listening
from sqlalchemy import select

from adapters.database.dead_letters import SqlDeadLetterBox
from adapters.database.engine import Database
from adapters.database.old_rows import SqlOldRowSealer
from adapters.database.reading import SqlEventReader, SqlSpendingRepository
from adapters.database.seals import MARK
from adapters.database.store import SqlDecisionStore
from adapters.database.tables import events, owner_keys, sealing_walks, spending_entries
from contracts.commands.privacy import EraseOwner
from contracts.mappings import MappingStatus
from tests.conformance.database.keyed import Keyed
from tests.conformance.database.owners import OTHER, OWNER, by, erase, recorded, sent, stored
from tests.conformance.database.planted import (
    LETTER,
    NOTE,
    PLANTED,
    as_json,
    dump,
    exported,
    plant,
    planted_entry,
    planted_letter,
)
from tests.conformance.database.samples import TENANT, mapping, mapping_verdict, spending, verdict
from workers.domain.mappings import SHARED
from workers.ports.store import InboxKey, Verdict
from workers.ports.vault import MasterKeyError, TableSealing

WORDS = (*PLANTED, *LETTER)
SHARED_NAME = "ร้านกลาง"


class KilledError(Exception):
    """The process ends here."""


def proposed() -> Verdict:
    shared = mapping(SHARED_NAME, owner=SHARED, status=MappingStatus.CANDIDATE)
    return by(OWNER, mapping_verdict("proposed", shared))


def refusal() -> Verdict:
    """What a command of an owner is told that was erased."""
    return verdict("late", owner="gone", data=json.dumps({"code": "owner_erased", "reason": "until then"}))


def proof() -> Verdict:
    """The outcome of an erasure."""
    made = verdict("e-0", owner="gone", handler=EraseOwner.area)
    return made._replace(key=InboxKey(EraseOwner.area, TENANT, "e-0"))


async def fill(plain: Database) -> None:
    for owner in (OWNER, OTHER):
        await plant(plain, owner)
    await stored(SqlDecisionStore(plain), proposed(), refusal(), proof(), recorded(spending("bare", owner=OTHER), "b"))


async def reads(database: Database) -> Sequence[str]:
    """What everybody is given who reads."""
    found = [event async for event in SqlEventReader(database).scan(batch=3)]
    entry = await SqlSpendingRepository(database).get(TENANT, planted_entry().id)
    letters = await SqlDeadLetterBox(database).get(
        [one.dead_letter.id for one in map(planted_letter, (OWNER, OTHER)) if one.dead_letter]
    )
    again = await SqlDecisionStore(database).recorded([recorded(planted_entry()).key])
    return [
        *map(str, found),
        str(entry),
        *map(str, letters),
        str(again),
        *[await exported(database, owner) for owner in (OWNER, OTHER, "gone")],
    ]


async def through(sealer: SqlOldRowSealer, limit: int = 3) -> Sequence[TableSealing]:
    await sealer.begin()
    while await sealer.seal_some(limit) is not None:
        pass
    return await sealer.progress()


@contextmanager
def killed_at(database: Database, statement: str) -> Iterator[None]:
    """The process ends when it is about to run such a statement."""

    def kill(_connection: object, _cursor: object, said: str, *_: object) -> None:
        if said.startswith(statement):
            raise KilledError

    engine = database._engine.sync_engine  # noqa: SLF001  nothing else sees them all
    listening.listen(engine, "before_cursor_execute", kill)
    try:
        yield
    finally:
        listening.remove(engine, "before_cursor_execute", kill)


class Meanwhile(SqlOldRowSealer):
    """Lets something happen between what is read and what is written."""

    happens: Any = None

    async def _changes(self, kind: Any, old: Any) -> Any:  # noqa: ANN401  the base's own types
        if old and self.happens is not None:
            await self.happens(kind.table.name)
        return await super()._changes(kind, old)


class OldRowsContract(Keyed):
    """A subclass gives `url`."""

    async def test_what_was_in_the_clear_is_sealed_and_read_as_before(
        self, database: Database, plain: Database
    ) -> None:
        await fill(plain)
        before = await reads(plain)
        assert await reads(database) == before
        assert [word for word in WORDS if word not in await dump(database)] == [LETTER[1]], "headers are in base64"

        found = await through(SqlOldRowSealer(database))

        assert [(each.table, each.sealed, each.is_over) for each in found] == [
            ("events", 9, True),
            ("spending_entries", 5, True),
            ("dead_letters", 2, True),
        ]
        assert found[0].looked == 12
        assert [word for word in WORDS if word in await dump(database)] == []
        assert await reads(database) == before

    async def test_again_it_finds_nothing_and_changes_nothing(self, database: Database, plain: Database) -> None:
        await fill(plain)
        await plant(database, "sealed-from-the-first")
        await through(SqlOldRowSealer(database))
        before = await rows_of(database)
        found = await through(SqlOldRowSealer(database))
        assert [each.sealed for each in found] == [0, 0, 0]
        assert [each.looked for each in found] == [16, 7, 3]
        assert await rows_of(database) == before

    async def test_killed_after_any_batch_it_goes_on_and_nobody_sees_a_difference(
        self, database: Database, other_database: Database, plain: Database
    ) -> None:
        await fill(plain)
        before, batches = await reads(plain), 0
        while True:
            sealer = SqlOldRowSealer((database, other_database)[batches % 2])
            if batches == 0 or not all(each.is_over for each in await sealer.progress()):
                await sealer.begin()
            if await sealer.seal_some(1) is None:
                break
            batches += 1
            assert await reads(other_database) == before
        assert batches == 12 + 5 + 2 + 3, "each row once, and the end of each table"
        assert [each.sealed for each in await sealer.progress()] == [9, 5, 2]

    @pytest.mark.parametrize("statement", ["UPDATE events", "UPDATE sealing_walks"])
    async def test_killed_within_a_batch_it_has_changed_nothing(
        self, database: Database, plain: Database, statement: str
    ) -> None:
        await fill(plain)
        sealer = SqlOldRowSealer(database)
        await sealer.begin()
        before = await rows_of(database)
        with killed_at(database, statement), pytest.raises(KilledError):
            await sealer.seal_some(100)
        assert await rows_of(database) == before
        assert [each.sealed for each in await through(sealer)] == [9, 5, 2]

    async def test_two_runs_at_once_seal_each_row_once(
        self, database: Database, other_database: Database, plain: Database
    ) -> None:
        await fill(plain)
        before = await reads(plain)
        await SqlOldRowSealer(database).begin()

        async def run(opened: Database) -> None:
            sealer = SqlOldRowSealer(opened)
            while await sealer.seal_some(2) is not None:
                pass

        await asyncio.gather(run(database), run(other_database))
        found = await SqlOldRowSealer(database).progress()
        assert [(each.looked, each.sealed) for each in found] == [(12, 9), (5, 5), (2, 2)]
        assert await reads(database) == before

    async def test_what_a_command_writes_meanwhile_stays(
        self, database: Database, other_database: Database, plain: Database
    ) -> None:
        await fill(plain)
        store, changed = SqlDecisionStore(other_database), planted_entry()._replace(version=2, description="newer")

        async def command(table: str) -> None:
            if table == "spending_entries" and (await current(database)).version == 1:
                await stored(store, recorded(changed, "corrected"))

        sealer = Meanwhile(database)
        sealer.happens = command
        await through(sealer, limit=100)
        assert await current(database) == changed
        assert [word for word in WORDS if word in await dump(database)] == []

    async def test_an_owner_who_is_erased_meanwhile_is_gone(
        self, database: Database, other_database: Database, plain: Database
    ) -> None:
        await fill(plain)

        async def command(table: str) -> None:
            if table == "events":
                await erase(other_database)

        sealer = Meanwhile(database)
        sealer.happens = command
        await sealer.begin()
        assert await sealer.seal_some(100)
        sealer.happens = None
        await through(sealer)
        assert await SqlSpendingRepository(database).get(TENANT, planted_entry().id) is None
        assert '"spending_entries"' not in await exported(database, OWNER)
        assert (await SqlSpendingRepository(database).get(TENANT, planted_entry(OTHER).id)) == planted_entry(OTHER)

    async def test_what_is_nobodys_or_tells_of_an_erasure_stays_as_it_is(
        self, database: Database, plain: Database
    ) -> None:
        await fill(plain)
        await through(SqlOldRowSealer(database))
        kept = {one.events[0].id for one in (proposed(), refusal(), proof())}
        async with database.connection() as connection:
            found = {row.id: row.data for row in await connection.execute(select(events.c.id, events.c.data))}
            owners = {owner for (owner,) in await connection.execute(select(owner_keys.c.owner))}
        assert {identity for identity, data in found.items() if not data.startswith(MARK)} == kept
        assert owners == {OWNER, OTHER}, "and nobody gets a key for it"

    async def test_a_key_that_another_process_has_destroyed_seals_nothing(
        self, database: Database, other_database: Database, plain: Database
    ) -> None:
        await database.seals.keys.of_owners([(TENANT, OTHER)])
        await other_database.seals.keys.destroy(TENANT, OTHER)
        await stored(SqlDecisionStore(plain), recorded(planted_entry(OTHER)))
        await through(SqlOldRowSealer(database))
        assert await SqlSpendingRepository(other_database).get(TENANT, planted_entry(OTHER).id) == planted_entry(OTHER)

    async def test_without_a_master_key_it_says_what_to_set(self, plain: Database) -> None:
        with pytest.raises(MasterKeyError, match="POON_PRIVACY__MASTER_KEY"):
            await SqlOldRowSealer(plain).begin()
        assert await SqlOldRowSealer(plain).progress() == []

    async def test_an_empty_database_is_gone_through_at_once(self, database: Database) -> None:
        found = await through(SqlOldRowSealer(database))
        assert [(each.looked, each.is_over) for each in found] == [(0, True)] * 3

    async def test_words_are_found_in_an_old_entry_as_before(self, database: Database, plain: Database) -> None:
        await stored(SqlDecisionStore(plain), sent(recorded(planted_entry())))
        await through(SqlOldRowSealer(database))
        found = await current(database)
        assert (found.description, found.tags, found.deleted_reason) == (NOTE, planted_entry().tags, None)


async def current(database: Database) -> Any:  # noqa: ANN401  an entry that is there
    return await SqlSpendingRepository(database).get(TENANT, planted_entry().id)


async def rows_of(database: Database) -> str:
    async with database.connection() as connection:
        found = [
            dict(row)
            for table in (events, spending_entries, sealing_walks)
            for row in (await connection.execute(select(table).order_by(*table.primary_key))).mappings()
            if table is not sealing_walks or not row["is_over"]
        ]
    return as_json(found)
