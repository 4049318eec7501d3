"""Category mappings as rows, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from adapters.database.rows import refuse_nul
from adapters.database.tables import category_mappings
from contracts.mappings import MappingMatch, MappingSource, MappingStatus
from contracts.values import Category
from workers.domain.mappings import CategoryMapping

MAPPING_COLUMNS: Final = tuple(category_mappings.c)
MAPPING_FIELDS: Final = tuple(column.name for column in MAPPING_COLUMNS)


def mapping_values(mapping: CategoryMapping) -> tuple[Any, ...]:
    """A mapping's values for PostgreSQL, in the order of MAPPING_FIELDS."""
    values = mapping._asdict()
    values |= {
        "match": mapping.match.value,
        "aliases": _document(mapping.aliases),
        "patterns": _document(mapping.patterns),
        "category": mapping.category.value,
        "source": mapping.source.value,
        "status": mapping.status.value,
    }
    return tuple(values[name] for name in MAPPING_FIELDS)


def sqlite_mapping_values(mapping: CategoryMapping) -> tuple[Any, ...]:
    """A mapping's values as the tables' types would write them on SQLite.

    Raises:
        UnstorableRowError: PostgreSQL would refuse a text.
    """
    refuse_nul((*mapping, *mapping.aliases, *mapping.patterns))
    values = dict(zip(MAPPING_FIELDS, mapping_values(mapping), strict=True))
    return tuple((values | {"id": mapping.id.hex}).values())


def mapping_of(row: Mapping[Any, Any]) -> CategoryMapping:
    """A mapping from the tables' types."""
    values = dict(row)
    return CategoryMapping(
        **values
        | {
            "match": MappingMatch(values["match"]),
            "aliases": tuple(values["aliases"]),
            "patterns": tuple(values["patterns"]),
            "category": Category(values["category"]),
            "source": MappingSource(values["source"]),
            "status": MappingStatus(values["status"]),
        }
    )


def _document(texts: tuple[str, ...]) -> str:
    return json.dumps(texts, ensure_ascii=False) if texts else "[]"
