from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import ErrorCode
from contracts.events.categories import MappingProposed
from contracts.mappings import MappingMatch, MappingSource, MappingStatus
from contracts.values import Category
from tests.unit.domain.mapping_examples import (
    OWNER,
    SHOP,
    STRANGER,
    TENANT,
    lesson,
    own_mapping,
    shared_mapping,
    teach_command,
)
from workers.domain.errors import RejectionError
from workers.domain.mapping_keys import key_of
from workers.domain.mappings import (
    SHARED,
    CategoryMapping,
    LearningPolicy,
    Lesson,
    apply,
    learn,
    mapping_stream,
    own_mapping_id,
    propose,
    refuse_too_many,
    shared_mapping_id,
    success_rate,
    taught,
)

ID = own_mapping_id(TENANT, OWNER, key_of(SHOP))
POLICY = LearningPolicy(owners_to_propose=3, most_mappings=2, most_patterns=3)


def after(*lessons: Lesson, state: CategoryMapping | None = None) -> CategoryMapping:
    """The state some lessons lead to."""
    for one in lessons:
        state = apply(state, learn(state, one, ID), TENANT, OWNER)
    assert state is not None
    return state


def test_the_first_lesson_makes_an_active_mapping_of_its_owner() -> None:
    assert after(lesson()) == own_mapping()


def test_a_lesson_that_leaves_fields_out_keeps_what_was_taught_before() -> None:
    first = lesson(match=MappingMatch.PHRASE, aliases=("แดง",), patterns=("daeng",), priority=80)

    state = after(first, lesson(category=Category.FAMILY))

    assert (state.match, state.aliases, state.patterns, state.priority) == (
        MappingMatch.PHRASE, ("แดง",), ("daeng",), 80,
    )  # fmt: skip
    assert (state.category, state.version) == (Category.FAMILY, 2)


def test_a_lesson_that_names_fields_replaces_them() -> None:
    state = after(lesson(aliases=("a", "b"), patterns=("c",)), lesson(aliases=(), patterns=("d",), priority=0))

    assert (state.aliases, state.patterns, state.priority) == ((), ("d",), 0)


def test_the_same_said_again_confirms_and_anything_else_contradicts() -> None:
    state = after(lesson(), lesson(), lesson(category=Category.FAMILY), lesson(category=Category.FAMILY))

    assert (state.confirmations, state.contradictions, state.version) == (3, 1, 4)


def test_another_subcategory_is_another_meaning() -> None:
    assert after(lesson(), lesson(subcategory="lunch")).contradictions == 1


def test_what_was_retired_answers_again_once_it_is_taught() -> None:
    state = after(lesson(), state=own_mapping(status=MappingStatus.RETIRED))

    assert state.is_active


@given(st.sampled_from(MappingSource), st.integers(0, 10_000), st.integers(0, 10_000))
def test_the_success_rate_rises_with_confirmations_and_falls_with_contradictions(
    source: MappingSource, confirmations: int, contradictions: int
) -> None:
    rate = success_rate(source, confirmations, contradictions).value

    assert 0 < rate < 1
    assert success_rate(source, confirmations + 1, contradictions).value >= rate
    assert success_rate(source, confirmations, contradictions + 1).value <= rate


def test_the_success_rate_comes_close_to_what_was_seen() -> None:
    assert success_rate(MappingSource.LEARNED, 3_000, 1_000).value == pytest.approx(0.75, abs=0.001)
    assert after(lesson()).success_rate.value == 0.955


@pytest.mark.parametrize("text", ["-", "🍗", "\ufdfa" * 200])
def test_a_name_that_cannot_be_compared_is_refused(text: str) -> None:
    with pytest.raises(RejectionError) as refused:
        taught(teach_command(text), key_of(text))

    assert (refused.value.code, refused.value.field) == (ErrorCode.INVALID_COMMAND, "text")


def test_an_alias_that_cannot_be_compared_is_refused_by_its_place() -> None:
    with pytest.raises(RejectionError) as refused:
        taught(teach_command(aliases=("Daeng", "!?")), key_of(SHOP))

    assert (refused.value.code, refused.value.field) == (ErrorCode.INVALID_COMMAND, "aliases.1")


def test_a_command_is_a_lesson_by_hand() -> None:
    command = teach_command(subcategory="lunch", aliases=("Daeng",), patterns=("daeng",), priority=7)

    assert taught(command, key_of(SHOP)) == lesson(
        subcategory="lunch", aliases=("Daeng",), patterns=("daeng",), priority=7
    )


