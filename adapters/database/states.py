"""Aggregates' current states as rows: one table for each kind, written by statements of one shape."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final, NamedTuple
from uuid import UUID

from adapters.database.mapping_rows import MAPPING_FIELDS, mapping_values, sqlite_mapping_values
from adapters.database.pair_rows import PAIR_FIELDS, pair_values, sqlite_pair_values
from adapters.database.rows import ENTRY_FIELDS, entry_values, sqlite_entry_values
from workers.domain.duplicates import DuplicatePair
from workers.domain.mappings import CategoryMapping
from workers.domain.spending import SpendingEntry
from workers.ports.store import AggregateState

StatePlace = tuple[str, UUID]
"""Tenant and id: a row of a table of states."""


class OwnerPlace(NamedTuple):
    """Whose mappings."""

    tenant: str
    owner: str


_ORDER: Final = attrgetter("tenant", "id", "version")


@dataclass(frozen=True, slots=True, eq=False)
class StateTable:
    """The table of one kind of aggregate; its rows are found by tenant and id, and follow on each other by version.

    Attributes:
        types: PostgreSQL's types of the columns that are no text.
        documents: the columns that hold JSON.
        values: a state's values for PostgreSQL, in the order of the fields.
        sqlite_values: the same as the tables' types would write them on SQLite.
    """

    name: str
    fields: tuple[str, ...]
    types: Mapping[str, str]
    documents: frozenset[str]
    values: Callable[[Any], tuple[Any, ...]]
    sqlite_values: Callable[[Any], tuple[Any, ...]]

    @property
    def changing(self) -> tuple[str, ...]:
        """The fields a new version may change."""
        return tuple(name for name in self.fields if name not in {"tenant", "id"})


SPENDING_ENTRIES: Final = StateTable(
    name="spending_entries",
    fields=ENTRY_FIELDS,
    types={
        "id": "uuid",
        "version": "int4",
        "amount": "numeric",
        "spent_on": "date",
        "spent_at": "time",
        "confidence": "float8",
    },
    documents=frozenset({"tags", "source"}),
    values=entry_values,
    sqlite_values=sqlite_entry_values,
)

CATEGORY_MAPPINGS: Final = StateTable(
    name="category_mappings",
    fields=MAPPING_FIELDS,
    types={"id": "uuid", "version": "int4", "priority": "int2", "confirmations": "int4", "contradictions": "int4"},
    documents=frozenset({"aliases", "patterns"}),
    values=mapping_values,
    sqlite_values=sqlite_mapping_values,
)

DUPLICATE_PAIRS: Final = StateTable(
    name="duplicate_pairs",
    fields=PAIR_FIELDS,
    types={"id": "uuid", "version": "int4", "one": "uuid", "two": "uuid"},
    documents=frozenset(),
    values=pair_values,
    sqlite_values=sqlite_pair_values,
)

_TABLES: Final[Mapping[type[Any], StateTable]] = {
    SpendingEntry: SPENDING_ENTRIES,
    CategoryMapping: CATEGORY_MAPPINGS,
    DuplicatePair: DUPLICATE_PAIRS,
}
"""Also the order in which all workers write to them."""


def by_table(states: Iterable[AggregateState]) -> list[tuple[StateTable, Sequence[AggregateState]]]:
    """States by the table they belong to, in the order all workers take row locks in: by table, tenant, id, version."""
    kinds: dict[type[Any], list[AggregateState]] = {}
    for state in states:
        kinds.setdefault(type(state), []).append(state)
    return [(table, sorted(kinds[kind], key=_ORDER)) for kind, table in _TABLES.items() if kind in kinds]


def rounds(states: Iterable[AggregateState]) -> Iterator[Sequence[AggregateState]]:
    """Split states of a kind so that none occurs twice in a round, versions of one ascending.

    A statement changes a row once.
    """
    waiting = sorted(states, key=_ORDER)
    while waiting:
        now = {(state.tenant, state.id): state for state in reversed(waiting)}
        yield [state for state in waiting if now[state.tenant, state.id] is state]
        waiting = [state for state in waiting if now[state.tenant, state.id] is not state]
