"""An owner's month: an event-sourced aggregate that is frozen, reported on, and so closed.

Closing refuses no entry. Whatever is recorded, corrected or deleted in a closed month changes its fingerprint, and the
next closing reports it as a new revision. Deciding functions take the current state and a command and return what is
to be told, or raise RejectionError; `apply` folds an event into the state. All are pure.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Final, NamedTuple, assert_never
from uuid import UUID

from contracts.commands.months import FreezeMonth, ReportMonth, UnfreezeMonth
from contracts.errors import ErrorCode
from contracts.events.insights import DayRange
from contracts.events.months import (
    CategoryChange,
    CategoryTotal,
    CurrencyTotal,
    MonthClosed,
    MonthFrozen,
    MonthUnfrozen,
)
from contracts.ids import derived_id
from contracts.money import Currency
from contracts.values import Category
from workers.domain.errors import RejectionError
from workers.domain.insights.wording import money

ClosingEvent = MonthFrozen | MonthClosed | MonthUnfrozen

_MONTHS: Final = UUID("7c3a51de-7d1c-5b0e-9c36-51d0c6f6b2f4").bytes


def month_stream(owner: str, month: str) -> str:
    """The name of the stream of an owner's month."""
    return f"month-{derived_id(_MONTHS, f'{owner}|{month}')}"


def month_days(month: str) -> DayRange:
    """The days of a month such as 2026-01."""
    first = date.fromisoformat(f"{month}-01")
    return DayRange(first=first, last=first.replace(day=calendar.monthrange(first.year, first.month)[1]))


class KeptEntry(NamedTuple):
    """What closing a month has to know of an entry.

    Attributes:
        amount: in units of the currency.
    """

    id: UUID
    version: int
    amount: Decimal
    currency: Currency
    category: Category
    is_deleted: bool


class MonthCount(NamedTuple):
    """What a month's entries are at one moment.

    Attributes:
        fingerprint: differs whenever an entry came, went or changed.
        entries: how many there are, deleted ones left out.
        currencies: what they add up to.
    """

    fingerprint: str
    entries: int
    currencies: tuple[CurrencyTotal, ...]


class MonthCounter:
    """Counts a month's entries, one after the other, and keeps none of them."""

    def __init__(self) -> None:
        self._digest = sha256()
        self._sums: dict[tuple[Currency, Category], tuple[int, Decimal]] = {}

    def add(self, entry: KeptEntry) -> None:
        """Count an entry; they come in one order, whichever it is."""
        # With deleted ones and their versions, which only rise: an entry that came and went leaves its trace.
        self._digest.update(f"{entry.id.hex}:{entry.version};".encode())
        if not entry.is_deleted:
            place = (entry.currency, entry.category)
            entries, total = self._sums.get(place, (0, Decimal(0)))
            self._sums[place] = (entries + 1, total + entry.amount)

    def count(self) -> MonthCount:
        """All that was counted."""
        return MonthCount(
            self._digest.hexdigest(),
            sum(entries for entries, _ in self._sums.values()),
            tuple(self._currency(currency) for currency in sorted({currency for currency, _ in self._sums})),
        )

    def _currency(self, currency: Currency) -> CurrencyTotal:
        own = {category: sums for (unit, category), sums in self._sums.items() if unit is currency}
        ordered = sorted(own.items(), key=lambda one: (-one[1][1], one[0]))
        return CurrencyTotal(
            currency=currency,
            entries=sum(entries for entries, _ in own.values()),
            total=money(sum((total for _, total in own.values()), Decimal(0)), currency),
            categories=tuple(
                CategoryTotal(category=category, entries=entries, total=money(total, currency))
                for category, (entries, total) in ordered
            ),
        )


@dataclass(frozen=True, slots=True)
class Month:
    """A month as its history tells it.

    Attributes:
        version: of its stream.
        frozen: how it was found by the workflow that is closing it, if one is.
        reports: those that hold, by revision.
        last_revision: of the reports that hold or were withdrawn.
    """

    version: int = 0
    frozen: MonthFrozen | None = None
    reports: tuple[MonthClosed, ...] = ()
    last_revision: int = 0

    @property
    def report(self) -> MonthClosed | None:
        """The report that holds."""
        return self.reports[-1] if self.reports else None

    def frozen_by(self, workflow_id: UUID) -> MonthFrozen | None:
        """How the workflow found it, if it is the one that is closing it."""
        return self.frozen if self.frozen is not None and self.frozen.workflow_id == workflow_id else None