def test_an_owner_with_all_mappings_learns_no_new_one_but_changes_those_there_are() -> None:
    known = [own_mapping("a"), own_mapping("b")]
    fresh, again = (learn(None, lesson(name), own_mapping(name).id) for name in ("c", "b"))

    refuse_too_many(again, known, POLICY)
    with pytest.raises(RejectionError) as refused:
        refuse_too_many(fresh, known, POLICY)

    assert (refused.value.code, refused.value.field) == (ErrorCode.TOO_MANY_MAPPINGS, "text")


def test_patterns_are_counted_over_all_mappings() -> None:
    known = [own_mapping("a", patterns=("x", "y")), own_mapping("b", patterns=("z",))]
    two, three = (learn(None, lesson("b", patterns=patterns), known[1].id) for patterns in (("p",), ("p", "q")))

    refuse_too_many(two, known, POLICY)
    with pytest.raises(RejectionError) as refused:
        refuse_too_many(three, known, POLICY)

    assert (refused.value.code, refused.value.field) == (ErrorCode.TOO_MANY_MAPPINGS, "patterns")


def test_a_lesson_without_patterns_is_learned_where_a_lower_limit_came_later() -> None:
    known = [own_mapping("a", patterns=("p", "q", "r", "s"))]

    refuse_too_many(learn(None, lesson("b"), own_mapping("b").id), known, POLICY)


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ({}, None),
        ({Category.FOOD: 1}, None),
        ({Category.TRAVEL: 9}, None),
        ({Category.FOOD: 2}, (3, 0)),
        ({Category.FOOD: 2, Category.TRAVEL: 4, Category.SHOPPING: 1}, (3, 5)),
    ],
)
def test_a_candidate_is_raised_once_enough_owners_are_of_one_mind(
    others: dict[Category, int], expected: tuple[int, int] | None
) -> None:
    proposed = propose(TENANT, learn(None, lesson(), ID), others, POLICY)

    assert (proposed and (proposed.owners, proposed.otherwise)) == expected


def test_a_candidate_tells_nothing_of_an_owner_but_the_name_they_share() -> None:
    secret = lesson(aliases=("my flat",), patterns=("mum",), subcategory="for mum", priority=99)

    proposed = propose(TENANT, learn(None, secret, ID), {Category.FOOD: 2}, POLICY)

    assert proposed is not None
    candidate = apply(None, proposed, TENANT, OWNER)
    assert candidate == shared_mapping()
    assert candidate.is_shared
    assert not candidate.is_active


def test_ids_tell_tenants_owners_keys_kinds_and_categories_apart() -> None:
    ids = {
        own_mapping_id(TENANT, OWNER, "a"),
        own_mapping_id(TENANT, OWNER, "b"),
        own_mapping_id(TENANT, STRANGER, "a"),
        own_mapping_id("globex", OWNER, "a"),
        own_mapping_id(TENANT, SHARED, "a"),
        shared_mapping_id(TENANT, "a", MappingMatch.MERCHANT, Category.FOOD),
        shared_mapping_id(TENANT, "a", MappingMatch.PHRASE, Category.FOOD),
        shared_mapping_id(TENANT, "a", MappingMatch.MERCHANT, Category.TRAVEL),
        shared_mapping_id("globex", "a", MappingMatch.MERCHANT, Category.FOOD),
    }

    assert len(ids) == 9
    assert own_mapping_id(TENANT, OWNER, "a") == own_mapping_id(TENANT, OWNER, "a")
    assert mapping_stream(ID) == f"mapping-{ID}"


@pytest.mark.parametrize(
    ("state", "changes"),
    [
        (None, {"version": 2}),
        (own_mapping(), {"version": 1}),
        (own_mapping(), {"version": 3}),
        (own_mapping(owner=STRANGER), {"version": 2}),
        (own_mapping(tenant="globex"), {"version": 2}),
        (own_mapping(), {"version": 2, "mapping_id": UUID(int=1)}),
    ],
)
def test_an_event_that_does_not_follow_is_refused(state: CategoryMapping | None, changes: dict[str, Any]) -> None:
    event = learn(None, lesson(), ID).model_copy(update=changes)

    with pytest.raises(ValueError, match="does not follow"):
        apply(state, event, TENANT, OWNER)


def test_a_candidate_is_proposed_but_once() -> None:
    proposed = propose(TENANT, learn(None, lesson(), ID), {Category.FOOD: 2}, POLICY)

    assert isinstance(proposed, MappingProposed)
    with pytest.raises(ValueError, match="does not follow"):
        apply(shared_mapping(), proposed, TENANT, OWNER)
