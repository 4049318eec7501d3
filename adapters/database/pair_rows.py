"""Pairs of entries that are two purchases as rows, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from adapters.database.rows import refuse_nul
from adapters.database.tables import duplicate_pairs
from workers.domain.duplicates import DuplicatePair

PAIR_COLUMNS: Final = tuple(duplicate_pairs.c)
PAIR_FIELDS: Final = tuple(column.name for column in PAIR_COLUMNS)


def pair_values(pair: DuplicatePair) -> tuple[Any, ...]:
    """A pair's values for PostgreSQL, in the order of PAIR_FIELDS."""
    values = pair._asdict()
    return tuple(values[name] for name in PAIR_FIELDS)


def sqlite_pair_values(pair: DuplicatePair) -> tuple[Any, ...]:
    """A pair's values as the tables' types would write them on SQLite.

    Raises:
        UnstorableRowError: PostgreSQL would refuse a text.
    """
    refuse_nul(pair)
    values = pair._asdict() | {"id": pair.id.hex, "one": pair.one.hex, "two": pair.two.hex}
    return tuple(values[name] for name in PAIR_FIELDS)


def pair_of(row: Mapping[Any, Any]) -> DuplicatePair:
    """A pair from the tables' types."""
    return DuplicatePair(**row)
