"""Counts and sums of what was read, by account and currency, beside what the file itself says of them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from adapters.statements.limits import Limits
from contracts.errors import ErrorCode
from contracts.money import Currency
from workers.ports.errors import StatementError
from workers.ports.statements import AccountTotals, BadRow, Direction, StatementRow, StatementSummary

_ZERO: Final = Decimal("0.00")
Key = tuple[str | None, Currency]


class Tally:
    """Of one reading."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._sums: dict[Key, dict[Direction, Decimal]] = {}
        self._told: dict[Key, dict[str, Decimal]] = {}
        self._good = 0
        self._bad = 0
        self._notes = 0

    def take(self, row: StatementRow | BadRow) -> None:
        """Count a row.

        Raises:
            StatementError: statement_not_understood: there are more accounts than a person has.
        """
        if isinstance(row, BadRow):
            self._bad += 1
            return
        self._good += 1
        key = (row.account, row.currency)
        sums = self._sums.get(key)
        if sums is None:
            if len(self._sums) >= self._limits.accounts:
                reason = f"the rows tell more than {self._limits.accounts} accounts"
                raise StatementError(ErrorCode.STATEMENT_NOT_UNDERSTOOD, reason, field="account")
            sums = self._sums[key] = dict.fromkeys(Direction, _ZERO)
        sums[row.direction] += row.amount

    def note(self) -> None:
        """Count a line that is no transaction."""
        self._notes += 1

    def tell(self, key: Key, told: Mapping[str, Decimal]) -> None:
        """Remember what the file says: opening (the first said counts), closing, told_out, told_in (the last)."""
        if key not in self._told and len(self._told) >= self._limits.accounts:
            return
        said = self._told.setdefault(key, {})
        for name, number in told.items():
            if name != "opening" or name not in said:
                said[name] = number

    def summary(self) -> StatementSummary:
        """All of it so far."""
        keys = dict.fromkeys([*self._sums, *self._told])
        return StatementSummary(
            rows=self._good + self._bad,
            good=self._good,
            bad=self._bad,
            notes=self._notes,
            accounts=tuple(self._account(key) for key in keys),
        )

    def _account(self, key: Key) -> AccountTotals:
        account, currency = key
        sums = self._sums.get(key) or dict.fromkeys(Direction, _ZERO)
        told = self._told.get(key, {})
        return AccountTotals(
            account=account,
            currency=currency,
            money_out=sums[Direction.OUT].quantize(currency.quantum),
            money_in=sums[Direction.IN].quantize(currency.quantum),
            opening=told.get("opening"),
            closing=told.get("closing"),
            told_out=told.get("told_out"),
            told_in=told.get("told_in"),
        )
