"""Outcome events of the area *categories*: judged categories, and the history of mappings."""

from typing import Annotated, ClassVar

from pydantic import Field

from contracts.base import Event
from contracts.events.outcomes import CommandFailed, CommandRejected
from contracts.mappings import (
    Aliases,
    CategoryStep,
    MappingId,
    MappingKey,
    MappingMatch,
    MappingSource,
    MappingStatus,
    MappingText,
    MappingUsed,
    Owners,
    Patterns,
    Priority,
    ReviewDecision,
    Reviewer,
)
from contracts.readings import Processing, Read
from contracts.spending import Reason, Subcategory, Version
from contracts.values import Category, Confidence


class SpendingCategorized(Event):
    """The category of a purchase was judged.

    Attributes:
        category: with its confidence and the words it rests on.
        subcategory: where the mapping that answered has one.
        step: what told it: a mapping of the owner, one shared by all, or which part of rules and models.
        mapping: the mapping, where one told it.
        processing: how the result came about.
    """

    type: ClassVar[str] = "poon.category.categorized.v1"
    area: ClassVar[str] = "categories"

    category: Read[Category]
    subcategory: Subcategory | None = None
    step: CategoryStep
    mapping: MappingUsed | None = None
    processing: Processing


class MappingLearned(Event):
    """An owner taught what a merchant or phrase means; from now on it is answered so for this owner.

    The outcome of TeachMapping; beside the outcome of CorrectSpending where that changed the category.

    Attributes:
        mapping_id: the mapping.
        version: the mapping's new version.
        key: the merchant or phrase as it is compared.
        text: as the owner wrote it.
        match: whether it is a merchant or a phrase.
        aliases: all other names it has now.
        patterns: all patterns it has now.
        category: what it means.
        subcategory: a finer division.
        priority: which of several that fit answers.
        source: manual for what was taught, correction for what followed from one.
        confirmations: how often the owner said what the mapping says, the first time included.
        contradictions: how often the owner said otherwise than it said until then.
        confidence: how sure an answer by it is, computed from those.
    """

    type: ClassVar[str] = "poon.mapping.learned.v1"
    area: ClassVar[str] = "categories"

    mapping_id: MappingId
    version: Version
    key: MappingKey
    text: MappingText
    match: MappingMatch
    aliases: Aliases = ()
    patterns: Patterns = ()
    category: Category
    subcategory: Subcategory | None = None
    priority: Priority
    source: MappingSource
    confirmations: Annotated[int, Field(ge=0)]
    contradictions: Annotated[int, Field(ge=0)]
    confidence: Confidence


class MappingProposed(Event):
    """Enough owners of a tenant taught the same, each on their own: a mapping for everybody waits for review.

    It answers nobody before. Published beside the outcome of the command that made them enough.

    Attributes:
        mapping_id: the candidate.
        version: the candidate's version, 1.
        key: the merchant or phrase as it is compared.
        text: as one of the owners wrote it.
        match: whether it is a merchant or a phrase.
        category: what it means to them.
        owners: how many taught it.
        otherwise: how many taught another category.
        confidence: how sure an answer by it would be, computed from those.
    """

    type: ClassVar[str] = "poon.mapping.proposed.v1"
    area: ClassVar[str] = "categories"

    mapping_id: MappingId
    version: Version
    key: MappingKey
    text: MappingText
    match: MappingMatch
    category: Category
    owners: Owners
    otherwise: Owners
    confidence: Confidence


class MappingReviewed(Event):
    """A reviewer decided about a mapping.

    Attributes:
        mapping_id: the mapping.
        version: the mapping's new version.
        key: the merchant or phrase as it is compared.
        category: what it means.
        shared: whether it is for everybody of the tenant, or an owner's own.
        decision: approve, reject or retire.
        status: what it is now: active or retired.
        reviewer: who decided.
        reason: why, in words.
        confidence: how sure an answer by it is.
    """

    type: ClassVar[str] = "poon.mapping.reviewed.v1"
    area: ClassVar[str] = "categories"

    mapping_id: MappingId
    version: Version
    key: MappingKey
    category: Category
    shared: bool
    decision: ReviewDecision
    status: MappingStatus
    reviewer: Reviewer
    reason: Reason | None = None
    confidence: Confidence


class MappingSuperseded(Event):
    """A shared mapping answers no longer: another one for the same merchant or phrase was approved.

    Published beside the outcome of that approval.

    Attributes:
        mapping_id: the mapping that is retired.
        version: its new version.
        key: the merchant or phrase as it is compared.
        category: what it meant.
        by: the mapping that answers from now on.
    """

    type: ClassVar[str] = "poon.mapping.superseded.v1"
    area: ClassVar[str] = "categories"

    mapping_id: MappingId
    version: Version
    key: MappingKey
    category: Category
    by: MappingId


class CategoryRejected(CommandRejected):
    """A command of the area was wrong."""

    type: ClassVar[str] = "poon.category.rejected.v1"
    area: ClassVar[str] = "categories"


class CategoryFailed(CommandFailed):
    """A command of the area could not be carried out."""

    type: ClassVar[str] = "poon.category.failed.v1"
    area: ClassVar[str] = "categories"
