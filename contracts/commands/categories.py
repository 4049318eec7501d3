"""Commands of the area *categories*."""

from typing import ClassVar

from contracts.base import Command
from contracts.mappings import (
    Aliases,
    MappingId,
    MappingMatch,
    MappingText,
    Patterns,
    Priority,
    ReviewDecision,
    Reviewer,
)
from contracts.spending import MerchantName, Reason, Subcategory, Version
from contracts.values import Category, SpendingText


class CategorizeSpending(Command):
    """Judge the category of a purchase. Answered by SpendingCategorized.

    Attributes:
        text: what is known of it, at most 2,000 characters: what was bought, what was noted.
        merchant: who was paid, where that is known apart from the text.
    """

    type: ClassVar[str] = "poon.category.categorize.v1"
    area: ClassVar[str] = "categories"

    text: SpendingText
    merchant: MerchantName | None = None


class TeachMapping(Command):
    """Teach what a merchant or phrase means to the envelope's owner. Answered by MappingLearned.

    What was taught before under the same name is changed; a field left out stays as it is then.

    Attributes:
        text: the merchant or the phrase, as the owner writes it.
        match: whether it is the name of a merchant, or words that may stand anywhere in a text; a merchant at first.
        aliases: other names of the same merchant, other words of the same meaning.
        patterns: regular expressions (RE2) that mean the same.
        category: what it means.
        subcategory: a finer division, free text.
        priority: of several whose words or patterns stand in a text the one with more answers; a merchant's own name
            comes before all of them; 50 at first.
    """

    type: ClassVar[str] = "poon.mapping.teach.v1"
    area: ClassVar[str] = "categories"

    text: MappingText
    match: MappingMatch | None = None
    aliases: Aliases | None = None
    patterns: Patterns | None = None
    category: Category
    subcategory: Subcategory | None = None
    priority: Priority | None = None


class ReviewMapping(Command):
    """Decide about a mapping. Answered by MappingReviewed.

    A shared candidate is approved or rejected, a shared mapping that answers is retired; an owner retires mappings of
    their own. Who may review shared mappings is for the sender to say.

    Attributes:
        mapping_id: the mapping.
        decision: approve, reject or retire.
        reviewer: who decides; kept with the history.
        expected_version: the version the reviewer saw; another one in the store means rejection.
        reason: why, in words.
    """

    type: ClassVar[str] = "poon.mapping.review.v1"
    area: ClassVar[str] = "categories"

    mapping_id: MappingId
    decision: ReviewDecision
    reviewer: Reviewer
    expected_version: Version | None = None
    reason: Reason | None = None
