"""Cells of read models as rows of their tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final, NamedTuple

from sqlalchemy import Table, bindparam, delete
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.database.tables import (
    processing_quality,
    projection_streams,
    spending_merchants,
    spending_months,
)
from workers.ports.projections import Cell, MerchantCell, MonthCell, QualityCell, Tally


class CellTable(NamedTuple):
    """The table of one kind of cells; its columns are called as the cell's fields.

    Attributes:
        amount: the column of `Tally.amount`.
    """

    table: Table
    amount: str


OF_STREAMS: Final = frozenset({"spending"})
"""The projections that follow streams of the table of events; others have names of their own for what they follow."""

_TABLES: Final[Mapping[type[Any], CellTable]] = {
    MerchantCell: CellTable(spending_merchants, "amount"),
    MonthCell: CellTable(spending_months, "amount"),
    QualityCell: CellTable(processing_quality, "milliseconds"),
}
"""Also the order in which all who change rows take their locks."""

TABLES_OF: Final[Mapping[str, tuple[Table, ...]]] = {
    "spending": (spending_merchants, spending_months, projection_streams),
    "quality": (processing_quality, projection_streams),
}
"""What a generation of each projection consists of; how far it has followed streams comes last."""

Row = dict[str, Any]


async def add_to_cells(
    connection: AsyncConnection, generation: int, added: Mapping[Cell, Tally], *, is_sqlite: bool
) -> None:
    """Add to cells in the connection's transaction; a cell that holds nothing any more is removed.

    Everybody adds in the same order of rows, so that two who change the same ones wait for each other once.
    """
    by_kind: dict[type[Any], list[tuple[Cell, Tally]]] = defaultdict(list)
    for cell, tally in added.items():
        by_kind[type(cell)].append((cell, tally))
    for kind, place in _TABLES.items():
        cells = sorted(by_kind[kind])
        if cells:
            await _add(connection, place, [_row(generation, place, *cell) for cell in cells], is_sqlite=is_sqlite)
        emptied = [{"generation": generation, **asdict(cell)} for cell, tally in cells if tally.number < 0]
        if emptied:
            await _remove_empty(connection, place.table, emptied)


def _row(generation: int, place: CellTable, cell: Cell, tally: Tally) -> Row:
    return {"generation": generation, **asdict(cell), "count": tally.number, place.amount: tally.amount}


async def _add(connection: AsyncConnection, place: CellTable, rows: list[Row], *, is_sqlite: bool) -> None:
    table, amount = place
    own = table.c
    key = [column.name for column in table.primary_key]
    if is_sqlite:
        small = sqlite_insert(table)
        changes = {"count": own["count"] + small.excluded["count"], amount: own[amount] + small.excluded[amount]}
        await connection.execute(small.on_conflict_do_update(index_elements=key, set_=changes), rows)
    else:
        large = postgresql_insert(table)
        changes = {"count": own["count"] + large.excluded["count"], amount: own[amount] + large.excluded[amount]}
        await connection.execute(large.on_conflict_do_update(index_elements=key, set_=changes), rows)


async def _remove_empty(connection: AsyncConnection, table: Table, cells: list[Row]) -> None:
    statement = delete(table).where(table.c["count"] == 0)
    for column in table.primary_key:
        statement = statement.where(column == bindparam(f"own_{column.name}", type_=column.type))
    await connection.execute(statement, [{f"own_{name}": value for name, value in cell.items()} for cell in cells])
