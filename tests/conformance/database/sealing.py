"""What sealing promises on every database: nothing personal in any row, everything for who has the keys."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event as listening
from sqlalchemy import select, update

from adapters.database.dead_letters import SqlDeadLetterBox
from adapters.database.engine import Database
from adapters.database.erasing import SqlOwnerEraser
from adapters.database.owner_keys import OwnerKeys
from adapters.database.read_models import SqlReadModels
from adapters.database.reading import SqlEventReader, SqlSpendingRepository
from adapters.database.retention import SqlStoredMonths
from adapters.database.seals import MARK
from adapters.database.store import SqlDecisionStore
from adapters.database.tables import events, owner_erasures, owner_keys, spending_entries
from adapters.vault.master_keys import master_id
from contracts.mappings import MappingStatus
from tests.conformance.database.keyed import Keyed
from tests.conformance.database.owners import AFTER, NOW, OTHER, OWNER, erase, recorded, sent, stored
from tests.conformance.database.planted import (
    LETTER,
    NOTE,
    PLANTED,
    RAW,
    dump,
    exported,
    filed,
    plant,
    planted_entry,
    planted_letter,
)
from tests.conformance.database.samples import (
    TENANT,
    entry_id,
    entry_verdict,
    lettered,
    mapping,
    mapping_verdict,
    spending,
    verdict,
)
from tests.fakes.vault import MASTER, OLDER, vault
from workers.domain.mappings import SHARED, mapping_stream
from workers.domain.spending import entry_stream
from workers.ports.archive import Month
from workers.ports.dead_letters import FiledLetter
from workers.ports.errors import UnavailableError
from workers.ports.queries import EntriesFilter
from workers.ports.store import Committed, Erased, StoredEvent, Unstorable
from workers.ports.vault import BrokenSealError, MasterKeyError


async def keys_of(database: Database) -> list[tuple[Any, ...]]:
    async with database.connection() as connection:
        return [tuple(row) for row in await connection.execute(select(owner_keys).order_by(owner_keys.c.owner))]


async def as_stored(database: Database) -> list[StoredEvent]:
    """The events as an archive takes them."""
    months = SqlStoredMonths(database)
    this = Month.of((await months.now()).strftime("%Y-%m"))
    return [each.event async for page in months.of_month(this) for each in page]


@contextmanager
def statements(database: Database, about: str) -> Iterator[list[str]]:
    """The statements through SQLAlchemy that name a table."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if about in statement:
            seen.append(statement)

    engine = database._engine.sync_engine  # noqa: SLF001  nothing else sees them all
    listening.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        listening.remove(engine, "before_cursor_execute", note)


