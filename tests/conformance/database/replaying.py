"""What holds between the stored events of entries and mappings and the states kept beside them."""

import itertools
import random
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.base import Command
from tests.conformance.database.samples import entry_id, event
from tests.unit.domain.examples import ENTRY_ID, TENANT, full_record_command
from tests.unit.domain.mapping_examples import lesson
from tests.unit.domain.test_spending_properties import histories, play
from tests.unit.queries.rows import FIRST_AT, stored
from tests.unit.queries.test_replay import OLD, OLD_DATA, STEPS
from workers.domain.mappings import CategoryMapping, MappingEvent, apply, learn, mapping_stream, own_mapping_id
from workers.domain.spending import entry_stream
from workers.ports.mappings import MappingRepository
from workers.ports.store import Committed, DecisionStore, EventReader, Span, SpendingRepository, Verdict
from workers.queries.entry_history import entry_history
from workers.queries.replay import MAPPINGS, replay

# The suite runs on two databases, which makes no difference to examples that are the same each time.
_FEW = settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)
_NUMBERS = itertools.count()
"""Each history has a tenant of its own, for the database is the same for all of them."""


class ReplayContract:
    @_FEW
    @given(commands=histories, seed=st.integers(0, 99))
    async def test_the_row_of_an_entry_is_the_fold_of_its_stored_events_and_so_is_every_past(
        self,
        store: DecisionStore,
        reader: EventReader,
        repository: SpendingRepository,
        commands: list[Command],
        seed: int,
    ) -> None:
        events, states = play([full_record_command(), *commands])
        plain, tenant = stored(events, entry_stream(ENTRY_ID)), f"tenant-{next(_NUMBERS)}"
        rows = [row._replace(tenant=tenant, id=entry_id(f"{tenant}-{row.version}")) for row in plain]
        kept = [state._replace(tenant=tenant) for state in states]
        decided = [Verdict(row.inbox_key, (row,), (state,)) for row, state in zip(rows, kept, strict=True)]
        random.Random(seed).shuffle(decided)
        assert all(isinstance(result, Committed) for result in await store.commit(decided))
        versions = await entry_history(reader, tenant, ENTRY_ID)
        assert [each.state for each in versions] == kept
        assert await repository.get(tenant, ENTRY_ID) == (kept[-1] if kept else None)
        for hours in range(len(rows)):
            span = Span(until=FIRST_AT + timedelta(hours=hours, minutes=59))
            assert (await entry_history(reader, tenant, ENTRY_ID, span))[-1].state == kept[hours]

    async def test_the_row_of_a_mapping_is_the_fold_of_its_stored_events(
        self, store: DecisionStore, reader: EventReader, mappings: MappingRepository
    ) -> None:
        shop, state = own_mapping_id(TENANT, "nok", lesson().key), None
        events: list[MappingEvent] = []
        states: list[CategoryMapping] = []
        for priority in (10, 20, 30):
            events.append(learn(state, lesson(priority=priority, patterns=(r"\bdaeng\b",)), shop))
            state = apply(state, events[-1], TENANT, "nok")
            states.append(state)
        rows = stored(events, mapping_stream(shop))
        await store.commit([Verdict(row.inbox_key, (row,), (each,)) for row, each in zip(rows, states, strict=True)])
        assert replay(MAPPINGS, await reader.stream(TENANT, mapping_stream(shop))) == state
        assert await mappings.get(TENANT, shop) == state

    async def test_an_entry_stored_by_an_older_release_is_read_as_the_newest_version(
        self, store: DecisionStore, reader: EventReader
    ) -> None:
        old = event("c-1", stream=entry_stream(ENTRY_ID), type=OLD, data=OLD_DATA)
        (result,) = await store.commit([Verdict(old.inbox_key, (old,))])
        assert isinstance(result, Committed)
        (version,) = await entry_history(reader, TENANT, ENTRY_ID, steps=STEPS)
        assert (str(version.state.amount.amount), version.state.merchant) == ("120.50", "Cafe Amazon")
        assert (version.row.type, version.row.data) == (OLD, OLD_DATA)
