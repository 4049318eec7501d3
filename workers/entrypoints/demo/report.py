"""Shows what was spent on what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from contracts.money import Currency, Money
from contracts.values import Category
from workers.domain.spending import SpendingEntry
from workers.entrypoints.output import table

_WIDEST_BAR: Final = 40
_NARROWEST_BAR: Final = 8
_BESIDE_THE_BAR: Final = 64


def category_chart(entries: Iterable[SpendingEntry], width: int) -> RenderableType:
    """What was spent per category, a block for each currency, that with the most categories first."""
    totals: dict[Currency, dict[Category, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for entry in entries:
        totals[entry.amount.currency][entry.category] += entry.amount.amount
    blocks = sorted(totals.items(), key=lambda block: (-len(block[1]), block[0]))
    bar = max(_NARROWEST_BAR, min(_WIDEST_BAR, width - _BESIDE_THE_BAR))
    return Group(*(_bars(currency, sums, bar) for currency, sums in blocks))


def _bars(currency: Currency, sums: dict[Category, Decimal], bar: int) -> Table:
    largest = max(sums.values())
    rows = [
        (
            category.value,
            category.thai,
            str(Money(amount=total, currency=currency)),
            Text("█" * max(1, round(total / largest * bar)), style="cyan"),
        )
        for category, total in sorted(sums.items(), key=lambda item: -item[1])
    ]
    return table(("Category", "", f"Spent in {currency}", ""), rows, right=(f"Spent in {currency}",))
