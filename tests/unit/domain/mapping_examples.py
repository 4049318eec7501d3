"""Mappings and lessons to start from."""

from typing import Any
from uuid import UUID

from contracts.commands.categories import ReviewMapping, TeachMapping
from contracts.mappings import MappingMatch, MappingSource, MappingStatus, ReviewDecision
from contracts.values import Category
from workers.domain.mapping_keys import key_of
from workers.domain.mappings import (
    SHARED,
    CategoryMapping,
    Lesson,
    own_mapping_id,
    shared_mapping_id,
)

TENANT = "acme"
OWNER = "nok"
STRANGER = "anan"
SHOP = "ร้านป้าแดง"


def lesson(text: str = SHOP, category: Category = Category.FOOD, **changes: Any) -> Lesson:  # noqa: ANN401
    values: dict[str, Any] = {"source": MappingSource.MANUAL}
    return Lesson(key_of(text), text, category, **values | changes)


def own_mapping(text: str = SHOP, category: Category = Category.FOOD, **changes: Any) -> CategoryMapping:  # noqa: ANN401
    """An owner's mapping, taught once."""
    tenant, owner = changes.get("tenant", TENANT), changes.get("owner", OWNER)
    values: dict[str, Any] = {
        "id": own_mapping_id(tenant, owner, key_of(text)),
        "tenant": tenant,
        "owner": owner,
        "version": 1,
        "key": key_of(text),
        "text": text,
        "match": MappingMatch.MERCHANT,
        "aliases": (),
        "patterns": (),
        "category": category,
        "subcategory": None,
        "priority": 50,
        "source": MappingSource.MANUAL,
        "status": MappingStatus.ACTIVE,
        "confirmations": 1,
        "contradictions": 0,
    }
    return CategoryMapping(**values | changes)


def shared_mapping(text: str = SHOP, category: Category = Category.FOOD, **changes: Any) -> CategoryMapping:  # noqa: ANN401
    """A candidate for everybody, which three owners taught."""
    candidate: dict[str, Any] = {
        "id": shared_mapping_id(changes.get("tenant", TENANT), key_of(text), MappingMatch.MERCHANT, category),
        "owner": SHARED,
        "source": MappingSource.LEARNED,
        "status": MappingStatus.CANDIDATE,
        "confirmations": 3,
    }
    return own_mapping(text, category, **candidate | changes)


def teach_command(text: str = SHOP, category: Category = Category.FOOD, **changes: Any) -> TeachMapping:  # noqa: ANN401
    return TeachMapping(text=text, category=category, **changes)


def review_command(
    mapping_id: UUID, decision: ReviewDecision = ReviewDecision.APPROVE, version: int | None = None
) -> ReviewMapping:
    return ReviewMapping(mapping_id=mapping_id, decision=decision, reviewer="somsri", expected_version=version)
