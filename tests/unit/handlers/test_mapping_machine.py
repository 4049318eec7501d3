"""Teach, correct, retire and review, by several owners of two tenants, against a model of two dictionaries."""

from collections.abc import Coroutine
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from adapters.inference.mappings import SortedLayer, usual_name
from contracts.commands.categories import CategorizeSpending, ReviewMapping, TeachMapping
from contracts.commands.spending import CorrectSpending, RecordSpending
from contracts.events.categories import SpendingCategorized
from contracts.mappings import CategoryStep, MappingStatus, ReviewDecision
from contracts.money import Money
from contracts.spending import EntryChanges
from contracts.values import Category
from tests.fakes.clock import FakeClock
from tests.fakes.duplicates import duplicates
from tests.fakes.entries import MemoryEntries
from tests.fakes.inference import FakeCategorization
from tests.fakes.mappings import MemoryMappings, learning
from tests.fakes.recording import record_spending
from tests.unit.handlers.examples import CATEGORY, CONTEXT
from workers.domain.errors import RejectionError
from workers.domain.mappings import CategoryMapping, LearningPolicy, own_mapping_id
from workers.domain.spending import SpendingEntry
from workers.handlers.books import Books
from workers.handlers.categories import categorize_spending, review_mapping, teach_mapping
from workers.handlers.spending import correct_spending
from workers.ports.handling import CommandContext, Decision

T = TypeVar("T")

TENANTS = ("acme", "globex")
OWNERS = ("a", "b", "c", "d")
SHOPS = ("pa daeng", "lung chai")
CATEGORIES = (Category.FAMILY, Category.MERIT, Category.TRAVEL)
ENOUGH = 3

Place = tuple[str, str, str]
"""Tenant, owner and shop."""

tenants, owners = st.sampled_from(TENANTS), st.sampled_from(OWNERS)
shops, categories = st.sampled_from(SHOPS), st.sampled_from(CATEGORIES)


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Drive to its end what waits for nothing: an event loop for each of some thousand steps would take minutes."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        done: T = end.value
        return done
    raise AssertionError("everything is in memory")


