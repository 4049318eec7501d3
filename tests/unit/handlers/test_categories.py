from uuid import UUID

import pytest

from adapters.inference.mappings import SortedLayer, usual_name
from contracts.base import Event
from contracts.commands.categories import CategorizeSpending, TeachMapping
from contracts.errors import ErrorCode
from contracts.events.categories import (
    MappingLearned,
    MappingProposed,
    MappingReviewed,
    MappingSuperseded,
    SpendingCategorized,
)
from contracts.mappings import CategoryStep, MappingStatus, MatchedBy, ReviewDecision
from contracts.readings import BackendAnswer, Read
from contracts.values import Category, ProcessingMethod
from tests.fakes.inference import FakeCategorization
from tests.fakes.mappings import MemoryMappings, learning
from tests.unit.domain.mapping_examples import (
    SHOP,
    STRANGER,
    own_mapping,
    review_command,
    shared_mapping,
    teach_command,
)
from tests.unit.handlers.examples import CATEGORY, CONTEXT, TickingClock
from workers.domain.errors import RejectionError
from workers.domain.mappings import CategoryMapping, LearningPolicy, mapping_stream
from workers.handlers.books import Books
from workers.handlers.categories import categorize_spending, review_mapping, teach_mapping
from workers.ports.handling import Decision
from workers.ports.inference import Purchase


class FakeSteps(FakeCategorization):
    """`Categorization` that tells these shares."""

    def __init__(self, *shares: BackendAnswer) -> None:
        super().__init__(CATEGORY)
        self._shares = shares

    async def categorise(self, purchase: Purchase) -> tuple[Read[Category], tuple[BackendAnswer, ...]]:
        return (await super().categorise(purchase))[0], self._shares


async def categorized(
    command: CategorizeSpending, *mappings: CategoryMapping, categorization: FakeCategorization | None = None
) -> SpendingCategorized:
    decision = await categorize_spending(
        command,
        CONTEXT,
        books=Books(MemoryMappings(*mappings), SortedLayer),
        categorization=categorization or FakeCategorization(CATEGORY),
        usual_name=usual_name,
        clock=TickingClock(),
    )
    (event,) = decision.events
    assert (event.stream, decision.states) == (None, ())
    assert isinstance(event.payload, SpendingCategorized)
    return event.payload


def payloads(decision: Decision) -> list[Event]:
    """What was decided; each event stands in the stream of the state it leads to."""
    for event, state in zip(decision.events, decision.states, strict=True):
        assert event.stream == mapping_stream(state.id)
        assert event.version == state.version
    return [event.payload for event in decision.events if isinstance(event.payload, Event)]


async def test_an_owners_mapping_answers_and_shows_itself() -> None:
    taught = own_mapping(category=Category.FAMILY, subcategory="mum", version=1)
    categorization = FakeCategorization(CATEGORY)

    outcome = await categorized(
        CategorizeSpending(text="ข้าวกล่อง", merchant=SHOP), taught, categorization=categorization
    )

    assert (outcome.category.value, outcome.category.confidence) == (Category.FAMILY, taught.success_rate)
    assert (outcome.category.evidence, outcome.subcategory) == (SHOP, "mum")
    assert outcome.step is CategoryStep.OWNER_MAPPING
    assert outcome.mapping is not None
    assert (outcome.mapping.mapping_id, outcome.mapping.version) == (taught.id, 1)
    assert (outcome.mapping.key, outcome.mapping.matched_by) == (SHOP, MatchedBy.NAME)
    assert categorization.asked == []
    assert outcome.processing.duration_ms == 250


async def test_a_shared_mapping_that_was_approved_answers_the_others() -> None:
    shared = shared_mapping(status=MappingStatus.ACTIVE)

    outcome = await categorized(CategorizeSpending(text="ข้าวกล่อง", merchant=SHOP), shared)

    assert (outcome.step, outcome.category.value) == (CategoryStep.SHARED_MAPPING, Category.FOOD)


async def test_a_merchant_is_found_by_its_usual_name() -> None:
    outcome = await categorized(
        CategorizeSpending(text="น้ำ", merchant="เซเว่น"), own_mapping("7-Eleven", Category.BILLS)
    )

    assert (outcome.step, outcome.category.value) == (CategoryStep.OWNER_MAPPING, Category.BILLS)


async def test_without_a_mapping_rules_and_models_are_asked() -> None:
    categorization = FakeCategorization(CATEGORY)

    outcome = await categorized(CategorizeSpending(text="noodles", merchant="Thipsamai"), categorization=categorization)

    assert categorization.asked == [Purchase("noodles", "Thipsamai")]
    assert (outcome.category, outcome.mapping, outcome.subcategory) == (CATEGORY, None, None)


def share(**fields: object) -> BackendAnswer:
    return BackendAnswer.model_validate({"capability": "categorization", "backend": "b"} | fields)


@pytest.mark.parametrize(
    ("shares", "step"),
    [
        ((share(step="words"),), CategoryStep.WORDS),
        ((share(step="likeness"), share(method="model")), CategoryStep.MODEL),
        ((share(method="model"), share(step="purpose")), CategoryStep.MODEL),
        ((share(step="merchant"), share(method="model", unavailable="down")), CategoryStep.MERCHANT),
        ((share(),), CategoryStep.NOTHING),
        ((share(step="a step of the future"),), CategoryStep.NOTHING),
        ((), CategoryStep.NOTHING),
    ],
)
async def test_the_outcome_tells_which_step_of_rules_and_models_answered(
    shares: tuple[BackendAnswer, ...], step: CategoryStep
) -> None:
    outcome = await categorized(CategorizeSpending(text="noodles"), categorization=FakeSteps(*shares))

    assert outcome.step is step
    assert outcome.processing.backends == shares
    if step is CategoryStep.MODEL:
        assert outcome.processing.method is not ProcessingMethod.RULES


