from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from contracts.base import Command, Event
from contracts.commands.spending import (
    CorrectSpending,
    DeleteSpending,
    DistinguishSpending,
    EnhanceSpending,
    RecordSpending,
)
from contracts.errors import ErrorCode
from contracts.events.categories import MappingLearned, MappingProposed
from contracts.events.spending import (
    SpendingCorrected,
    SpendingDeleted,
    SpendingDistinguished,
    SpendingEnhanced,
    SpendingRecorded,
)
from contracts.mappings import MappingSource
from contracts.values import Category
from tests.fakes.duplicates import MemoryDuplicates, duplicates
from tests.fakes.entries import MemoryEntries
from tests.fakes.mappings import MemoryMappings, learning
from tests.fakes.recording import record_spending
from tests.unit.domain.examples import (
    ENTRY_ID,
    OWNER,
    STRANGER,
    TENANT,
    TODAY,
    correct_command,
    delete_command,
    enhance_command,
    entry,
    full_record_command,
    record_command,
)
from tests.unit.domain.mapping_examples import own_mapping
from tests.unit.handlers.examples import CONTEXT, made
from workers.domain.duplicates import DuplicatePair, pair_id, pair_stream, place_of
from workers.domain.errors import RejectionError
from workers.domain.mapping_keys import key_of
from workers.domain.mappings import LearningPolicy
from workers.domain.spending import SpendingEntry, SpendingEvent, apply, entry_stream, new_entry_id
from workers.handlers.spending import (
    Duplicates,
    correct_spending,
    delete_spending,
    distinguish_spending,
    enhance_spending,
    record_together,
    record_without_a_look,
)
from workers.ports.handling import Asked, Decision


def decided(decision: Decision) -> tuple[SpendingEvent, SpendingEntry]:
    """The event and the new state, which belong together."""
    (event,) = decision.events
    assert isinstance(event.payload, SpendingEvent)
    (state,) = decision.states
    assert isinstance(state, SpendingEntry)
    assert event.stream == entry_stream(state.id)
    assert event.version == event.payload.version == state.version
    return event.payload, state


async def test_a_recorded_entry_gets_an_id_from_its_command() -> None:
    event, state = decided(
        await record_spending(record_command(), CONTEXT, entries=MemoryEntries(), duplicates=duplicates())
    )

    assert isinstance(event, SpendingRecorded)
    assert state.id == event.entry_id == new_entry_id(TENANT, CONTEXT.command_id)
    assert (state.tenant, state.owner, state.version) == (TENANT, OWNER, 1)


async def test_an_id_made_from_the_command_is_not_looked_up_before_it_is_found_taken() -> None:
    taken = MemoryEntries(entry()._replace(id=new_entry_id(TENANT, CONTEXT.command_id)))

    _, state = decided(await record_spending(record_command(), CONTEXT, entries=taken, duplicates=duplicates()))

    assert state.version == 1


async def test_after_a_conflict_the_taken_id_is_looked_up_and_the_command_rejected() -> None:
    taken = entry()._replace(id=new_entry_id(TENANT, CONTEXT.command_id))
    again = CONTEXT._replace(attempt=2)

    with pytest.raises(RejectionError) as raised:
        await record_spending(record_command(), again, entries=MemoryEntries(taken), duplicates=duplicates())

    assert raised.value.code is ErrorCode.ENTRY_EXISTS


async def test_a_recorded_entry_keeps_the_id_its_command_names() -> None:
    command = full_record_command(entry_id=ENTRY_ID)

    _, state = decided(await record_spending(command, CONTEXT, entries=MemoryEntries(), duplicates=duplicates()))

    assert state == entry()


def test_without_a_look_for_duplicates_an_entry_is_recorded_at_once() -> None:
    made = record_without_a_look(record_command(), CONTEXT, entries=MemoryEntries(entry()))

    assert isinstance(made, Decision)
    event, state = decided(made)
    assert (event.entry_id, state.version) == (new_entry_id(TENANT, CONTEXT.command_id), 1)


