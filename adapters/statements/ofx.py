"""OFX and QFX statements: amounts are signed by the format, days are year first, and each account says its balance."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone
from typing import IO, Final
from zoneinfo import ZoneInfo

from adapters.statements.amounts import amount_of, in_currency
from adapters.statements.dates import Calendar, day_in
from adapters.statements.headings import currency_of
from adapters.statements.limits import Limits
from adapters.statements.ofx_events import events
from adapters.statements.records import RowFaultError
from adapters.statements.tally import Tally
from contracts.errors import ErrorCode
from contracts.money import Currency
from workers.ports.errors import StatementError
from workers.ports.statements import BadRow, Direction, StatementHints, StatementRow

_TRANSACTION: Final = "STMTTRN"
_STATEMENTS: Final = frozenset({"STMTRS", "CCSTMTRS"})
_BALANCE: Final = "LEDGERBAL"
_ACCOUNTS: Final = frozenset({"BANKACCTFROM", "CCACCTFROM"})
_GROUPS: Final = frozenset({_TRANSACTION, _BALANCE, "PAYEE", "CURRENCY", "ORIGCURRENCY"}) | _STATEMENTS | _ACCOUNTS
_FIELDS: Final = 64
_DATE: Final = re.compile(
    r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"
    r"(?:(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})(?:(?P<second>[0-9]{2})(?:\.[0-9]{1,6})?)?)?"
    r"(?:\[(?P<offset>[+-]?[0-9]{1,2}(?:\.[0-9]{1,2})?)(?::[A-Za-z]{1,8})?\])?"
)
_FILLERS: Final = frozenset({time(0, 0), time(12, 0)})
"""What programs write that know the day only."""
_DECIMAL_COMMA: Final = re.compile(r"[+-]?[0-9]+,[0-9]{1,2}")


class OfxRows:
    """Reads one file."""

    def __init__(self, file: IO[bytes], encoding: str, hints: StatementHints, tally: Tally, limits: Limits) -> None:
        """Go through the file once, so that one that breaks off is refused before its first row is taken.

        Raises:
            StatementError: statement_unreadable, or statement_not_understood: there is no statement in it.
        """
        self._source = (file, encoding, hints, limits)
        seen = _Walk(hints, Tally(limits), limits)
        for _ in self._events(seen):
            limits.check_rows(seen.number)
            seen.done.clear()
        if not seen.statements:
            reason = "the file holds no statement of a bank account or a card"
            raise StatementError(ErrorCode.STATEMENT_NOT_UNDERSTOOD, reason, field="header")
        self._tally = tally

    def rows(self) -> Iterator[StatementRow | BadRow]:
        _, _, hints, limits = self._source
        walk = _Walk(hints, self._tally, limits)
        for _ in self._events(walk):
            while walk.done:
                yield walk.done.popleft()

    def _events(self, walk: _Walk) -> Iterator[None]:
        file, encoding, _, limits = self._source
        return events(file, encoding, (walk.start, walk.end, walk.text), limits)


class _Walk:
    """Puts transactions together from tags and texts."""

    def __init__(self, hints: StatementHints, tally: Tally, limits: Limits) -> None:
        self._hints = hints
        self._calendar = Calendar(hints.reference, ZoneInfo(hints.time_zone))
        self._tally = tally
        self._limits = limits
        self._groups: list[str] = []
        self._tag = ""
        self._text: list[str] = []
        self._size = 0
        self._fields: dict[str, str] | None = None
        self.number = 0
        self._account: str | None = None
        self._currency: Currency | None = hints.currency
        self.statements = 0
        self.done: deque[StatementRow | BadRow] = deque()

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        self._leaf()
        self._tag = tag
        if tag not in _GROUPS:
            return
        if tag == _TRANSACTION:
            self._begin()
        elif tag in _STATEMENTS:
            self.statements += 1
            self._account, self._currency = None, self._hints.currency
        if len(self._groups) < self._limits.depth:
            self._groups.append(tag)

    def text(self, text: str) -> None:
        if self._tag and self._size <= self._limits.cell:
            self._text.append(text)
            self._size += len(text)

    def end(self, tag: str) -> None:
        self._leaf()
        if tag == _TRANSACTION and self._fields is not None:
            fields, self._fields = self._fields, None
            self.done.append(self._row(fields))
        if tag in self._groups:
            while self._groups.pop() != tag:
                pass

    def _begin(self) -> None:
        if self._fields is not None:
            fault = RowFaultError("row", "the transaction before this one has no end")
            self.done.append(self._bad(self._fields, fault))
        self._fields = {}
        self.number += 1

    def _leaf(self) -> None:
        """The text since the last tag was its value."""
        tag, value = self._tag, "".join(self._text)[: self._limits.cell].strip()
        self._tag, self._text, self._size = "", [], 0
        if not tag or not value:
            return
        group = self._groups[-1] if self._groups else ""
        if self._fields is not None:
            if len(self._fields) < _FIELDS:
                self._fields[tag if group == _TRANSACTION else f"{group}.{tag}"] = value
        elif group in _ACCOUNTS and tag == "ACCTID":
            self._account = value
        elif tag == "CURDEF":
            self._currency = currency_of(value)
        elif group == _BALANCE and tag == "BALAMT":
            self._balance(value)

    def _balance(self, value: str) -> None:
        try:
            amount = amount_of(_with_point(value), "balance")
        except RowFaultError:
            return  # the rows count all the same
        if amount and self._currency:
            self._tally.tell((self._account, self._currency), {"closing": amount.number})

    def _row(self, fields: dict[str, str]) -> StatementRow | BadRow:
        try:
            return self._read(fields)
        except RowFaultError as fault:
            return self._bad(fields, fault)

    def _read(self, fields: dict[str, str]) -> StatementRow:
        day, at = self._moment(fields.get("DTUSER") or fields.get("DTPOSTED", ""))
        written = fields.get("CURRENCY.CURSYM")
        currency = currency_of(written) if written else self._currency
        if currency is None:
            raise RowFaultError("currency", "is none that is known")
        amount = amount_of(_with_point(fields.get("TRNAMT", "")), "amount")
        if amount is None:
            raise RowFaultError("amount", "is missing")
        if amount.number == 0:
            raise RowFaultError("amount", "is zero", ErrorCode.AMOUNT_OUT_OF_RANGE)
        texts = [" ".join(fields.get(name, "").split()) for name in ("NAME", "PAYEE.NAME", "MEMO")]
        return StatementRow(
            number=self.number,
            day=day,
            at=at,
            amount=abs(in_currency(amount.number, currency, "amount")),
            currency=currency,
            direction=Direction.OUT if amount.number < 0 else Direction.IN,
            balance=None,
            description=" · ".join(dict.fromkeys(text for text in texts if text)),
            reference=fields.get("FITID"),
            channel=None,
            account=self._account,
            raw=fields,
        )

    def _moment(self, text: str) -> tuple[date, time | None]:
        if not text:
            raise RowFaultError("date", "is missing")
        found = _DATE.fullmatch(text)
        if found is None:
            raise RowFaultError("date", "has no form of a date that is read")
        year, month, day = int(found["year"]), int(found["month"]), int(found["day"])
        at = _time(found)
        if at is None or found["offset"] is None:
            return day_in(self._calendar.whole(year, month, day, None), None), at
        moved = self._moved(year, month, day, at, float(found["offset"]))
        return day_in(self._calendar.whole(moved.year, moved.month, moved.day, None), None), moved.time()

    def _moved(self, year: int, month: int, day: int, at: time, hours: float) -> datetime:
        try:
            there = datetime.combine(date(year, month, day), at, timezone(timedelta(hours=hours)))
            return there.astimezone(ZoneInfo(self._hints.time_zone))
        except (ValueError, OverflowError):
            raise RowFaultError("date", "is no day of the calendar") from None

    def _bad(self, fields: dict[str, str], fault: RowFaultError) -> BadRow:
        return BadRow(self.number, fault.code, fault.field, fault.reason, fields)


def _time(found: re.Match[str]) -> time | None:
    if found["hour"] is None:
        return None
    try:
        at = time(int(found["hour"]), int(found["minute"]), int(found["second"] or 0))
    except ValueError:
        raise RowFaultError("date", "has a time that is no time of day") from None
    return None if at in _FILLERS else at


def _with_point(text: str) -> str:
    """The format allows a decimal comma, and no separators of thousands; banks that have those use a point too."""
    return text.replace(",", ".") if _DECIMAL_COMMA.fullmatch(text.strip()) else text
