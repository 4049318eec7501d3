from uuid import UUID

import pytest

from contracts.errors import ErrorCode
from contracts.mappings import MappingMatch, MappingSource, MappingStatus, ReviewDecision
from contracts.values import Category
from tests.unit.domain.mapping_examples import (
    OWNER,
    STRANGER,
    TENANT,
    own_mapping,
    review_command,
    shared_mapping,
)
from workers.domain.errors import RejectionError
from workers.domain.mapping_review import review, supersede
from workers.domain.mappings import CategoryMapping, apply

APPROVE, REJECT, RETIRE = ReviewDecision
ACTIVE, CANDIDATE, RETIRED = MappingStatus


def reviewed(mapping: CategoryMapping, decision: ReviewDecision, owner: str = STRANGER) -> CategoryMapping:
    """The state a review leads to."""
    return apply(mapping, review(mapping, review_command(mapping.id, decision), owner), TENANT, owner)


@pytest.mark.parametrize(
    ("status", "decision", "becomes"),
    [
        (CANDIDATE, APPROVE, ACTIVE),
        (CANDIDATE, REJECT, RETIRED),
        (ACTIVE, RETIRE, RETIRED),
        (RETIRED, APPROVE, ACTIVE),
    ],
)
def test_anybody_may_review_what_is_shared(
    status: MappingStatus, decision: ReviewDecision, becomes: MappingStatus
) -> None:
    state = reviewed(shared_mapping(status=status), decision)

    assert (state.status, state.version) == (becomes, 2)
    assert state.source is (MappingSource.REVIEW if decision is APPROVE else MappingSource.LEARNED)


def test_an_approved_mapping_is_believed_more_than_a_candidate() -> None:
    candidate = shared_mapping()

    event = review(candidate, review_command(candidate.id), STRANGER)

    assert event.confidence == apply(candidate, event, TENANT, STRANGER).success_rate
    assert event.confidence.value > candidate.success_rate.value
    assert (event.shared, event.reviewer) == (True, "somsri")


def test_an_owner_retires_a_mapping_of_their_own() -> None:
    state = reviewed(own_mapping(), RETIRE, OWNER)

    assert (state.status, state.source, state.owner) == (RETIRED, MappingSource.MANUAL, OWNER)


@pytest.mark.parametrize(
    ("mapping", "decision"),
    [
        (shared_mapping(), RETIRE),
        (shared_mapping(status=ACTIVE), APPROVE),
        (shared_mapping(status=ACTIVE), REJECT),
        (shared_mapping(status=RETIRED), REJECT),
        (shared_mapping(status=RETIRED), RETIRE),
        (own_mapping(), APPROVE),
        (own_mapping(), REJECT),
        (own_mapping(status=RETIRED), RETIRE),
        (own_mapping(status=RETIRED), APPROVE),
    ],
)
def test_a_decision_that_does_not_apply_is_refused(mapping: CategoryMapping, decision: ReviewDecision) -> None:
    with pytest.raises(RejectionError) as refused:
        reviewed(mapping, decision, OWNER)

    assert (refused.value.code, refused.value.current_version) == (ErrorCode.MAPPING_NOT_REVIEWABLE, 1)


@pytest.mark.parametrize("mapping", [None, own_mapping(owner=STRANGER)])
def test_of_another_owners_mapping_nothing_is_told(mapping: CategoryMapping | None) -> None:
    with pytest.raises(RejectionError) as refused:
        review(mapping, review_command(UUID(int=1), RETIRE, version=7), OWNER)

    assert (refused.value.code, refused.value.current_version) == (ErrorCode.MAPPING_NOT_FOUND, None)


def test_a_review_of_an_older_version_is_refused_with_the_current_one() -> None:
    candidate = shared_mapping(version=4)

    with pytest.raises(RejectionError) as refused:
        review(candidate, review_command(candidate.id, version=3), OWNER)

    assert (refused.value.code, refused.value.current_version) == (ErrorCode.VERSION_CONFLICT, 4)
    assert review(candidate, review_command(candidate.id, version=4), OWNER).version == 5


def test_an_approval_retires_what_answered_for_the_same_words_and_nothing_else() -> None:
    approved = shared_mapping(status=ACTIVE, version=2)
    answered = shared_mapping(category=Category.TRAVEL, status=ACTIVE)
    others = [
        approved,
        answered,
        shared_mapping(category=Category.SHOPPING),
        shared_mapping("another shop", status=ACTIVE),
        shared_mapping(category=Category.GROCERIES, status=ACTIVE, match=MappingMatch.PHRASE),
        shared_mapping(category=Category.GROCERIES, status=ACTIVE, tenant="globex"),
        own_mapping(category=Category.TRAVEL),
    ]

    (event,) = supersede(others, approved)

    assert (event.mapping_id, event.by, event.category) == (answered.id, approved.id, Category.TRAVEL)
    assert apply(answered, event, TENANT, STRANGER).status is RETIRED


def test_a_review_of_another_mapping_does_not_follow() -> None:
    candidate = shared_mapping()
    event = review(candidate, review_command(candidate.id), OWNER)

    for state in (None, own_mapping()):
        with pytest.raises(ValueError, match="does not follow"):
            apply(state, event, TENANT, OWNER)
