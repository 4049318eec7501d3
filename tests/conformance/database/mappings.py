"""What every `MappingRepository` promises, and the `DecisionStore` of a mapping's state."""

import asyncio
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.clock import SystemClock
from adapters.database.engine import Database
from adapters.database.mapping_reading import SqlMappingRepository
from adapters.database.store import SqlDecisionStore, Statements
from adapters.inference.mappings import SortedLayer, check_pattern, usual_name
from adapters.inference.texts import RuleTextExtraction
from contracts.commands.categories import TeachMapping
from contracts.commands.texts import ParseText
from contracts.events.texts import TextParsed
from contracts.mappings import MappingMatch, MappingStatus
from contracts.values import Category
from tests.conformance.database.samples import TENANT, entry_verdict, mapping, mapping_verdict, spending
from workers.domain.mappings import SHARED, CategoryMapping, LearningPolicy, mapping_stream
from workers.handlers.books import Books
from workers.handlers.categories import teach_mapping
from workers.handlers.learning import Learning
from workers.handlers.texts import parse_text
from workers.ports.handling import CommandContext
from workers.ports.mappings import MappingRepository, MappingVersions
from workers.ports.store import Committed, Conflicted, DecisionStore, SpendingRepository, Unstorable, Verdict


class MappingRepositoryContract:
    @pytest.mark.parametrize(
        "state",
        [mapping(), mapping(aliases=(), patterns=(), subcategory=None), mapping(owner=SHARED)],
        ids=["full", "bare", "shared"],
    )
    async def test_a_mapping_comes_back_as_it_was(
        self, store: DecisionStore, mappings: MappingRepository, state: CategoryMapping
    ) -> None:
        await store.commit([mapping_verdict("c-1", state)])
        assert await mappings.get(TENANT, state.id) == state
        assert list(await mappings.of_owner(TENANT, state.owner)) == [state]

    async def test_a_later_version_replaces_all_fields(self, store: DecisionStore, mappings: MappingRepository) -> None:
        await store.commit([mapping_verdict("c-1", mapping())])
        later = mapping(
            version=2, aliases=(), patterns=(), subcategory=None, category=Category.FOOD, status=MappingStatus.RETIRED
        )
        await store.commit([mapping_verdict("c-2", later)])
        assert await mappings.get(TENANT, later.id) == later

    async def test_a_version_that_does_not_follow_stores_nothing(
        self, store: DecisionStore, mappings: MappingRepository
    ) -> None:
        skipping = mapping_verdict("c-1", mapping(version=2))
        assert await store.commit([skipping]) == [Conflicted(skipping.key, mapping_stream(mapping().id), 0)]
        assert await mappings.get(TENANT, mapping().id) is None

    async def test_a_mapping_that_does_not_follow_takes_the_entry_of_its_decision_along(
        self, store: DecisionStore, mappings: MappingRepository, repository: SpendingRepository
    ) -> None:
        await store.commit([mapping_verdict("c-1", mapping())])
        entry, stale = entry_verdict("c-2", spending()), mapping_verdict("c-2", mapping(version=3))
        both = entry._replace(
            events=(stale.events[0]._replace(terminal=False), entry.events[0]._replace(id=spending("x").id, ordinal=1)),
            states=(*entry.states, *stale.states),
        )
        assert await store.commit([both]) == [Conflicted(both.key, mapping_stream(mapping().id), 1)]
        assert await repository.get(TENANT, spending().id) is None
        assert await mappings.get(TENANT, mapping().id) == mapping()

    async def test_an_entry_and_a_mapping_of_one_decision_are_stored_together(
        self, store: DecisionStore, mappings: MappingRepository, repository: SpendingRepository
    ) -> None:
        for version in (1, 2):  # the first at once, the second as a change
            entry, learned = spending(version=version), mapping(version=version)
            first, second = mapping_verdict(f"c-{version}", learned), entry_verdict(f"c-{version}", entry)
            ending = second.events[0]._replace(id=spending(f"{version}").id, ordinal=1)
            both = second._replace(events=(first.events[0]._replace(terminal=False), ending), states=(entry, learned))
            assert await store.commit([both]) == [Committed(both.key, both.events)]
            assert await repository.get(TENANT, entry.id) == entry
            assert await mappings.get(TENANT, learned.id) == learned

    async def test_a_batch_takes_one_statement_a_table_however_large_it_is(self, database: Database) -> None:
        store = SqlDecisionStore(database)
        counted = store._statements = Counted(store._statements)  # noqa: SLF001  the seam to the database
        for version in (1, 2):
            counted.calls.clear()
            batch = [
                *(entry_verdict(f"e-{version}-{n}", spending(f"{n}", version=version)) for n in range(30)),
                *(mapping_verdict(f"m-{version}-{n}", mapping(f"{n}", version=version)) for n in range(30)),
            ]
            assert all(isinstance(result, Committed) for result in await store.commit(batch))
            at_once = version == 1 and not database.is_sqlite
            assert counted.calls == ({"insert_new": 1} if at_once else {"insert_events": 1, "upsert_states": 2})

    async def test_a_text_no_database_holds_is_unstorable(
        self, store: DecisionStore, mappings: MappingRepository
    ) -> None:
        (result,) = await store.commit([mapping_verdict("c-1", mapping(aliases=("a\0b",)))])
        assert isinstance(result, Unstorable)
        assert await mappings.get(TENANT, mapping().id) is None

    async def test_versions_count_every_change_of_the_owner_and_of_what_is_shared(
        self, store: DecisionStore, mappings: MappingRepository
    ) -> None:
        assert await mappings.versions(TENANT, "somchai") == MappingVersions(0, 0)
        await store.commit(
            [
                mapping_verdict("c-1", mapping("a"), mapping("b")),
                mapping_verdict("c-2", mapping("a", version=2)),
                mapping_verdict("c-3", mapping("a", owner="anan")),
                mapping_verdict("c-4", mapping("a", owner=SHARED)),
                mapping_verdict("c-5", mapping("a", tenant="globex", id=spending("theirs").id)),
            ]
        )
        asked = [(TENANT, "somchai"), (TENANT, "anan"), (TENANT, "nobody"), ("globex", "somchai"), ("none", "x")]
        found = await asyncio.gather(*(mappings.versions(tenant, owner) for tenant, owner in asked))
        assert found == [(3, 1), (1, 1), (0, 1), (1, 0), (0, 0)]

    async def test_a_change_is_seen_by_other_connections_as_soon_as_it_is_stored(
        self, store: DecisionStore, mappings: MappingRepository, other_mappings: SqlMappingRepository
    ) -> None:
        for version in range(1, 6):
            await store.commit([mapping_verdict(f"c-{version}", mapping(version=version))])
            for reader in (mappings, other_mappings):
                assert (await reader.versions(TENANT, "somchai")).own == version
                assert await reader.get(TENANT, mapping().id) == mapping(version=version)

    async def test_an_owners_mappings_come_by_key_and_are_nobody_elses(
        self, store: DecisionStore, mappings: MappingRepository
    ) -> None:
        mine = [mapping(name) for name in ("7 eleven", "a", "ก")]
        others = [mapping("a", owner="anan"), mapping("a", owner=SHARED)]
        foreign = mapping("a", tenant="globex", id=spending("theirs").id)
        await store.commit(
            [mapping_verdict(f"c-{place}", state) for place, state in enumerate([*reversed(mine), *others, foreign])]
        )
        assert list(await mappings.of_owner(TENANT, "somchai")) == mine
        assert list(await mappings.of_owner("globex", "somchai")) == [foreign]
        assert await mappings.get("globex", mine[0].id) is None
        asked = [(TENANT, "somchai"), ("globex", "somchai"), (TENANT, "nobody"), (TENANT, "anan"), (TENANT, "somchai")]
        together = await asyncio.gather(*(mappings.of_owner(tenant, owner) for tenant, owner in asked))
        assert [list(found) for found in together] == [mine, [foreign], [], others[:1], mine]

    async def test_votes_are_of_other_owners_active_mappings_of_the_same_key_and_kind(
        self, store: DecisionStore, mappings: MappingRepository
    ) -> None:
        states = [
            mapping("a", owner="1", category=Category.FOOD),
            mapping("a", owner="2", category=Category.FOOD),
            mapping("a", owner="3", category=Category.TRAVEL),
            mapping("a", owner="4", category=Category.FOOD, status=MappingStatus.RETIRED),
            mapping("a", owner="5", category=Category.FOOD, match=MappingMatch.PHRASE),
            mapping("b", owner="6", category=Category.FOOD),
            mapping("a", owner="7", category=Category.FOOD, tenant="globex"),
            mapping("a", owner="me", category=Category.SHOPPING),
            mapping("a", owner=SHARED, category=Category.FOOD),
        ]
        await store.commit([mapping_verdict(f"c-{place}", state) for place, state in enumerate(states)])
        votes = await mappings.votes(TENANT, "a", MappingMatch.MERCHANT, besides="me")
        assert votes == {Category.FOOD: 2, Category.TRAVEL: 1}
        assert await mappings.votes(TENANT, "unknown", MappingMatch.MERCHANT, besides="me") == {}

    async def test_what_was_taught_answers_the_next_command_on_every_worker(
        self, database: Database, other_database: Database
    ) -> None:
        """Two workers as two processes have them: own connections, own memory of what was ready before."""
        workers = [Worker(database), Worker(other_database)]
        for turn, category in enumerate([Category.FAMILY, Category.MERIT, Category.TRAVEL, Category.FAMILY]):
            teacher, reader = workers[turn % 2], workers[(turn + 1) % 2]
            before = "rules" if turn == 0 else "mappings/1"
            assert (await reader.ask("somchai"))[1].startswith(before)
            await teacher.teach("somchai", category, f"c-{turn}")
            for worker in (reader, teacher):
                assert await worker.ask("somchai") == (category, "mappings/1")
                assert (await worker.ask("anan"))[1].startswith("rules")
                assert (await worker.ask("somchai", tenant="globex"))[1].startswith("rules")

    async def test_of_lessons_of_one_owner_at_the_same_moment_none_is_lost(
        self, database: Database, other_database: Database, mappings: MappingRepository
    ) -> None:
        workers = [Worker(database), Worker(other_database)]
        await asyncio.gather(*(workers[turn % 2].teach("somchai", Category.FAMILY, f"c-{turn}") for turn in range(6)))
        (mapping,) = await mappings.of_owner(TENANT, "somchai")
        assert (mapping.version, mapping.confirmations) == (6, 6)

    async def test_a_correction_delivered_twice_teaches_once(
        self, database: Database, store: DecisionStore, mappings: MappingRepository
    ) -> None:
        worker = Worker(database)
        first = await worker.decide_lesson("somchai", Category.FAMILY, "c-1")
        again = await worker.decide_lesson("somchai", Category.FAMILY, "c-1")
        assert await store.commit([first]) == [Committed(first.key, first.events)]
        assert await store.commit([again]) == [Committed(first.key, first.events, duplicate=True)]
        (mapping,) = await mappings.of_owner(TENANT, "somchai")
        assert mapping.version == 1