async def test_without_a_look_for_duplicates_the_same_is_recorded() -> None:
    looked = await record_spending(full_record_command(), CONTEXT, entries=MemoryEntries(), duplicates=duplicates())

    assert record_without_a_look(full_record_command(), CONTEXT, entries=MemoryEntries()) == looked


@pytest.mark.parametrize(("command", "attempt"), [(full_record_command(entry_id=ENTRY_ID), 1), (record_command(), 2)])
async def test_without_a_look_for_duplicates_an_id_that_may_be_taken_is_looked_up(
    command: RecordSpending, attempt: int
) -> None:
    taken = entry()._replace(id=command.entry_id or new_entry_id(TENANT, CONTEXT.command_id))
    made = record_without_a_look(command, CONTEXT._replace(attempt=attempt), entries=MemoryEntries(taken))

    assert not isinstance(made, Decision)
    with pytest.raises(RejectionError) as raised:
        await made
    assert raised.value.code is ErrorCode.ENTRY_EXISTS


async def test_a_missing_date_is_that_of_the_command_not_of_its_handling() -> None:
    event, _ = decided(
        await record_spending(record_command(), CONTEXT, entries=MemoryEntries(), duplicates=duplicates())
    )

    assert isinstance(event, SpendingRecorded)
    assert event.spent_on == TODAY


async def test_a_correction_goes_on_from_the_stored_state() -> None:
    entries = MemoryEntries(entry())

    event, state = decided(
        await correct_spending(correct_command(merchant="Inthanin"), CONTEXT, entries=entries, learning=learning())
    )

    assert isinstance(event, SpendingCorrected)
    assert (state.merchant, state.version) == ("Inthanin", 2)


async def test_an_enhancement_goes_on_from_the_stored_state() -> None:
    entries = MemoryEntries(entry())

    event, state = decided(await enhance_spending(enhance_command(0.95), CONTEXT, entries=entries))

    assert isinstance(event, SpendingEnhanced)
    assert (state.confidence.value, state.version) == (0.95, 2)


async def test_a_deletion_keeps_the_state_and_marks_it() -> None:
    event, state = decided(await delete_spending(delete_command(), CONTEXT, entries=MemoryEntries(entry())))

    assert isinstance(event, SpendingDeleted)
    assert state.is_deleted


async def test_the_same_command_on_the_same_state_decides_the_same() -> None:
    command = correct_command(merchant="Inthanin")

    first, second = [
        await correct_spending(command, CONTEXT, entries=MemoryEntries(entry()), learning=learning()) for _ in range(2)
    ]

    assert first == second


HANDLERS: dict[type[Command], Callable[..., Decision | Awaitable[Decision]]] = {
    RecordSpending: partial(record_spending, duplicates=duplicates()),
    CorrectSpending: partial(correct_spending, learning=learning()),
    EnhanceSpending: enhance_spending,
    DeleteSpending: delete_spending,
    DistinguishSpending: partial(distinguish_spending, duplicates=duplicates()),
}


@pytest.mark.parametrize(
    ("stored", "command", "code"),
    [
        (entry(), full_record_command(entry_id=ENTRY_ID), ErrorCode.ENTRY_EXISTS),
        (None, correct_command(merchant="x"), ErrorCode.ENTRY_NOT_FOUND),
        (entry(), correct_command(2, merchant="x"), ErrorCode.VERSION_CONFLICT),
        (entry(), correct_command(), ErrorCode.NOTHING_TO_CHANGE),
        (entry(owner=STRANGER), correct_command(merchant="x"), ErrorCode.ENTRY_NOT_FOUND),
        (entry(), enhance_command(0.1), ErrorCode.CONFIDENCE_NOT_HIGHER),
        (entry(owner=STRANGER), enhance_command(1.0), ErrorCode.ENTRY_NOT_FOUND),
        (None, delete_command(), ErrorCode.ENTRY_NOT_FOUND),
        (entry(owner=STRANGER), delete_command(), ErrorCode.ENTRY_NOT_FOUND),
        (entry(), DistinguishSpending(entry_id=ENTRY_ID, other_id=UUID(int=1)), ErrorCode.ENTRY_NOT_FOUND),
    ],
)
async def test_what_the_domain_refuses_is_rejected(
    stored: SpendingEntry | None, command: Command, code: ErrorCode
) -> None:
    entries = MemoryEntries(*([stored] if stored else []))

    with pytest.raises(RejectionError) as refused:
        await made(HANDLERS[type(command)](command, CONTEXT, entries=entries))

    assert refused.value.code is code


