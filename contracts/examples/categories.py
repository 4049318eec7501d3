"""Outcome events of the area *categories* as consumers receive them."""

from typing import Final

from contracts.commands.categories import ReviewMapping, TeachMapping
from contracts.errors import ErrorCode
from contracts.events.categories import (
    CategoryFailed,
    CategoryRejected,
    MappingLearned,
    MappingProposed,
    MappingReviewed,
    MappingSuperseded,
    SpendingCategorized,
)
from contracts.events.outcomes import DeadLetter, LocalizedText
from contracts.examples.base import Example
from contracts.examples.commands import ENTRY_ID, MAPPING_ID
from contracts.mappings import (
    USUAL_PRIORITY,
    CategoryStep,
    MappingMatch,
    MappingSource,
    MappingStatus,
    MappingUsed,
    MatchedBy,
    ReviewDecision,
)
from contracts.readings import BackendAnswer, Processing, Read
from contracts.values import Category, Confidence, ProcessingMethod

_COMMAND_ID: Final = "01997a4e-6f0b-7c3d-9f11-2f5c8f1f9d10"

CATEGORY_EVENTS: Final = (
    Example(
        "told by what the owner taught",
        SpendingCategorized(
            category=Read(value=Category.FAMILY, confidence=Confidence(0.95), evidence="ร้านป้าแดง"),
            subcategory="ค่าอาหารแม่",
            step=CategoryStep.OWNER_MAPPING,
            mapping=MappingUsed(mapping_id=MAPPING_ID, version=2, key="ร้านป้าแดง", matched_by=MatchedBy.NAME),
            processing=Processing(
                method=ProcessingMethod.RULES,
                duration_ms=0.8,
                backends=(BackendAnswer(capability="categorization", backend="mappings/1", step="owner_mapping"),),
            ),
        ),
    ),
    Example(
        "told by a word of the lexicon",
        SpendingCategorized(
            category=Read(value=Category.FOOD, confidence=Confidence(0.91), evidence="ข้าวกล่อง"),
            step=CategoryStep.WORDS,
            processing=Processing(
                method=ProcessingMethod.RULES,
                duration_ms=1.1,
                backends=(BackendAnswer(capability="categorization", backend="rules/2", step="words"),),
            ),
        ),
    ),
    Example(
        "a merchant taught",
        MappingLearned(
            mapping_id=MAPPING_ID,
            version=1,
            key="ร้านป้าแดง",
            text="ร้านป้าแดง",
            match=MappingMatch.MERCHANT,
            aliases=("Pa Daeng Kitchen",),
            category=Category.FAMILY,
            subcategory="ค่าอาหารแม่",
            priority=USUAL_PRIORITY,
            source=MappingSource.MANUAL,
            confirmations=1,
            contradictions=0,
            confidence=Confidence(0.955),
        ),
    ),
    Example(
        "three owners of one mind",
        MappingProposed(
            mapping_id=MAPPING_ID,
            version=1,
            key="ร้านป้าแดง",
            text="ร้านป้าแดง",
            match=MappingMatch.MERCHANT,
            category=Category.FOOD,
            owners=3,
            otherwise=1,
            confidence=Confidence(0.786),
        ),
    ),
    Example(
        "a candidate approved",
        MappingReviewed(
            mapping_id=MAPPING_ID,
            version=2,
            key="ร้านป้าแดง",
            category=Category.FOOD,
            shared=True,
            decision=ReviewDecision.APPROVE,
            status=MappingStatus.ACTIVE,
            reviewer="nok@example.com",
            confidence=Confidence(0.893),
        ),
    ),
    Example(
        "another meaning was approved",
        MappingSuperseded(mapping_id=ENTRY_ID, version=3, key="ร้านป้าแดง", category=Category.GROCERIES, by=MAPPING_ID),
    ),
    Example(
        "a pattern that is none",
        CategoryRejected(
            command_type=TeachMapping.type,
            command_id=_COMMAND_ID,
            code=ErrorCode.INVALID_PATTERN,
            message=LocalizedText.of(ErrorCode.INVALID_PATTERN),
            field="patterns.0",
            reason="missing ): (office",
        ),
    ),
    Example(
        "never decided",
        CategoryFailed(
            command_type=ReviewMapping.type,
            command_id=_COMMAND_ID,
            code=ErrorCode.CONCURRENT_UPDATE,
            message=LocalizedText.of(ErrorCode.CONCURRENT_UPDATE),
            reason="the stream was changed by others",
            dead_letter=DeadLetter(
                topic="poon.categories.dlt",
                original_topic="poon.categories.commands",
                original_partition=3,
                original_offset=12,
            ),
            attempts=5,
        ),
    ),
)
"""At least one of every event of the area."""