async def test_teaching_makes_a_mapping_of_the_owner() -> None:
    (learned,) = payloads(await teach_mapping(teach_command(), CONTEXT, learning=learning()))

    assert isinstance(learned, MappingLearned)
    assert (learned.mapping_id, learned.key, learned.version) == (own_mapping().id, SHOP, 1)


async def test_teaching_again_goes_on_from_what_is_stored() -> None:
    mappings = MemoryMappings(own_mapping())

    decision = await teach_mapping(teach_command(category=Category.TRAVEL), CONTEXT, learning=learning(mappings))

    assert payloads(mappings.keep_states(decision))[0].model_dump(include={"version", "contradictions"}) == {
        "version": 2, "contradictions": 1,
    }  # fmt: skip


async def test_every_spelling_of_a_known_merchant_is_one_mapping() -> None:
    mappings = MemoryMappings()

    for text in ("เซเว่น", "7-Eleven", "7-11"):
        mappings.keep_states(await teach_mapping(teach_command(text), CONTEXT, learning=learning(mappings)))

    assert [(mapping.key, mapping.version) for mapping in mappings.all] == [("7 eleven", 3)]


@pytest.mark.parametrize("pattern", ["(", "(?=x)", "a{1000}", "", "x*"])
async def test_a_pattern_that_cannot_be_used_is_refused_by_its_place(pattern: str) -> None:
    command = teach_command().model_copy(update={"patterns": ("fine", pattern)})

    with pytest.raises(RejectionError) as refused:
        await teach_mapping(command, CONTEXT, learning=learning())

    assert (refused.value.code, refused.value.field) == (ErrorCode.INVALID_PATTERN, "patterns.1")


@pytest.mark.parametrize(
    ("known", "command", "field"),
    [
        (own_mapping("a"), teach_command("b"), "text"),
        (own_mapping("a"), teach_command("a", patterns=("x", "y", "z")), "patterns"),
    ],
)
async def test_an_owner_learns_no_more_than_is_allowed(
    known: CategoryMapping, command: TeachMapping, field: str
) -> None:
    policy = LearningPolicy(most_mappings=1, most_patterns=2)

    with pytest.raises(RejectionError) as refused:
        await teach_mapping(command, CONTEXT, learning=learning(MemoryMappings(known), policy))

    assert (refused.value.code, refused.value.field) == (ErrorCode.TOO_MANY_MAPPINGS, field)


async def test_the_owner_who_makes_them_enough_raises_a_candidate_beside_the_outcome() -> None:
    mappings = MemoryMappings(
        *(own_mapping(owner=name) for name in ("a", "b")), own_mapping(owner="c", category=Category.TRAVEL)
    )

    proposed, learned = payloads(
        mappings.keep_states(await teach_mapping(teach_command(), CONTEXT, learning=learning(mappings)))
    )

    assert isinstance(proposed, MappingProposed)
    assert isinstance(learned, MappingLearned)
    assert (proposed.owners, proposed.otherwise) == (3, 1)
    again = await teach_mapping(teach_command(), CONTEXT._replace(owner="d"), learning=learning(mappings))
    assert len(payloads(again)) == 1


async def test_owners_of_other_tenants_do_not_count() -> None:
    mappings = MemoryMappings(*(own_mapping(owner=name, tenant="globex") for name in ("a", "b", "c")))

    assert len(payloads(await teach_mapping(teach_command(), CONTEXT, learning=learning(mappings)))) == 1


async def test_an_approval_retires_what_answered_until_then_and_ends_in_the_review() -> None:
    answered = shared_mapping(category=Category.TRAVEL, status=MappingStatus.ACTIVE)
    candidate = shared_mapping()
    mappings = MemoryMappings(answered, candidate)

    decision = await review_mapping(review_command(candidate.id), CONTEXT, mappings=mappings)

    superseded, reviewed = payloads(mappings.keep_states(decision))
    assert isinstance(superseded, MappingSuperseded)
    assert isinstance(reviewed, MappingReviewed)
    assert {mapping.category: mapping.status for mapping in mappings.all} == {
        Category.TRAVEL: MappingStatus.RETIRED, Category.FOOD: MappingStatus.ACTIVE,
    }  # fmt: skip


async def test_a_rejection_changes_the_candidate_alone() -> None:
    answered = shared_mapping(category=Category.TRAVEL, status=MappingStatus.ACTIVE)
    candidate = shared_mapping()
    mappings = MemoryMappings(answered, candidate)

    decision = await review_mapping(review_command(candidate.id, ReviewDecision.REJECT), CONTEXT, mappings=mappings)

    assert len(payloads(decision)) == 1


@pytest.mark.parametrize("mapping_id", [UUID(int=1), own_mapping(owner=STRANGER).id])
async def test_a_mapping_of_nobody_or_another_owner_is_unknown(mapping_id: UUID) -> None:
    mappings = MemoryMappings(own_mapping(owner=STRANGER))

    with pytest.raises(RejectionError) as refused:
        await review_mapping(review_command(mapping_id, ReviewDecision.RETIRE), CONTEXT, mappings=mappings)

    assert refused.value.code is ErrorCode.MAPPING_NOT_FOUND