FIRST = entry()
OTHER = FIRST._replace(id=UUID(int=1))


async def test_an_entry_that_looks_like_another_is_recorded_and_names_it() -> None:
    command = full_record_command(entry_id=OTHER.id, source=FIRST.source)

    event, state = decided(
        await record_spending(command, CONTEXT, entries=MemoryEntries(FIRST), duplicates=duplicates(FIRST))
    )

    assert isinstance(event, SpendingRecorded)
    (alike,) = event.possible_duplicates
    assert (alike.entry_id, alike.reason, alike.strength) == (FIRST.id, "same_minute", "medium")
    assert state == OTHER


async def test_entries_of_others_are_never_named() -> None:
    theirs = [FIRST._replace(owner=STRANGER), FIRST._replace(tenant="rival")]
    command = full_record_command(entry_id=OTHER.id)

    event, _ = decided(await record_spending(command, CONTEXT, entries=MemoryEntries(), duplicates=duplicates(*theirs)))

    assert isinstance(event, SpendingRecorded)
    assert event.possible_duplicates == ()


async def test_two_entries_that_are_two_purchases_are_kept_as_a_pair_and_stay_as_they_are() -> None:
    decision = await distinguish_spending(
        DistinguishSpending(entry_id=FIRST.id, other_id=OTHER.id),
        CONTEXT,
        entries=MemoryEntries(FIRST, OTHER),
        duplicates=duplicates(FIRST, OTHER),
    )

    (event,), (pair,) = decision.events, decision.states
    assert isinstance(event.payload, SpendingDistinguished)
    assert isinstance(pair, DuplicatePair)
    assert (event.stream, event.version, pair.version) == (pair_stream(pair.id), 1, 1)
    assert (pair.tenant, pair.owner, pair.one, pair.two) == (TENANT, OWNER, OTHER.id, FIRST.id)


async def test_what_was_said_of_a_pair_is_not_said_again() -> None:
    place = place_of(TENANT, FIRST.id, OTHER.id)
    pair = DuplicatePair(pair_id(place), TENANT, OWNER, 1, place.one, place.two)

    with pytest.raises(RejectionError) as refused:
        await distinguish_spending(
            DistinguishSpending(entry_id=FIRST.id, other_id=OTHER.id),
            CONTEXT,
            entries=MemoryEntries(FIRST, OTHER),
            duplicates=duplicates(FIRST, OTHER, pairs=[pair]),
        )

    assert refused.value.code is ErrorCode.NOTHING_TO_CHANGE


async def test_entries_of_another_tenant_are_unknown() -> None:
    foreign = apply(
        None,
        SpendingRecorded.model_validate(full_record_command().model_dump() | {"entry_id": ENTRY_ID, "version": 1}),
        "rival",
        OWNER,
    )

    with pytest.raises(RejectionError) as refused:
        await delete_spending(delete_command(), CONTEXT, entries=MemoryEntries(foreign))

    assert refused.value.code is ErrorCode.ENTRY_NOT_FOUND


async def corrected(
    mappings: MemoryMappings, policy: LearningPolicy | None = None, **changes: object
) -> tuple[list[Event], SpendingEntry]:
    """The events of a correction, and the entry it leads to; the mappings are kept."""
    decision = await correct_spending(
        correct_command(1, (), **changes), CONTEXT, entries=MemoryEntries(entry()), learning=learning(mappings, policy)
    )
    mappings.keep_states(decision)
    state = decision.states[-1]
    assert isinstance(state, SpendingEntry)
    assert [event.payload.type for event in decision.events][-1] == SpendingCorrected.type
    return [event.payload for event in decision.events if isinstance(event.payload, Event)], state