OPEN: Final = Month()
"""A month that was never closed."""


class Told(NamedTuple):
    """What a command is answered with.

    Attributes:
        is_new: whether it belongs to the month's history, or only says again what stands there.
    """

    event: ClosingEvent
    is_new: bool


def freeze(month: Month, command: FreezeMonth, counted: MonthCount) -> Told:
    """Decide to hold on to what the entries are.

    Raises:
        RejectionError: month_being_closed, by another workflow.
    """
    if (before := month.frozen_by(command.workflow_id)) is not None:
        return Told(before, is_new=False)
    if month.frozen is not None:
        raise RejectionError(ErrorCode.MONTH_BEING_CLOSED, f"by workflow {month.frozen.workflow_id}", field="month")
    report = month.report
    unchanged = report is not None and (report.fingerprint, report.budgets) == (counted.fingerprint, command.budgets)
    frozen = MonthFrozen(
        workflow_id=command.workflow_id,
        month=command.month,
        budgets=command.budgets,
        unchanged=report.revision if report is not None and unchanged else None,
        **counted._asdict(),
    )
    return Told(frozen, is_new=not unchanged)


def report(month: Month, command: ReportMonth, counted: MonthCount) -> Told:
    """Decide to report, and so to close the month.

    Raises:
        RejectionError: month_changed since it was frozen, or month_not_frozen by this workflow.
    """
    frozen, before = month.frozen_by(command.workflow_id), month.report
    if frozen is None:
        if before is None or before.fingerprint != command.fingerprint:
            raise _not_frozen()
        return Told(before, is_new=False)
    if counted.fingerprint != frozen.fingerprint:
        raise RejectionError(
            ErrorCode.MONTH_CHANGED, f"from {frozen.entries} entries to {counted.entries}, or in them", field="month"
        )
    closed = MonthClosed(
        workflow_id=command.workflow_id,
        month=command.month,
        revision=month.last_revision + 1,
        period=month_days(command.month),
        budgets=frozen.budgets,
        changes=() if before is None else tuple(_changes(before.currencies, counted.currencies)),
        insights=command.insights,
        forecast=command.forecast,
        **counted._asdict(),
    )
    return Told(closed, is_new=True)


def unfreeze(month: Month, command: UnfreezeMonth) -> Told:
    """Decide to undo what a workflow did; its report too, which it may have been given up for before it came.

    Raises:
        RejectionError: month_not_frozen, for nothing of the workflow's is left to undo.
    """
    holds, withdrawn = month.report, None
    if month.frozen_by(command.workflow_id) is None:
        if holds is None or holds.workflow_id != command.workflow_id:
            raise _not_frozen()
        withdrawn = holds.revision
        holds = month.reports[-2] if len(month.reports) > 1 else None
    return Told(
        MonthUnfrozen(
            workflow_id=command.workflow_id,
            month=command.month,
            withdrawn=withdrawn,
            revision=None if holds is None else holds.revision,
        ),
        is_new=True,
    )


def apply(month: Month, event: ClosingEvent) -> Month:
    """Fold an event into the state."""
    after = replace(month, version=month.version + 1)
    rest = None if month.frozen_by(event.workflow_id) is not None else month.frozen
    match event:
        case MonthFrozen():
            return replace(after, frozen=event)
        case MonthClosed():
            return replace(after, frozen=rest, reports=(*month.reports, event), last_revision=event.revision)
        case MonthUnfrozen():
            kept = month.reports if event.withdrawn is None else month.reports[:-1]
            return replace(after, frozen=rest, reports=kept)
        case _:
            assert_never(event)


def _changes(before: Iterable[CurrencyTotal], after: Iterable[CurrencyTotal]) -> Iterator[CategoryChange]:
    old, new = _by_category(before), _by_category(after)
    for currency, category in sorted(old.keys() | new.keys()):
        nothing = CategoryTotal(category=category, entries=0, total=money(0, currency))
        was, now = old.get((currency, category), nothing), new.get((currency, category), nothing)
        if was != now:
            yield CategoryChange(
                category=category,
                entries_before=was.entries,
                total_before=was.total,
                entries=now.entries,
                total=now.total,
            )


def _by_category(totals: Iterable[CurrencyTotal]) -> Mapping[tuple[Currency, Category], CategoryTotal]:
    return {(own.currency, one.category): one for own in totals for one in own.categories}


def _not_frozen() -> RejectionError:
    return RejectionError(ErrorCode.MONTH_NOT_FROZEN, "nothing of this workflow's is there", field="workflow_id")
