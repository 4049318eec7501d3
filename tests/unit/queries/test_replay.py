"""State is the fold of what is stored: whole, from any earlier state, twice over, and from older versions."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.base import Command
from contracts.events.categories import MappingReviewed
from contracts.mappings import MappingStatus, ReviewDecision
from contracts.upcasters import Upcaster
from contracts.values import Category, Confidence
from tests.unit.domain.examples import (
    OWNER,
    SENT_AT,
    correct_command,
    delete_command,
    deleted_entry,
    entry,
)
from tests.unit.domain.mapping_examples import lesson, shared_mapping
from tests.unit.domain.test_spending_properties import histories, play
from tests.unit.queries.rows import stored
from workers.domain.mappings import (
    CategoryMapping,
    LearningPolicy,
    Lesson,
    MappingEvent,
    apply,
    learn,
    mapping_stream,
    own_mapping_id,
    propose,
)
from workers.domain.spending import SpendingEntry, correct, delete, entry_stream
from workers.ports.store import StoredEvent
from workers.queries.replay import ENTRIES, MAPPINGS, UnreadableHistoryError, replay, replayed

STREAM = entry_stream(entry().id)
SHOP_ID = own_mapping_id("acme", OWNER, lesson().key)
OLD = "poon.spending.recorded.v0"
OLD_DATA = (
    '{"entry_id":"7c2f3a90-0000-4000-8000-000000000001","version":1,"baht":"120.50","shop":"Cafe Amazon",'
    '"spent_on":"2026-03-01","time_zone":"Asia/Bangkok","category":"Food & Dining","confidence":0.7,'
    '"processing_method":"rules","source":{"kind":"manual"}}'
)
"""A payload as a release before the first would have stored it."""


def to_v1(payload: dict[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in payload.items() if name not in {"baht", "shop"}}
    return rest | {"amount": {"amount": payload["baht"], "currency": "THB"}, "merchant": payload["shop"]}


STEPS = {OLD: Upcaster("poon.spending.recorded.v1", to_v1)}


def rows_of(commands: list[Command]) -> tuple[list[StoredEvent], list[SpendingEntry]]:
    events, states = play(commands)
    return stored(events, STREAM), states


def corrected_and_deleted() -> list[StoredEvent]:
    first = entry()
    correction = correct(first, correct_command(merchant="Inthanin"), OWNER, SENT_AT)
    second = ENTRIES.apply(first, correction, first.tenant, OWNER)
    rows = stored([correction, delete(second, delete_command(), OWNER)], STREAM)
    return [row._replace(version=row.version + 1) for row in rows]


@given(histories)
def test_the_inline_state_of_an_entry_is_the_fold_of_its_stored_events(commands: list[Command]) -> None:
    rows, states = rows_of(commands)
    assert replay(ENTRIES, rows) == (states[-1] if states else None)
    assert [each.state for each in replayed(ENTRIES, rows)] == states


@given(histories, st.data())
def test_going_on_from_any_earlier_state_gives_the_same(commands: list[Command], data: st.DataObject) -> None:
    rows, states = rows_of(commands)
    cut = data.draw(st.integers(0, len(rows)))
    snapshot = states[cut - 1] if cut else None
    overlap = data.draw(st.integers(0, cut))
    assert replay(ENTRIES, rows[overlap:], snapshot) == replay(ENTRIES, rows)


@given(histories)
def test_replaying_twice_is_replaying_once(commands: list[Command]) -> None:
    rows, _ = rows_of(commands)
    once = replay(ENTRIES, rows)
    assert replay(ENTRIES, rows, once) == once
    assert list(replayed(ENTRIES, rows, once)) == []


lessons = st.lists(
    st.builds(
        lesson,
        category=st.sampled_from([Category.FOOD, Category.FAMILY]),
        subcategory=st.none() | st.just("lunch"),
        aliases=st.none() | st.just(("Pa Daeng",)),
        patterns=st.none() | st.just((r"\bdaeng\b",)),
        priority=st.none() | st.integers(0, 100),
    ),
    max_size=8,
)


@given(lessons, st.integers(0, 8))
def test_the_inline_state_of_a_mapping_is_the_fold_of_its_stored_events(taught: list[Lesson], cut: int) -> None:
    state: CategoryMapping | None = None
    states: list[CategoryMapping] = []
    events: list[MappingEvent] = []
    for each in taught:
        events.append(learn(state, each, SHOP_ID))
        state = apply(state, events[-1], "acme", OWNER)
        states.append(state)
    rows = stored(events, mapping_stream(SHOP_ID))
    assert replay(MAPPINGS, rows) == state
    assert replay(MAPPINGS, rows, states[min(cut, len(states)) - 1] if cut and states else None) == state


def test_a_shared_mapping_is_folded_from_events_of_several_owners() -> None:
    proposed = propose("acme", learn(None, lesson(), SHOP_ID), {Category.FOOD: 2}, LearningPolicy())
    assert proposed is not None
    reviewed = MappingReviewed(
        mapping_id=proposed.mapping_id,
        version=2,
        key=proposed.key,
        category=proposed.category,
        decision=ReviewDecision.APPROVE,
        shared=True,
        confidence=Confidence(0.9),
        status=MappingStatus.ACTIVE,
        reviewer="somsri",
    )
    stream = mapping_stream(proposed.mapping_id)
    first, second = stored([proposed, reviewed], stream)
    assert replay(MAPPINGS, [first]) == shared_mapping()
    folded = replay(MAPPINGS, [first, second._replace(owner="somsri")])
    assert folded is not None
    assert (folded.version, folded.status, folded.is_shared) == (2, MappingStatus.ACTIVE, True)


def test_an_event_of_an_older_version_is_read_as_the_newest() -> None:
    later = corrected_and_deleted()
    first = later[0]._replace(version=1, type=OLD, data=OLD_DATA)
    versions = list(replayed(ENTRIES, [first, *later], steps=STEPS))
    assert [each.state.merchant for each in versions] == ["Cafe Amazon", "Inthanin", "Inthanin"]
    assert str(versions[0].state.amount.amount) == "120.50"
    assert versions[0].row.data == OLD_DATA, "what is stored stays as it was published"


def test_an_event_of_a_newer_version_says_that_a_newer_release_is_needed() -> None:
    row = corrected_and_deleted()[0]._replace(type="poon.spending.corrected.v3")
    with pytest.raises(UnreadableHistoryError, match=r"corrected\.v3: a newer release stored it.* up to v1"):
        replay(ENTRIES, [row], entry())


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"type": "poon.spending.split.v1"}, "no type this fleet knows"),
        ({"type": "no version"}, "no type this fleet knows"),
        ({"type": OLD}, "no type this fleet knows"),
        ({"type": "poon.text.parsed.v1", "data": "{}"}, "Field required"),
        ({"data": json.dumps({"entry_id": str(entry().id), "version": "x", "changes": {}})}, "version"),
    ],
)
def test_an_event_that_cannot_be_read_is_named(changes: dict[str, Any], reason: str) -> None:
    row = corrected_and_deleted()[0]._replace(version=2, **changes)
    with pytest.raises(UnreadableHistoryError, match=reason) as raised:
        replay(ENTRIES, [row], entry())
    assert f"version 2 of {STREAM} is a {row.type}" in str(raised.value)


def test_an_event_of_another_aggregate_is_refused() -> None:
    learned = stored([learn(None, lesson(), SHOP_ID)], STREAM)
    with pytest.raises(UnreadableHistoryError, match="does not belong there"):
        replay(ENTRIES, learned)


def test_a_gap_is_refused() -> None:
    deletion = corrected_and_deleted()[1]
    with pytest.raises(UnreadableHistoryError, match="does not follow version 1"):
        replay(ENTRIES, [deletion._replace(version=3)], entry())


def test_nothing_follows_on_a_deleted_entry() -> None:
    gone = deleted_entry()
    correction = corrected_and_deleted()[0]
    data = json.loads(correction.data) | {"version": gone.version + 1}
    with pytest.raises(UnreadableHistoryError, match="does not follow"):
        replay(ENTRIES, [correction._replace(version=gone.version + 1, data=json.dumps(data))], gone)
