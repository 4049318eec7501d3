"""What a merchant or phrase means: the words of the area *categories*."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

from pydantic import AfterValidator, Field

from contracts.base import Contract
from contracts.spending import Version
from contracts.values import CleanText, PlainText

MAX_ALIASES: Final = 10
MAX_KEY: Final = 400
MAX_PATTERNS: Final = 5
USUAL_PRIORITY: Final = 50


def _distinct(texts: Sequence[str]) -> Sequence[str]:
    if len({text.casefold() for text in texts}) != len(texts):
        raise ValueError("each is named once, whatever its case")
    return texts


MappingId = UUID
"""A mapping's identity, unique within its tenant."""
MappingText = Annotated[PlainText, Field(max_length=200)]
MappingKey = Annotated[CleanText, Field(max_length=MAX_KEY)]
"""A merchant or phrase as it is compared: one spelling whatever its case, digits and punctuation."""
Pattern = Annotated[PlainText, Field(max_length=200)]
"""A regular expression of RE2's syntax, found anywhere, whatever the case."""
Aliases = Annotated[tuple[MappingText, ...], Field(max_length=MAX_ALIASES), AfterValidator(_distinct)]
Patterns = Annotated[tuple[Pattern, ...], Field(max_length=MAX_PATTERNS)]
Priority = Annotated[int, Field(ge=0, le=100)]
Reviewer = Annotated[PlainText, Field(max_length=128)]
Owners = Annotated[int, Field(ge=0)]


class MappingMatch(StrEnum):
    """Where a mapping's words are looked for."""

    MERCHANT = "merchant"
    PHRASE = "phrase"


class MappingSource(StrEnum):
    """Where a mapping comes from."""

    MANUAL = "manual"
    LEARNED = "learned"
    MODEL = "model"
    CORRECTION = "correction"
    REVIEW = "review"


class MappingStatus(StrEnum):
    """Whether a mapping answers."""

    ACTIVE = "active"
    CANDIDATE = "candidate"
    RETIRED = "retired"


class ReviewDecision(StrEnum):
    """What a reviewer makes of a mapping."""

    APPROVE = "approve"
    REJECT = "reject"
    RETIRE = "retire"


class CategoryStep(StrEnum):
    """What told a category, in the order asked."""

    OWNER_MAPPING = "owner_mapping"
    SHARED_MAPPING = "shared_mapping"
    PURPOSE = "purpose"
    FAMILY = "family"
    MERCHANT = "merchant"
    WORDS = "words"
    LIKENESS = "likeness"
    MODEL = "model"
    NOTHING = "nothing"


class MatchedBy(StrEnum):
    """What of a mapping was found."""

    NAME = "name"
    PHRASE = "phrase"
    PATTERN = "pattern"


class MappingUsed(Contract):
    """The mapping that told a category.

    Attributes:
        mapping_id: which one.
        version: the version it had.
        key: the merchant or phrase it is about, as it is compared.
        matched_by: what of it was found: its name was the merchant's, its words stood in the text, or a pattern did.
    """

    mapping_id: MappingId
    version: Version
    key: MappingKey
    matched_by: MatchedBy