class Counted:
    """`Statements` that count how often each is run."""

    def __init__(self, inner: Statements) -> None:
        self._inner = inner
        self.calls: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  any of the statements
        statement = getattr(self._inner, name)
        if statement is None:
            return None

        async def run(*given: object) -> object:
            self.calls[name] += 1
            return await statement(*given)

        return run


class Worker:
    """What one worker process has: connections, handlers and what it made ready."""

    def __init__(self, database: Database) -> None:
        self._store = SqlDecisionStore(database)
        mappings = SqlMappingRepository(database)
        self._books = Books(mappings, SortedLayer)
        self._learning = Learning(mappings, LearningPolicy(), check_pattern, usual_name)

    async def teach(self, owner: str, category: Category, cause: str) -> None:
        """Teach, and decide anew as long as others are faster, as the runtime does."""
        while True:
            (result,) = await self._store.commit([await self.decide_lesson(owner, category, cause)])
            if isinstance(result, Committed):
                return

    async def decide_lesson(self, owner: str, category: Category, cause: str) -> Verdict:
        command = TeachMapping(text="ร้านป้าแดง", category=category)
        decision = await teach_mapping(command, self._context(TENANT, owner, cause), learning=self._learning)
        return mapping_verdict(cause, *(state for state in decision.states if isinstance(state, CategoryMapping)))

    async def ask(self, owner: str, tenant: str = TENANT) -> tuple[Category, str]:
        """The category of a text of that shop, and which backend told it."""
        decision = await parse_text(
            ParseText(text="ร้านป้าแดง 120 บาท"),
            self._context(tenant, owner, "ask"),
            extraction=RuleTextExtraction(),
            books=self._books,
            clock=SystemClock(),
        )
        outcome = decision.events[-1].payload
        assert isinstance(outcome, TextParsed)
        return outcome.category.value, outcome.processing.backends[-1].backend

    def _context(self, tenant: str, owner: str, cause: str) -> CommandContext:
        sent_at = datetime(2026, 3, 2, 5, tzinfo=UTC)
        return CommandContext(cause, cause, tenant, owner, sent_at, sent_at)
