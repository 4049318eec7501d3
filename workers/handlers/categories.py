"""The area *categories*: judging categories, teaching what merchants and phrases mean, reviewing it."""

from __future__ import annotations

from contracts.commands.categories import CategorizeSpending, ReviewMapping, TeachMapping
from contracts.events.categories import SpendingCategorized
from contracts.mappings import CategoryStep, MappingUsed, ReviewDecision
from contracts.readings import BackendAnswer
from contracts.values import ProcessingMethod
from workers.domain import mappings as domain
from workers.domain.mapping_review import review, supersede
from workers.domain.mappings import SHARED
from workers.handlers.books import Books, Found
from workers.handlers.context import milliseconds_since
from workers.handlers.learning import Changed, Learning, changed, learnt
from workers.handlers.mapped import mapped_category, mapping_share
from workers.handlers.processing import processed
from workers.ports.clock import Clock
from workers.ports.handling import CommandContext, Decision, NewEvent
from workers.ports.inference import Categorization, Purchase
from workers.ports.mappings import MappingRepository, UsualName, Wanted
from workers.ports.tenancy import charged_to


async def categorize_spending(
    command: CategorizeSpending,
    context: CommandContext,
    *,
    books: Books,
    categorization: Categorization,
    usual_name: UsualName,
    clock: Clock,
) -> Decision:
    """Judge a category: by what the owner taught, by what is shared, then by rules and models."""
    started = clock.monotonic()
    book = await books.of(context.tenant, context.owner)
    usual = usual_name(command.merchant) if command.merchant else None
    found = book.find(Wanted(command.text, command.merchant, (usual,) if usual else ()))
    if found is None:
        with charged_to(context.tenant, context.owner):
            category, shares = await categorization.categorise(Purchase(command.text, command.merchant))
        step = _step(shares)
    else:
        category, shares, step = mapped_category(found), (mapping_share(found),), found.step
    categorized = SpendingCategorized(
        category=category,
        subcategory=found.match.mapping.subcategory if found else None,
        step=step,
        mapping=_used(found),
        processing=processed(ProcessingMethod.RULES, milliseconds_since(started, clock), shares),
    )
    return Decision((NewEvent(categorized),))


async def teach_mapping(command: TeachMapping, context: CommandContext, *, learning: Learning) -> Decision:
    """Learn what an owner teaches; from the moment it is stored it answers for that owner."""
    return _decision(await learnt(domain.taught(command, learning.key(command.text)), context, learning))


async def review_mapping(command: ReviewMapping, context: CommandContext, *, mappings: MappingRepository) -> Decision:
    """Approve, reject or retire; of two shared meanings of the same words the one approved last answers."""
    current = await mappings.get(context.tenant, command.mapping_id)
    reviewed = changed(current, review(current, command, context.owner), context)
    if command.decision is not ReviewDecision.APPROVE:
        return _decision((reviewed,))
    shared = {mapping.id: mapping for mapping in await mappings.of_owner(context.tenant, SHARED)}
    retired = supersede(list(shared.values()), reviewed.state)
    return _decision((*(changed(shared[event.mapping_id], event, context) for event in retired), reviewed))


def _decision(changes: tuple[Changed, ...]) -> Decision:
    return Decision(tuple(change.event for change in changes), tuple(change.state for change in changes))


def _used(found: Found | None) -> MappingUsed | None:
    if found is None:
        return None
    mapping = found.match.mapping
    return MappingUsed(
        mapping_id=mapping.id, version=mapping.version, key=mapping.key, matched_by=found.match.matched_by
    )


def _step(shares: tuple[BackendAnswer, ...]) -> CategoryStep:
    """What told the category: a model weighs what the rules say, so its word is the last."""
    answered = [share for share in shares if not share.unavailable]
    if any(share.method is ProcessingMethod.MODEL for share in answered):
        return CategoryStep.MODEL
    told = [share.step for share in answered if share.step in set(CategoryStep)]
    return CategoryStep(told[-1]) if told and told[-1] else CategoryStep.NOTHING
