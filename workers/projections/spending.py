"""What owners spent: by month and category, and by month and merchant.

Each entry adds itself to one cell of either kind. What it has added is kept with the version it was added at, so a
correction moves it to other cells and a deletion takes it out, exactly, however often and in whatever order events
arrive.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

from contracts.events.spending import SpendingCorrected, SpendingDeleted, SpendingEnhanced, SpendingRecorded
from contracts.money import Money
from workers.domain.spending import entry_stream
from workers.ports.projections import Cell, MerchantCell, MonthCell, ScanFilter, Tally
from workers.projections.projection import Happened, Place

_EVENTS: Final = (SpendingRecorded, SpendingCorrected, SpendingEnhanced, SpendingDeleted)
_PREFIX: Final = "entry-"


class Added(NamedTuple):
    """What an entry has added: the values of it that the cells depend on, as text."""

    owner: str
    month: str
    category: str
    merchant: str
    currency: str
    amount: str

    def changed(self, changes: Mapping[str, Any]) -> Added:
        """With the fields of an entry that an event names."""
        values: dict[str, str] = {}
        if "spent_on" in changes:
            values["month"] = _month(changes["spent_on"])
        if "amount" in changes:
            values |= _money(changes["amount"])
        values |= {name: str(changes[name]) for name in ("category", "merchant") if name in changes}
        return self._replace(**values)


class SpendingTotals:
    """The projection `spending`."""

    name = "spending"
    about = "what owners spent, by month and category and by month and merchant"
    areas = ("spending",)
    scanned = ScanFilter(_PREFIX, frozenset(event.type for event in _EVENTS))

    def place(self, happened: Happened) -> Place | None:
        """See `Projection.place`."""
        if happened.place is not None:
            # Also an event of a type this release does not know: it has a version all the same.
            return happened.place if happened.place.stream.startswith(_PREFIX) else None
        event = happened.event
        return Place(entry_stream(event.entry_id), event.version) if isinstance(event, _EVENTS) else None

    def follow(self, state: str, happened: Happened) -> str:
        """See `Projection.follow`."""
        match happened.event:
            case SpendingRecorded() as event:
                added = Added(
                    happened.owner,
                    _month(event.spent_on),
                    str(event.category),
                    event.merchant,
                    **_money(event.amount),
                )
            case SpendingCorrected() | SpendingEnhanced() as event if state:
                added = _read(state).changed(event.changes.named())
            case SpendingDeleted():
                return ""
            case _:
                return state
        return json.dumps(added, ensure_ascii=False)

    def cells(self, tenant: str, state: str) -> Mapping[Cell, Tally]:
        """See `Projection.cells`."""
        if not state:
            return {}
        added = _read(state)
        month = date.fromisoformat(added.month)
        once = Tally(1, Decimal(added.amount))
        return {
            MonthCell(tenant, added.owner, month, added.category, added.currency): once,
            MerchantCell(tenant, added.owner, month, added.merchant, added.currency): once,
        }


def _read(state: str) -> Added:
    return Added(*json.loads(state))


def _month(day: date) -> str:
    return day.replace(day=1).isoformat()


def _money(money: Money) -> dict[str, str]:
    return {"currency": money.currency.value, "amount": str(money.amount)}