class Mappings(RuleBasedStateMachine):
    """The handlers with their stores in memory, two workers' books, and what has to come of it."""

    def __init__(self) -> None:
        super().__init__()
        self.mappings = MemoryMappings()
        self.learning = learning(self.mappings, LearningPolicy(owners_to_propose=ENOUGH))
        self.workers = [Books(self.mappings, SortedLayer) for _ in range(2)]
        self.taught: dict[Place, Category] = {}
        self.approved: dict[tuple[str, str], Category] = {}
        self.commands = 0

    @rule(tenant=tenants, owner=owners, shop=shops, category=categories)
    def teach(self, tenant: str, owner: str, shop: str, category: Category) -> None:
        command = TeachMapping(text=shop, category=category)
        self.keep(run(teach_mapping(command, self.context(tenant, owner), learning=self.learning)))
        self.taught[tenant, owner, shop] = category

    @rule(tenant=tenants, owner=owners, shop=shops, category=categories)
    def correct(self, tenant: str, owner: str, shop: str, category: Category) -> None:
        """Of an entry just recorded with a category that is none of those."""
        record = RecordSpending(amount=Money.of("60"), merchant=shop.upper(), category=Category.SHOPPING)
        context = self.context(tenant, owner)
        recorded = run(record_spending(record, context, entries=MemoryEntries(), duplicates=duplicates()))
        (entry,) = recorded.states
        assert isinstance(entry, SpendingEntry)
        command = CorrectSpending(entry_id=entry.id, expected_version=1, changes=EntryChanges(category=category))
        entries = MemoryEntries(entry)
        self.keep(run(correct_spending(command, context, entries=entries, learning=self.learning)))
        self.taught[tenant, owner, shop] = category

    @rule(tenant=tenants, owner=owners, shop=shops)
    def retire(self, tenant: str, owner: str, shop: str) -> None:
        mapping_id = own_mapping_id(tenant, owner, shop)
        command = ReviewMapping(mapping_id=mapping_id, decision=ReviewDecision.RETIRE, reviewer=owner)
        is_there = (tenant, owner, shop) in self.taught
        assert self.review(command, tenant, owner) is is_there
        self.taught.pop((tenant, owner, shop), None)

    @rule(tenant=tenants, thief=owners, owner=owners, shop=shops, decision=st.sampled_from(ReviewDecision))
    def meddle(self, tenant: str, thief: str, owner: str, shop: str, decision: ReviewDecision) -> None:
        """With another owner's mapping, or one's own from another tenant."""
        command = ReviewMapping(mapping_id=own_mapping_id(tenant, owner, shop), decision=decision, reviewer="somsri")
        other = TENANTS[1 - TENANTS.index(tenant)]
        assert not self.review(command, other, owner)
        if thief != owner:
            assert not self.review(command, tenant, thief)

    @precondition(lambda self: self.shared)
    @rule(data=st.data(), owner=owners, decision=st.sampled_from(ReviewDecision))
    def decide(self, data: st.DataObject, owner: str, decision: ReviewDecision) -> None:
        candidate = data.draw(st.sampled_from(self.shared))
        command = ReviewMapping(mapping_id=candidate.id, decision=decision, reviewer="somsri")
        place = (candidate.tenant, candidate.key)
        if not self.review(command, candidate.tenant, owner):
            return
        if decision is ReviewDecision.APPROVE:
            self.approved[place] = candidate.category
        elif candidate.status is MappingStatus.ACTIVE:
            del self.approved[place]

    @invariant()
    def every_worker_answers_every_owner_by_their_own_then_by_what_was_approved(self) -> None:
        for tenant in TENANTS:
            for owner in OWNERS:
                for shop in SHOPS:
                    expected = self.expected(tenant, owner, shop)
                    for worker in self.workers:
                        assert run(self.answer(worker, tenant, owner, shop)) == expected

    @invariant()
    def a_candidate_has_enough_owners_behind_it_when_it_is_raised(self) -> None:
        assert all(mapping.confirmations >= ENOUGH for mapping in self.shared)

    @invariant()
    def what_enough_owners_teach_was_proposed(self) -> None:
        proposed = {(mapping.tenant, mapping.key, mapping.category) for mapping in self.shared}
        for tenant in TENANTS:
            for shop in SHOPS:
                said = [self.taught.get((tenant, owner, shop)) for owner in OWNERS]
                for category in CATEGORIES:
                    assert said.count(category) < ENOUGH or (tenant, shop, category) in proposed

    @invariant()
    def one_shared_meaning_at_most_answers_for_a_shop(self) -> None:
        active = [(mapping.tenant, mapping.key) for mapping in self.shared if mapping.is_active]
        assert len(set(active)) == len(active)

    @property
    def shared(self) -> list[CategoryMapping]:
        return sorted((one for one in self.mappings.all if one.is_shared), key=lambda one: str(one.id))

    def expected(self, tenant: str, owner: str, shop: str) -> tuple[CategoryStep, Category]:
        if (tenant, owner, shop) in self.taught:
            return CategoryStep.OWNER_MAPPING, self.taught[tenant, owner, shop]
        if (tenant, shop) in self.approved:
            return CategoryStep.SHARED_MAPPING, self.approved[tenant, shop]
        return CategoryStep.NOTHING, CATEGORY.value

    async def answer(self, worker: Books, tenant: str, owner: str, shop: str) -> tuple[CategoryStep, Category]:
        decision = await categorize_spending(
            CategorizeSpending(text=f"dinner at {shop}", merchant=shop.title()),
            self.context(tenant, owner),
            books=worker,
            categorization=FakeCategorization(CATEGORY),
            usual_name=usual_name,
            clock=FakeClock(),
        )
        outcome = decision.events[-1].payload
        assert isinstance(outcome, SpendingCategorized)
        return outcome.step, outcome.category.value

    def review(self, command: ReviewMapping, tenant: str, owner: str) -> bool:
        """Whether it was accepted."""
        try:
            self.keep(run(review_mapping(command, self.context(tenant, owner), mappings=self.mappings)))
        except RejectionError:
            return False
        return True

    def keep(self, decision: Decision) -> None:
        self.mappings.keep_states(decision)

    def context(self, tenant: str, owner: str) -> CommandContext:
        self.commands += 1
        return CONTEXT._replace(tenant=tenant, owner=owner, command_id=f"c-{self.commands}")


TestMappings = Mappings.TestCase
TestMappings.settings = settings(max_examples=20, stateful_step_count=15, deadline=None)
