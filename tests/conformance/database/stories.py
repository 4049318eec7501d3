"""What every `StoryReader` promises: whatever belongs to a message is found, and by an index."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import text

from adapters.database.dead_letters import SqlDeadLetterBox
from adapters.database.engine import Database
from adapters.database.stories import SqlStoryReader
from adapters.database.tables import dead_letters
from contracts.commands.receipts import ExtractReceipt
from tests.conformance.database.dead_letter_box import BEN, kept
from tests.conformance.database.read_models import plan_of
from tests.conformance.database.samples import HANDLER, TENANT, event, lettered, verdict
from workers.ports.store import WHOLE, DecisionStore, Span
from workers.ports.stories import Decided, Kept

MANY = 3_000
EVERYBODY = Decided((TENANT, "globex"), (HANDLER, "texts"), ())


def causes(found: Sequence[Kept]) -> list[str]:
    return [one.event.causation_id for one in found]


class StoryReaderContract:
    @pytest.fixture
    def stories(self, database: Database) -> SqlStoryReader:
        return SqlStoryReader(database)

    async def test_events_are_found_by_id_whosever_they_are(
        self, store: DecisionStore, stories: SqlStoryReader
    ) -> None:
        mine, theirs = verdict("c-1"), verdict("c-1", tenant="globex")
        await store.commit([mine, theirs, verdict("c-2")])
        found = await stories.events([mine.events[0].id, theirs.events[0].id, UUID(int=7)])
        assert {one.event for one in found} == {mine.events[0], theirs.events[0]}
        assert all(one.recorded_at > datetime(2026, 1, 1, tzinfo=UTC) for one in found)
        assert await stories.events([]) == []

    async def test_what_was_decided_on_messages_is_found_for_any_of_the_tenants_and_handlers(
        self, store: DecisionStore, stories: SqlStoryReader
    ) -> None:
        await store.commit([verdict("c-1", events=3), verdict("c-2"), verdict("c-1", tenant="globex"), verdict("c-9")])
        found = await stories.decided(EVERYBODY._replace(causes=["c-1", "c-2", "unknown"]))
        assert [(one.event.tenant, one.event.causation_id, one.event.ordinal) for one in found] == [
            (TENANT, "c-1", 0),
            (TENANT, "c-1", 1),
            (TENANT, "c-1", 2),
            (TENANT, "c-2", 0),
            ("globex", "c-1", 0),
        ]
        assert causes(await stories.decided(Decided([TENANT], [HANDLER], ["c-2"]))) == ["c-2"]
        assert await stories.decided(Decided([TENANT], ["texts"], ["c-2"])) == []
        (outcome,) = await stories.decided(Decided([TENANT], [HANDLER], ["c-1"], outcomes_only=True))
        assert (outcome.event.ordinal, outcome.event.terminal) == (2, True)

    @pytest.mark.parametrize("name", ["unknown", "a NUL \0", "half a \ud83c"])
    async def test_what_was_never_stored_is_not_found(
        self, store: DecisionStore, stories: SqlStoryReader, name: str
    ) -> None:
        await store.commit([verdict("c-1")])
        assert list(await stories.decided(EVERYBODY._replace(causes=[name]))) == []
        assert list(await stories.stream(TENANT, name, WHOLE)) == []
        assert await stories.newest_version(TENANT, name) == 0
        assert list(await stories.letters([name])) == []

    async def test_a_part_of_a_stream_is_read_by_version(self, store: DecisionStore, stories: SqlStoryReader) -> None:
        for version in (1, 2, 3, 4):
            await store.commit([verdict(f"c-{version}", stream="entry-1", version=version)])
        assert causes(await stories.stream(TENANT, "entry-1", WHOLE)) == ["c-1", "c-2", "c-3", "c-4"]
        assert causes(await stories.stream(TENANT, "entry-1", Span(2, 3))) == ["c-2", "c-3"]
        assert await stories.newest_version(TENANT, "entry-1") == 4
        assert causes(await stories.beginnings([TENANT, "globex"], ["entry-1", "entry-2"])) == ["c-1"]
        assert await stories.beginnings(["globex"], ["entry-1"]) == []

    async def test_what_commands_say_is_read_only_by_who_asks_for_it(
        self, store: DecisionStore, database: Database
    ) -> None:
        sent = event("c-1", type=ExtractReceipt.type, terminal=False)
        await store.commit([verdict("c-1")._replace(events=(sent, event("c-1", ordinal=1)))])
        ids = [sent.id, event("c-1", ordinal=1).id]
        without, with_commands = SqlStoryReader(database), SqlStoryReader(database, with_commands=True)
        data = {one.event.type: one.event.data for one in await without.events(ids)}
        assert data == {ExtractReceipt.type: "", "poon.spending.recorded.v1": sent.data}
        assert {one.event.data for one in await with_commands.events(ids)} == {sent.data}

    async def test_tenants_are_told_by_name_as_many_as_are_wanted(
        self, store: DecisionStore, stories: SqlStoryReader
    ) -> None:
        assert await stories.tenants(9) == []
        await store.commit([verdict(f"c-{number}", tenant=name) for number, name in enumerate("caabb")])
        assert await stories.tenants(9) == ["a", "b", "c"]
        assert await stories.tenants(2) == ["a", "b"]

    async def test_letters_are_found_by_their_command_and_by_what_replaced_it(
        self, store: DecisionStore, stories: SqlStoryReader, box: SqlDeadLetterBox
    ) -> None:
        first, second = await kept(store, "c-1"), await kept(store, "c-2", minutes=-1)
        await kept(store, "c-3")
        (filed,) = await box.get([first.id])
        redriving = filed.redriving("c-2", BEN)
        await box.save([redriving])
        found = await stories.letters(["c-2"])
        assert [one.letter.command_id for one in found] == ["c-2", "c-1"]
        assert (found[1].redriven_as, found[1].action) == ("c-2", BEN)
        assert found[0].letter.contents is not None
        assert second.contents is not None
        assert (found[0].letter.contents.value, found[0].letter.contents.headers) == (None, second.contents.headers)

    async def test_every_look_is_one_by_an_index(
        self, store: DecisionStore, stories: SqlStoryReader, database: Database
    ) -> None:
        verdicts = [verdict(f"c-{number}", tenant=f"tenant-{number % 5}") for number in range(MANY)]
        await store.commit([lettered(one) if place % 2 else one for place, one in enumerate(verdicts)])
        async with database.connection(writes=True) as connection:
            await connection.execute(text("ANALYZE"))
            await connection.commit()
        tenants, areas = [f"tenant-{number}" for number in range(5)], ["receipts", "spending", "texts", "workflows"]
        looks = {
            "events": stories.by_id([verdicts[7].events[0].id]),
            "decided": stories.by_cause(Decided(tenants, areas, ["c-7", "c-8"])),
            "stream": stories.of_stream("tenant-2", "spending-c-7", Span(1, 200)),
            "beginnings": stories.first_of(tenants, ["spending-c-7", "entry-1"]),
            "tenants": stories.tenants_by_name(100),
            "letters": stories.letters_by(dead_letters.c.command_id.in_(["c-7"])),
            "replaced": stories.letters_by(dead_letters.c.redriven_as.in_(["c-7"])),
        }
        for name, look in looks.items():
            plan = await plan_of(database, look)
            for table in ("events", "dead_letters"):
                assert f"Seq Scan on {table}" not in plan, (name, plan)
                assert f"SCAN {table}" not in plan, (name, plan)