class SealingContract(Keyed):
    """A subclass gives `url`."""

    async def test_nothing_planted_is_in_any_row_and_all_of_it_is_handed_over(self, database: Database) -> None:
        await plant(database)
        held, given = await dump(database), await exported(database)
        for planted in (*PLANTED, *LETTER[:1], *LETTER[2:]):
            assert planted not in held, planted
            assert planted in given, planted
        assert LETTER[1] not in held
        assert (await SqlSpendingRepository(database).get(TENANT, planted_entry().id)) == planted_entry()
        assert MARK not in given

    async def test_what_queries_need_stays_in_the_clear(self, database: Database) -> None:
        await plant(database)
        async with database.connection() as connection:
            row = (
                await connection.execute(select(spending_entries).where(spending_entries.c.id == planted_entry().id))
            ).one()
        assert (row.amount, row.category, row.merchant) == (
            planted_entry().amount.amount,
            planted_entry().category.value,
            planted_entry().merchant,
        )

    async def test_dead_letters_come_back_as_they_were_left(self, database: Database) -> None:
        await plant(database)
        letter = planted_letter().dead_letter
        assert letter is not None
        box = SqlDeadLetterBox(database)
        assert await box.get([letter.id]) == [filed(FiledLetter(letter=letter))]

    async def test_a_command_that_comes_again_is_answered_in_the_clear(self, database: Database) -> None:
        await plant(database)
        store, again = SqlDecisionStore(database), recorded(planted_entry())
        assert await store.commit([again]) == [Committed(again.key, again.events, duplicate=True)]
        assert (await store.recorded([again.key]))[again.key] == again.events

    async def test_words_are_found_in_what_is_sealed_and_in_what_is_not(
        self, database: Database, plain: Database
    ) -> None:
        before = spending("before", owner=OWNER, description=f"{NOTE} too")
        await stored(SqlDecisionStore(plain), recorded(before, "before"))
        await plant(database)
        more = [spending(f"n-{n}", owner=OWNER) for n in range(5)]
        await stored(SqlDecisionStore(database), *(recorded(one, str(one.id)) for one in more))
        wanted = EntriesFilter(tenant=TENANT, owner=OWNER, text=NOTE.upper())
        models = SqlReadModels(database)
        found = await models.entries(wanted, 10)
        assert {entry.id for entry in found.entries} == {before.id, planted_entry().id}
        assert found.after is None
        first = await models.entries(wanted, 1)
        assert len(first.entries) == 1
        second = await models.entries(wanted, 1, first.after)
        assert {first.entries[0].id, second.entries[0].id} == {before.id, planted_entry().id}

    async def test_rows_from_before_there_were_keys_are_read_and_go_on(
        self, database: Database, plain: Database
    ) -> None:
        old = planted_entry()
        await stored(SqlDecisionStore(plain), recorded(old))
        entries = SqlSpendingRepository(database)
        assert await entries.get(TENANT, old.id) == old
        newer = old._replace(version=2, description="newer")
        await stored(SqlDecisionStore(database), sent(entry_verdict("c-2", newer)))
        assert await entries.get(TENANT, old.id) == newer
        stream = await SqlEventReader(database).stream(TENANT, entry_stream(old.id))
        given = (recorded(old), entry_verdict("c-2", newer))
        assert [event.data for event in stream] == [one.events[0].data for one in given]

    async def test_an_erasure_makes_every_copy_unreadable(self, database: Database) -> None:
        await plant(database)
        await plant(database, OTHER)
        copied = await as_stored(database)
        mine = [event for event in copied if event.owner == OWNER]
        assert len(mine) == 4
        assert all(event.data.startswith(MARK) for event in copied)
        assert None not in await database.seals.open_events(copied)

        await erase(database)

        opened = await database.seals.open_events(copied)
        assert [event for event in opened if event is not None and event.owner == OWNER] == []
        assert len([event for event in opened if event is not None]) == len(copied) - len(mine)
        (own,) = [row for row in await keys_of(database) if row[1] == OWNER]
        assert own[2:] == (2, None, None, None, None)
        assert await exported(database, OTHER)

    async def test_another_process_that_remembers_the_key_seals_nothing_with_it_any_more(
        self, database: Database, other_database: Database, plain: Database
    ) -> None:
        await plant(database)
        other = SqlDecisionStore(other_database)
        await stored(other, sent(verdict("known", owner=OWNER)))  # the key is remembered there now
        await erase(database)
        new = recorded(spending("back", owner=OWNER, raw_text=RAW), "back")._replace(sent_at=AFTER)
        changed = lettered(sent(verdict("b-2", owner=OWNER), AFTER))
        assert await other.commit([new]) == [Committed(new.key, new.events)]
        other_database.seals.keys.forget([(TENANT, OWNER)])
        assert await other.commit([changed]) == [Committed(changed.key, changed.events)]
        plain.seal_with(vault())
        entry = await SqlSpendingRepository(plain).get(TENANT, entry_id("back"))
        assert entry is not None
        assert entry.raw_text == RAW

    async def test_keys_that_were_restored_from_before_an_erasure_are_not_sealed_with(self, database: Database) -> None:
        store = SqlDecisionStore(database)
        await erase(database)
        async with database.connection(writes=True) as connection:
            await connection.execute(update(owner_erasures).values(keys_from=2))
            await connection.commit()
        new = sent(verdict("new", owner=OWNER), AFTER)
        with pytest.raises(UnavailableError, match="from before an erasure"):
            await store.commit([new])
        assert await as_stored(database) == []
        later = AFTER + timedelta(hours=1)
        await erase(database, "e-2", AFTER)
        again = sent(verdict("again", owner=OWNER), later)
        assert await store.commit([again]) == [Committed(again.key, again.events)]

    async def test_what_an_owner_left_is_nothing_while_it_is_being_erased(self, database: Database) -> None:
        await plant(database)
        eraser, store = SqlOwnerEraser(database), SqlDecisionStore(database)
        await eraser.begin(TENANT, OWNER, "e-1", NOW)
        await eraser.destroy_key(TENANT, OWNER)
        again = recorded(planted_entry())
        assert await store.recorded([again.key]) == {}
        assert await store.commit([again]) == [Erased(again.key, under_way=True)]
        assert await SqlSpendingRepository(database).get(TENANT, planted_entry().id) is None
        assert await SqlEventReader(database).stream(TENANT, entry_stream(planted_entry().id)) == []
        assert [event async for event in SqlEventReader(database).scan(batch=1)] == []
        assert await SqlDeadLetterBox(database).get([planted_letter().events[0].id]) == []
        given = await exported(database)
        assert not [planted for planted in (*PLANTED, *LETTER) if planted in given]
        await eraser.destroy_key(TENANT, OWNER)  # as a command does that goes on
        assert (await erase(database))["entries"] == 2

    async def test_what_everybody_shares_outlives_whoever_proposed_it(self, database: Database) -> None:
        shared = mapping("ร้านกลาง", owner=SHARED, status=MappingStatus.CANDIDATE)
        proposed = mapping_verdict("taught", shared)
        own = proposed._replace(events=tuple(one._replace(owner=OWNER) for one in proposed.events))
        await stored(SqlDecisionStore(database), sent(own))
        assert await erase(database) == {"shared": 1}
        (event,) = await SqlEventReader(database).stream(TENANT, mapping_stream(shared.id))
        assert (event.owner, event.data) == (SHARED, proposed.events[0].data)

    async def test_of_many_who_write_at_once_all_get_the_same_key(
        self, database: Database, other_database: Database
    ) -> None:
        places = [(TENANT, f"owner-{number:02}") for number in range(30)]
        found = await asyncio.gather(
            *(each.seals.keys.of_owners(places) for each in (database, other_database) for _ in range(3))
        )
        assert all(keys == found[0] for keys in found)
        assert len(await keys_of(database)) == len(places)

    async def test_keys_are_looked_up_once_a_batch_and_then_remembered(self, database: Database) -> None:
        store = SqlDecisionStore(database)
        for number, most in enumerate((3, 0)):
            batch = [sent(verdict(f"c-{number}-{owner}", owner=f"o-{owner}")) for owner in range(200)]
            with statements(database, "owner_keys") as seen:
                await stored(store, *batch)
            assert len(seen) <= most, seen

    async def test_a_text_that_was_moved_is_refused(self, database: Database) -> None:
        await plant(database)
        await plant(database, OTHER)
        mine, theirs = recorded(planted_entry()).events[0], recorded(planted_entry(OTHER)).events[0]
        another = sent(verdict("another", owner=OWNER))
        await stored(SqlDecisionStore(database), another)
        for taken in (theirs.id, another.events[0].id):
            async with database.connection(writes=True) as connection:
                data = (await connection.execute(select(events.c.data).where(events.c.id == taken))).scalar_one()
                await connection.execute(update(events).where(events.c.id == mine.id).values(data=data))
                await connection.commit()
            with pytest.raises(BrokenSealError):
                await SqlEventReader(database).stream(TENANT, mine.stream)

    @pytest.mark.parametrize("spoiled", [f"{MARK}no key", f"{MARK}{UUID(int=1).hex}", MARK])
    async def test_what_only_looks_sealed_is_never_taken_for_a_text(self, database: Database, spoiled: str) -> None:
        await plant(database)
        mine = recorded(planted_entry()).events[0]
        async with database.connection(writes=True) as connection:
            await connection.execute(update(events).where(events.c.id == mine.id).values(data=spoiled))
            await connection.commit()
        try:
            assert await SqlEventReader(database).stream(TENANT, mine.stream) == []
        except BrokenSealError:
            assert len(spoiled) != len(MARK) + 32

    async def test_who_has_no_master_key_or_a_wrong_one_is_told_which_is_missing(
        self, database: Database, plain: Database
    ) -> None:
        await plain.seals.keys.check()
        await plant(database)
        for opened in (None, vault(b"w" * 32)):
            plain.seal_with(opened)
            for asking in (
                plain.seals.keys.check(),
                SqlSpendingRepository(plain).get(TENANT, planted_entry().id),
                SqlEventReader(plain).stream(TENANT, entry_stream(planted_entry().id)),
                SqlDeadLetterBox(plain).get([planted_letter().events[0].id]),
            ):
                with pytest.raises(MasterKeyError, match=master_id(MASTER)):
                    await asking
        with pytest.raises(MasterKeyError, match=master_id(MASTER)):
            await SqlDecisionStore(plain).commit([sent(verdict("new", owner=OWNER))])
        plain.seal_with(vault(OLDER, MASTER))
        await plain.seals.keys.check()
        assert await SqlSpendingRepository(plain).get(TENANT, planted_entry().id) == planted_entry()

    async def test_a_text_in_the_clear_must_not_look_sealed(self, plain: Database) -> None:
        store = SqlDecisionStore(plain)
        bad = sent(entry_verdict("bad", spending("bad", raw_text=f"{MARK}x")))
        good = sent(entry_verdict("good", spending("good")))
        results = await store.commit([bad, good])
        assert isinstance(results[0], Unstorable)
        assert results[1] == Committed(good.key, good.events)

    @pytest.mark.parametrize("text", ["\0", "\ud83c"])
    async def test_what_the_database_could_not_hold_is_refused_sealed_as_well(
        self, database: Database, text: str
    ) -> None:
        store = SqlDecisionStore(database)
        bad = sent(entry_verdict("bad", spending("bad", raw_text=text)))
        good = sent(entry_verdict("good", spending("good")))
        results = await store.commit([good, bad])
        assert results[0] == Committed(good.key, good.events)
        assert isinstance(results[1], Unstorable)

    async def test_keys_are_wrapped_anew_in_pieces_and_nothing_else_changes(
        self, database: Database, plain: Database
    ) -> None:
        await plant(database)
        store = SqlDecisionStore(database)
        await stored(store, *(sent(verdict(f"c-{n}", owner=f"o-{n}")) for n in range(4)))
        before = await as_stored(database)
        plain.seal_with(vault(OLDER, MASTER))
        keys = plain.seals.keys
        state = await keys.state()
        assert (state.newest, dict(state.wrapped), state.waiting) == (master_id(OLDER), {master_id(MASTER): 5}, 5)
        assert await keys.rewrap_some(2) == 2
        # Killed here, somebody else goes on.
        plain.seal_with(vault(OLDER, MASTER))
        keys = plain.seals.keys
        assert [await keys.rewrap_some(2), await keys.rewrap_some(2), await keys.rewrap_some(2)] == [2, 1, 0]
        state = await keys.state()
        assert (dict(state.wrapped), state.waiting, state.missing) == ({master_id(OLDER): 5}, 0, frozenset())
        assert await as_stored(database) == before

        plain.seal_with(vault(OLDER))
        await plain.seals.keys.check()
        assert await SqlSpendingRepository(plain).get(TENANT, planted_entry().id) == planted_entry()
        plain.seal_with(vault(MASTER))
        assert (await plain.seals.keys.state()).missing == {master_id(OLDER)}
        with pytest.raises(MasterKeyError, match=master_id(OLDER)):
            await plain.seals.keys.rewrap_some(2)

    async def test_a_destroyed_key_is_counted_and_not_wrapped_anew(self, database: Database) -> None:
        await plant(database)
        await erase(database)
        assert (await database.seals.keys.state()).destroyed == 1
        database.seal_with(vault(OLDER))
        assert await database.seals.keys.rewrap_some(10) == 0

    async def test_nobody_can_wrap_or_seal_without_a_master_key(self, plain: Database) -> None:
        state = await plain.seals.keys.state()
        assert (state.newest, state.known, dict(state.wrapped), state.destroyed) == (None, frozenset(), {}, 0)
        with pytest.raises(MasterKeyError, match="POON_PRIVACY__MASTER_KEY"):
            await plain.seals.keys.rewrap_some(10)

    async def test_a_key_is_forgotten_in_time_and_the_least_used_first(self, database: Database) -> None:
        keys = OwnerKeys(database, vault(most=2))
        for owner in ("a", "b", "a", "c"):
            await keys.of_owners([(TENANT, owner)])
        with statements(database, "owner_keys") as seen:
            await keys.of_owners([(TENANT, "a"), (TENANT, "c")])
        assert seen == []
        with statements(database, "owner_keys") as seen:
            (key,) = (await keys.of_owners([(TENANT, "b")])).values()
        assert len(seen) == 1
        assert key.secret.hex() not in repr(key)
        hasty = OwnerKeys(database, vault(seconds=0))
        with statements(database, "owner_keys") as seen:
            for _ in range(2):
                await hasty.of_owners([(TENANT, "a")])
        assert len(seen) == 2

    async def test_a_master_key_alone_opens_nothing_that_was_changed(self, database: Database) -> None:
        await plant(database)
        await plant(database, OTHER)
        (one, two) = await keys_of(database)
        async with database.connection(writes=True) as connection:
            own = owner_keys.c
            await connection.execute(update(owner_keys).where(own.owner == one[1]).values(wrapped=two[5]))
            await connection.commit()
        with pytest.raises(MasterKeyError, match="restore that table"):
            await OwnerKeys(database, vault()).by_id([one[3]])