async def test_a_corrected_category_is_learned_for_the_merchant_in_the_same_decision() -> None:
    mappings = MemoryMappings()

    (learned, outcome), state = await corrected(mappings, category=Category.TRAVEL, subcategory="bus stop")

    assert isinstance(learned, MappingLearned)
    assert isinstance(outcome, SpendingCorrected)
    (mapping,) = mappings.all
    assert (mapping.tenant, mapping.owner, mapping.key) == (TENANT, OWNER, "café amazon")
    assert (mapping.text, mapping.category, mapping.subcategory) == ("Cafe Amazon", Category.TRAVEL, "bus stop")
    assert (mapping.source, mapping.id) == (MappingSource.CORRECTION, learned.mapping_id)
    assert state.category is Category.TRAVEL


async def test_the_merchant_that_is_corrected_as_well_is_the_one_that_is_learned() -> None:
    mappings = MemoryMappings()

    await corrected(mappings, category=Category.TRAVEL, merchant="ร้านป้าแดง")

    assert [mapping.key for mapping in mappings.all] == ["ร้านป้าแดง"]


async def test_the_last_of_the_corrections_of_an_owner_makes_a_candidate_for_everybody() -> None:
    others = [own_mapping("Café Amazon", Category.TRAVEL, owner=name) for name in ("a", "b")]
    mappings = MemoryMappings(*others)

    (proposed, learned, _), _ = await corrected(mappings, category=Category.TRAVEL)

    assert isinstance(proposed, MappingProposed)
    assert isinstance(learned, MappingLearned)
    assert proposed.owners == 3


@pytest.mark.parametrize(
    "changes", [{"merchant": "Inthanin"}, {"subcategory": "tea"}, {"category": Category.TRAVEL, "merchant": "🍗"}]
)
async def test_a_correction_without_a_new_category_or_a_name_to_learn_teaches_nothing(changes: dict[str, Any]) -> None:
    mappings = MemoryMappings()

    events, _ = await corrected(mappings, **changes)

    assert len(events) == 1
    assert mappings.all == []


async def test_a_correction_is_made_also_where_the_owner_can_learn_no_more() -> None:
    full = MemoryMappings(own_mapping("another shop"))

    events, state = await corrected(full, LearningPolicy(most_mappings=1), category=Category.TRAVEL)

    assert len(events) == 1
    assert state.category is Category.TRAVEL


async def test_many_are_recorded_with_one_look_and_each_is_told_its_own() -> None:
    stored = MemoryDuplicates(MemoryEntries(FIRST))
    alike = full_record_command(entry_id=OTHER.id, source=FIRST.source)
    asked = [
        Asked(record_command(), CONTEXT),
        Asked(alike, CONTEXT),
        Asked(full_record_command(entry_id=ENTRY_ID), CONTEXT),
        Asked(alike, CONTEXT._replace(owner=STRANGER)),
    ]

    made = await record_together(asked, entries=MemoryEntries(FIRST), duplicates=Duplicates(stored, key_of))

    assert stored.looks == 1
    new, same, taken, another = made
    assert isinstance(new, Decision)
    assert new == await record_spending(
        record_command(), CONTEXT, entries=MemoryEntries(), duplicates=Duplicates(stored, key_of)
    )
    assert isinstance(same, Decision)
    named, _ = decided(same)
    assert isinstance(named, SpendingRecorded)
    assert [alike.entry_id for alike in named.possible_duplicates] == [FIRST.id]
    assert isinstance(taken, RejectionError)
    assert taken.code is ErrorCode.ENTRY_EXISTS
    assert isinstance(another, Decision)
    unnamed, _ = decided(another)
    assert isinstance(unnamed, SpendingRecorded)
    assert unnamed.possible_duplicates == ()


async def test_an_entry_that_another_command_of_the_group_names_is_read_for_that_one_alone() -> None:
    derived = new_entry_id(TENANT, CONTEXT.command_id)
    taken = MemoryEntries(entry()._replace(id=derived))
    asked = [Asked(full_record_command(entry_id=derived), CONTEXT), Asked(record_command(), CONTEXT)]

    refused, recorded = await record_together(asked, entries=taken, duplicates=duplicates())

    assert isinstance(refused, RejectionError)
    assert isinstance(recorded, Decision)
