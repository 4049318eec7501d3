"""Turns the records of a table that is understood into transactions, and says of every other what is wrong with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, time
from decimal import Decimal
from typing import Final

from adapters.statements.amounts import Amount, amount_of, in_currency
from adapters.statements.dates import Calendar, day_in, time_of
from adapters.statements.headings import currency_of, direction_of, label_of
from adapters.statements.records import Cell, Record, RowFaultError, Unusable, cell_at, text_of
from adapters.statements.survey import Understanding
from adapters.statements.tally import Tally
from contracts.errors import ErrorCode
from contracts.money import Currency
from workers.ports.statements import BadRow, Direction, StatementHints, StatementRow

_MONEY: Final = ("amount", "debit", "credit")
_ROW: Final = "row"
_TOLD: Final = ("opening", "closing", "told_out", "told_in")
_LONGEST_DESCRIPTION: Final = 2_000


class RowReader:
    """Reads one table; keeps account of what it read in a tally."""

    def __init__(self, understood: Understanding, hints: StatementHints, calendar: Calendar, tally: Tally) -> None:
        self._understood = understood
        self._heading = understood.heading
        self._calendar = calendar
        self._tally = tally
        self._currency = self._heading.currency or hints.currency
        self._account: str | None = None
        self._names = _distinct(self._heading.names)
        date_column = self._heading.column("date")
        self._date = self._heading.column("posted") if date_column is None else date_column

    def preamble(self, record: Record) -> None:
        """Take account number, currency and balances from a line before the header."""
        for label, value in _labelled(record.cells):
            if label == "account":
                self._account = text_of(value) or self._account
            elif label == "currency":
                self._currency = currency_of(text_of(value)) or self._currency
            elif label in _TOLD:
                self._tell(label, value)

    def row(self, record: Record) -> StatementRow | BadRow | None:
        """The transaction of a line; None if it is none, which the tally notes unless it is empty."""
        if record.problem:
            return self._bad(record, RowFaultError(_ROW, record.problem))
        if all(cell == "" or not text_of(cell) for cell in record.cells):
            return None
        if self._is_note(record):
            self._tally.note()
            return None
        try:
            return self._read(record)
        except RowFaultError as fault:
            return self._bad(record, fault)

    def _is_note(self, record: Record) -> bool:
        cells = record.cells
        if self._is_heading(cells):
            return True
        if self._told_carried(cells):
            return True
        dated, money = self._is_dated(cells), self._money_told(cells)
        if not dated and self._told_totals(cells):
            return True
        if not (dated and money) and self._told_balance(cells):
            return True
        return not dated and not money

    def _is_dated(self, cells: Sequence[Cell]) -> bool:
        try:
            return self._calendar.read(cell_at(cells, self._date)) is not None
        except RowFaultError:
            return False

    def _money_told(self, cells: Sequence[Cell]) -> bool:
        return any(text_of(self._cell(cells, name)) not in {"", "-"} for name in _MONEY)

    def _is_heading(self, cells: Sequence[Cell]) -> bool:
        return tuple(text_of(cell) for cell in cells) == self._heading.names

    def _told_carried(self, cells: Sequence[Cell]) -> bool:
        """Whether the line carries a balance forward, which some banks write where the amounts are."""
        labels = {_label(cell_at(cells, place)) for place in self._heading.columns("description")}
        carried = labels & {"opening", "closing"}
        if len(carried) != 1:
            return False
        told = (self._cell(cells, name) for name in ("balance", *_MONEY))
        self._tell(carried.pop() or "", next((cell for cell in told if text_of(cell)), ""))
        return True

    def _told_balance(self, cells: Sequence[Cell]) -> bool:
        """Whether the line only tells balances or sums beside their names; if so they are remembered."""
        if not any(_label(cell) in _TOLD for cell in cells):
            return False
        for label, value in _labelled(cells):
            self._tell(label, value)
        return True

    def _told_totals(self, cells: Sequence[Cell]) -> bool:
        """Whether the line tells the sums of the columns above it; if so they are remembered."""
        if not any(_label(cell) == "total" for cell in cells):
            return False
        for label, name in (("told_out", "debit"), ("told_in", "credit")):
            self._tell(label, self._cell(cells, name))
        return True

    def _tell(self, label: str, value: Cell) -> None:
        try:
            amount = amount_of(value, label)
        except RowFaultError:
            return  # a remark that begins like a label
        if amount and label in _TOLD:
            number = amount.balance if label in {"opening", "closing"} else abs(amount.number)
            self._tally.tell((self._account, self._currency), {label: number})

    def _read(self, record: Record) -> StatementRow:
        cells = record.cells
        width = len(self._heading.names)
        if any(text_of(cell) for cell in cells[width:]):
            raise RowFaultError(_ROW, "has more cells than the header; a comma outside of quotes?")
        day, at = self._moment(cells)
        amount, direction, currency = self._amount(cells)
        if amount == 0:
            raise RowFaultError("amount", "is zero", ErrorCode.AMOUNT_OUT_OF_RANGE)
        balance = amount_of(self._cell(cells, "balance"), "balance")
        return StatementRow(
            number=record.number,
            day=day,
            at=at,
            amount=in_currency(amount, currency, "amount"),
            currency=currency,
            direction=direction,
            balance=in_currency(balance.balance, currency, "balance") if balance else None,
            description=self._text(cells, "description"),
            reference=self._text(cells, "reference") or None,
            channel=self._text(cells, "channel") or None,
            account=text_of(self._cell(cells, "account")) or self._account,
            raw=self._raw(cells),
        )

    def _moment(self, cells: Sequence[Cell]) -> tuple[date, time | None]:
        reading = self._calendar.read(cell_at(cells, self._date))
        if reading is None:
            raise RowFaultError("date", "is missing")
        return day_in(reading, self._understood.order), time_of(self._cell(cells, "time")) or reading.at

    def _amount(self, cells: Sequence[Cell]) -> tuple[Decimal, Direction, Currency]:
        if self._heading.column("amount") is None:
            return self._from_two(cells)
        amount = amount_of(self._cell(cells, "amount"), "amount")
        if amount is None:
            raise RowFaultError("amount", "is missing")
        return abs(amount.number), self._direction(cells, amount), self._currency_of(cells, amount)

    def _from_two(self, cells: Sequence[Cell]) -> tuple[Decimal, Direction, Currency]:
        """From the columns of debit and credit, of which one holds the amount."""
        told: list[tuple[str, Amount]] = []
        for name in ("debit", "credit"):
            amount = amount_of(self._cell(cells, name), name)
            if amount is not None:
                told.append((name, amount))
        filled = [(name, amount) for name, amount in told if amount.number] or told[:1]
        if len(filled) != 1:
            raise RowFaultError("amount", "is missing" if not filled else "stands under debit and under credit")
        ((name, amount),) = filled
        direction = Direction.OUT if name == "debit" else Direction.IN
        if amount.mark not in {None, direction}:
            raise RowFaultError(name, "is marked as the other way")
        if amount.number and (amount.number < 0) != (name in self._understood.decorated):
            raise RowFaultError(name, "has another sign than the other amounts of the column")
        return abs(amount.number), direction, self._currency_of(cells, amount)

    def _direction(self, cells: Sequence[Cell], amount: Amount) -> Direction:
        told = amount.mark
        if self._heading.column("direction") is not None:
            told = direction_of(text_of(self._cell(cells, "direction")))
            if told is None or amount.mark not in {None, told}:
                raise RowFaultError("direction", "does not say whether money went out or came in")
        if told is not None:
            if amount.number < 0 and told is Direction.IN:
                raise RowFaultError("amount", "is negative, but is said to have come in")
            return told
        positive = self._understood.positive
        if positive is None:
            raise RowFaultError("amount", "has no sign and no mark that tells which way it went")
        return positive if amount.number >= 0 else positive.other

    def _currency_of(self, cells: Sequence[Cell], amount: Amount) -> Currency:
        written = text_of(self._cell(cells, "currency"))
        told = currency_of(written) if written else amount.currency
        if (written and told is None) or (amount.currency and told is not amount.currency):
            raise RowFaultError("currency", "is none that is known, or contradicts the amount")
        return told or self._currency

    def _text(self, cells: Sequence[Cell], meaning: str) -> str:
        parts = []
        for place in self._heading.columns(meaning):
            cell = cell_at(cells, place)
            if isinstance(cell, Unusable):
                raise RowFaultError(meaning, cell.reason)
            if text := " ".join(text_of(cell).split()):
                parts.append(text)
        return " · ".join(dict.fromkeys(parts))[:_LONGEST_DESCRIPTION]

    def _raw(self, cells: Sequence[Cell]) -> dict[str, str]:
        return {name: text for name, cell in zip(self._names, cells, strict=False) if (text := text_of(cell))}

    def _bad(self, record: Record, fault: RowFaultError) -> BadRow:
        return BadRow(record.number, fault.code, fault.field, fault.reason, self._raw(record.cells))

    def _cell(self, cells: Sequence[Cell], meaning: str) -> Cell:
        return cell_at(cells, self._heading.column(meaning))


def _distinct(names: Sequence[str]) -> list[str]:
    """Names for the cells as they stand; columns without one, or with that of another, are told by their place."""
    counts = Counter(names)
    return [
        name if name and counts[name] == 1 else f"{name or 'column'} {place}" for place, name in enumerate(names, 1)
    ]


def _label(cell: Cell) -> str | None:
    return label_of(cell.partition(":")[0].strip()) if isinstance(cell, str) else None


def _labelled(cells: Sequence[Cell]) -> Iterator[tuple[str, Cell]]:
    """Labels with their values: behind a colon, or in the next cell that is not empty."""
    for place, cell in enumerate(cells):
        label = _label(cell)
        if label is None or not isinstance(cell, str):
            continue
        behind = cell.partition(":")[2].strip()
        value = behind or next((other for other in cells[place + 1 :] if text_of(other)), "")
        yield label, value
