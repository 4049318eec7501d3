"""Goes through a table once, to find its header and what only a whole column can tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import islice
from typing import Final

from adapters.statements.amounts import Amount, amount_of
from adapters.statements.dates import Calendar, Orders
from adapters.statements.headings import Heading, direction_of, heading_of, tells_a_card
from adapters.statements.limits import Limits
from adapters.statements.records import Cell, Record, RowFaultError, Table, cell_at, text_of
from contracts.errors import ErrorCode
from workers.ports.errors import StatementError
from workers.ports.statements import Direction, StatementHints

_MOSTLY: Final = 0.9
_HALF: Final = 0.5


@dataclass(frozen=True, slots=True)
class Understanding:
    """Everything that is needed to read a table row by row.

    Attributes:
        header: how many records stand before the first row.
        header_number: the header line's number, for people.
        order: of bare numbers in dates.
        positive: which way a positive amount without a mark went; None where each row says it.
        decorated: the columns of debit and credit in which a minus is the rule.
    """

    heading: Heading
    header: int
    header_number: int
    order: str | None
    order_assumed: bool
    positive: Direction | None
    positive_because: str | None
    decorated: frozenset[str]


@dataclass(slots=True)
class _Column:
    """What the amounts of a single column say about the meaning of their signs."""

    marks: set[Direction] = field(default_factory=set)
    bare: int = 0
    minus: int = 0
    votes: Counter[Direction] = field(default_factory=Counter)
    before: tuple[Decimal, Decimal] | None = None

    def take(self, amount: Amount, balance: Amount | None) -> None:
        """Count an amount, and see whether the balance moved along with it or against it."""
        if amount.mark:
            self.marks.add(amount.mark)
        else:
            self.bare += 1
            self.minus += amount.number < 0
        if balance is None or amount.mark:
            self.before = None
            return
        if self.before is not None:
            self._compare(self.before, (amount.number, balance.balance))
        self.before = (amount.number, balance.balance)

    def _compare(self, above: tuple[Decimal, Decimal], below: tuple[Decimal, Decimal]) -> None:
        """Rows may be listed upwards or downwards in time; only what one way alone explains is evidence."""
        step = below[1] - above[1]
        ways = {
            way for way, sign in ((Direction.IN, 1), (Direction.OUT, -1)) if step in (sign * below[0], -sign * above[0])
        }
        if len(ways) == 1:
            self.votes.update(ways)

    def decide(self, *, card: bool) -> tuple[Direction | None, str | None]:
        """Which way a positive amount went, and what told so.

        An account has more rows of money that went out, so that a minus on most of them means that. A few among many
        are as likely the payments of a card. A card with a minus on most rows contradicts itself.

        Raises:
            StatementError: statement_not_understood: nothing tells it.
        """
        if not self.bare:
            return None, None
        way, count = next(iter(self.votes.most_common(1)), (Direction.IN, 0))
        if count and count >= _MOSTLY * self.votes.total():
            return way, "balance"
        if not count and len(self.marks) == 1:
            return next(iter(self.marks)).other, "marks"
        if not count and card and self.minus <= _HALF * self.bare:
            return Direction.OUT, "card"
        if not count and not card and self.minus >= _HALF * self.bare:
            return Direction.IN, "minus"
        reason = "nothing tells for sure which way the amounts went: no direction, mark or balance, and few minus signs"
        raise StatementError(ErrorCode.STATEMENT_NOT_UNDERSTOOD, reason, field="amount")


def survey(table: Table, hints: StatementHints, calendar: Calendar, limits: Limits) -> Understanding:
    """Read the whole table once.

    Raises:
        StatementError: there is no header, it or a column is ambiguous, or the file is damaged or too large.
    """
    records = table.records()
    card = False
    for place, record in enumerate(islice(records, limits.preamble), 1):
        card = card or any(tells_a_card(text_of(cell)) for cell in record.cells)
        found = heading_of(record.cells)
        if found:
            rows = _counted(records, limits)
            return _columns(rows, _Start(found, place, record.number, card), hints, calendar)
    reason = f"within {limits.preamble} lines there is no header that names a date and an amount"
    raise StatementError(ErrorCode.STATEMENT_NOT_UNDERSTOOD, reason, field="header")


def _counted(records: Iterator[Record], limits: Limits) -> Iterator[Record]:
    for count, record in enumerate((each for each in records if each.cells or each.problem), 1):
        limits.check_rows(count)
        yield record


@dataclass(frozen=True, slots=True)
class _Start:
    heading: Heading
    place: int
    number: int
    card: bool


def _columns(records: Iterator[Record], start: _Start, hints: StatementHints, calendar: Calendar) -> Understanding:
    look = _Look(start.heading, calendar)
    for record in records:
        look.take(record)
    heading = look.heading()
    order, assumed = look.orders.decide()
    told = Understanding(heading, start.place, start.number, order, assumed, None, None, look.decorated())
    if heading.column("amount") is None or heading.column("direction") is not None:
        return told
    positive, because = (hints.positive, "hint") if hints.positive else look.amounts.decide(card=start.card)
    return replace(told, positive=positive, positive_because=because)


class _Look:
    """Takes from each row what the survey is about; what cannot be read is none of its business."""

    def __init__(self, heading: Heading, calendar: Calendar) -> None:
        self._heading = heading
        self._calendar = calendar
        date_column = heading.column("date")
        self._date = heading.column("posted") if date_column is None else date_column
        self.orders = Orders()
        self.amounts = _Column()
        self._signs = {"debit": Counter[bool](), "credit": Counter[bool]()}
        self._directions = Counter[bool]()

    def take(self, record: Record) -> None:
        cells = record.cells
        try:
            reading = self._calendar.read(cell_at(cells, self._date))
        except RowFaultError:
            reading = None
        if reading is None:
            return
        self.orders.take(reading)
        amount = self._amount(cells, "amount")
        if amount:
            self.amounts.take(amount, self._amount(cells, "balance"))
        self._directions[direction_of(text_of(cell_at(cells, self._heading.column("direction")))) is not None] += 1
        for name, signs in self._signs.items():
            told = self._amount(cells, name)
            if told and told.number:
                signs[told.number < 0] += 1

    def heading(self) -> Heading:
        """The header in the light of its rows: a column such as "Type" may hold directions, or anything else."""
        known = self._directions
        return self._heading if known[True] >= _HALF * known.total() else self._heading.with_texts_for("direction")

    def decorated(self) -> frozenset[str]:
        """The columns in which nearly every amount has a minus: it then only repeats what the column says."""
        return frozenset(name for name, signs in self._signs.items() if signs[True] > _MOSTLY * signs.total())

    def _amount(self, cells: Sequence[Cell], name: str) -> Amount | None:
        try:
            return amount_of(cell_at(cells, self._heading.column(name)), name)
        except RowFaultError:
            return None
