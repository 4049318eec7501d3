"""A statement that was read, as people and scripts see it: pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Final

from workers.ports.statements import (
    AccountTotals,
    BadRow,
    Direction,
    StatementLayout,
    StatementRow,
    StatementSummary,
)

_ORDERS: Final = {"dmy": "day, month, year", "mdy": "month, day, year", "ymd": "year, month, day"}
_DELIMITERS: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_BECAUSE: Final = {
    "hint": "as you said",
    "balance": "as the balances tell",
    "marks": "since the others are marked",
    "card": "since it is a card's statement",
    "minus": "since most amounts have a minus",
}


@dataclass(frozen=True, slots=True)
class Check:
    """What is shown of a statement.

    Attributes:
        rows: the first good ones, as many as were asked for.
        bad: the first bad ones.
    """

    layout: StatementLayout
    rows: Sequence[StatementRow]
    bad: Sequence[BadRow]
    summary: StatementSummary

    @property
    def is_well(self) -> bool:
        """Whether every row was read, and no sum differs from the file's own."""
        return not self.summary.bad and all(account.agrees is not False for account in self.summary.accounts)


def layout_lines(layout: StatementLayout) -> Iterator[str]:
    """What the file is."""
    details = [
        layout.encoding,
        f"cells parted by {_DELIMITERS[layout.delimiter]}" if layout.delimiter else None,
        f"sheet {layout.sheet}" if layout.sheet else None,
        f"header in line {layout.header}" if layout.header else None,
    ]
    yield ", ".join([layout.kind.value.upper(), *(detail for detail in details if detail)])
    if layout.date_order:
        assumed = " (assumed: no row proves it)" if layout.date_order_assumed else ""
        yield f"Dates are {_ORDERS[layout.date_order]}{assumed}"
    if layout.positive and layout.positive_because:
        way = "went out" if layout.positive is Direction.OUT else "came in"
        yield f"A positive amount {way}, {_BECAUSE[layout.positive_because]}"


def column_lines(layout: StatementLayout) -> Iterator[tuple[str, str]]:
    """Each column and what it is taken to mean."""
    for column in layout.columns:
        yield " ".join(column.name.split()), column.meaning or "not used"


def row_lines(rows: Sequence[StatementRow]) -> Iterator[tuple[str, ...]]:
    """Good rows."""
    for row in rows:
        out, came_in = (f"{row.amount:,}", "") if row.direction is Direction.OUT else ("", f"{row.amount:,}")
        at = row.at.isoformat("minutes") if row.at else ""
        balance = "" if row.balance is None else f"{row.balance:,}"
        yield str(row.number), row.day.isoformat(), at, out, came_in, row.currency.value, balance, row.description


def bad_lines(rows: Sequence[BadRow]) -> Iterator[tuple[str, str, str, str]]:
    """Bad rows."""
    for row in rows:
        yield str(row.number), row.field, row.reason, " | ".join(" ".join(cell.split()) for cell in row.raw.values())


def total_lines(found: Check) -> Iterator[str]:
    """Counts, and the sums of each account."""
    summary = found.summary
    yield f"{summary.rows} rows: {summary.good} read, {summary.bad} not; {summary.notes} other lines"
    if summary.bad > len(found.bad):
        yield f"{summary.bad - len(found.bad)} more rows that cannot be read: --bad {summary.bad} shows them"
    for account in summary.accounts:
        name = f"{account.account}: " if account.account else ""
        yield f"{name}out {account.money_out:,}, in {account.money_in:,} {account.currency}{_beside(account)}"


def _beside(account: AccountTotals) -> str:
    told = {
        "opening": account.opening,
        "closing": account.closing,
        "total out": account.told_out,
        "total in": account.told_in,
    }
    says = ", ".join(f"{name} {value:,}" for name, value in told.items() if value is not None)
    verdict = {True: "; it agrees", False: "; IT DIFFERS", None: ""}[account.agrees]
    return f"; the file says {says}{verdict}" if says else ""


def check_json(found: Check) -> dict[str, Any]:
    """All of it for scripts; amounts are strings, exact."""
    layout, summary = found.layout, found.summary
    return {
        "layout": asdict(layout),
        "rows": summary.rows,
        "good": summary.good,
        "bad": summary.bad,
        "notes": summary.notes,
        "accounts": [_plain(asdict(account)) | {"agrees": account.agrees} for account in summary.accounts],
        "good_rows": [_plain(asdict(row)) for row in found.rows],
        "bad_rows": [_plain(asdict(row)) for row in found.bad],
    }


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in values.items()}
