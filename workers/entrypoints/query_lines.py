"""Says what the read models answer, for people and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from rich.table import Table

from contracts.money import Currency
from workers.domain.spending import SpendingEntry
from workers.entrypoints.output import table
from workers.ports.projections import Generation
from workers.ports.queries import MonthTotal, QualityTotal
from workers.queries.merchants import MerchantStatistics

_TIME: Final = "%Y-%m-%d %H:%M:%S"
_MONTH: Final = "%Y-%m"


def entry_json(entry: SpendingEntry) -> dict[str, Any]:
    """An entry; fields without a value are left out."""
    told: dict[str, Any] = {
        **entry._asdict(),
        "amount": entry.amount.model_dump(mode="json"),
        "confidence": entry.confidence.value,
        "source": entry.source.model_dump(mode="json", exclude_none=True) or None,
        "tags": list(entry.tags) or None,
    }
    return {name: value for name, value in told.items() if value is not None}


def entries_table(entries: Sequence[SpendingEntry]) -> Table:
    """One row an entry."""
    return table(
        ("Day", "Amount", "Merchant", "Category", "Paid by", "Description", "Id", "Version"),
        (
            (
                entry.spent_on.isoformat(),
                str(entry.amount),
                entry.merchant,
                entry.category.value,
                entry.payment_method.value if entry.payment_method else "",
                entry.description or "",
                str(entry.id),
                str(entry.version),
            )
            for entry in entries
        ),
        right=("Amount", "Version"),
    )


def month_json(total: MonthTotal) -> dict[str, Any]:
    """A month's total of a category."""
    return {**total._asdict(), "month": total.month.strftime(_MONTH), "amount": _money(total.amount, total.currency)}


def months_table(totals: Sequence[MonthTotal]) -> Table:
    """One row a month, category and currency."""
    return table(
        ("Month", "Category", "Entries", "Amount"),
        (
            (
                total.month.strftime(_MONTH),
                total.category,
                str(total.entries),
                f"{_money(total.amount, total.currency)} {total.currency}",
            )
            for total in totals
        ),
        right=("Entries", "Amount"),
    )


def merchant_json(one: MerchantStatistics) -> dict[str, Any]:
    """A merchant's statistics."""
    return {
        **one._asdict(),
        "amount": _money(one.amount, one.currency),
        "average": str(one.average),
        "first_month": one.first_month.strftime(_MONTH),
        "last_month": one.last_month.strftime(_MONTH),
    }


def merchants_table(found: Sequence[MerchantStatistics]) -> Table:
    """One row a merchant and currency."""
    return table(
        ("Merchant", "Visits", "Amount", "Average", "Share", "First", "Last"),
        (
            (
                one.merchant,
                str(one.visits),
                f"{_money(one.amount, one.currency)} {one.currency}",
                str(one.average),
                f"{one.share:.1%}",
                one.first_month.strftime(_MONTH),
                one.last_month.strftime(_MONTH),
            )
            for one in found
        ),
        right=("Visits", "Amount", "Average", "Share"),
    )


def quality_json(total: QualityTotal) -> dict[str, Any]:
    """How often commands ended so, and how long one took on average."""
    told = total._asdict() | {"average_ms": _average(total)}
    del told["milliseconds"]
    return told


def quality_table(totals: Sequence[QualityTotal]) -> Table:
    """One row a day and way to end."""
    return table(
        ("Day", "Area", "Outcome", "Code", "Backends", "Degraded", "Count", "Average ms"),
        (
            (
                total.day.isoformat(),
                total.area,
                total.outcome.removeprefix("poon."),
                total.code,
                total.backend,
                "yes" if total.degraded else "",
                str(total.outcomes),
                f"{_average(total):g}" if total.milliseconds else "",
            )
            for total in totals
        ),
        right=("Count", "Average ms"),
    )


def generation_json(generation: Generation) -> dict[str, Any]:
    """A generation and how far it is; where the scan is may name a stream, never a person."""
    told = {**generation._asdict(), "status": generation.status.value}
    del told["position"]
    return told


def generations_table(found: Sequence[Generation]) -> Table:
    """One row a generation."""
    return table(
        ("Projection", "Generation", "Status", "Events scanned", "Begun (UTC)", "Answers since (UTC)"),
        (
            (
                generation.projection,
                str(generation.number),
                generation.status.value,
                f"{generation.events:,}",
                generation.started_at.strftime(_TIME),
                generation.finished_at.strftime(_TIME) if generation.finished_at else "",
            )
            for generation in found
        ),
        right=("Generation", "Events scanned"),
    )


def _money(amount: Decimal, currency: str) -> str:
    """A sum, which may be more than a single entry's amount can be."""
    return format(amount.quantize(Currency(currency).quantum), "f")


def _average(total: QualityTotal) -> float:
    return round(float(total.milliseconds) / total.outcomes, 3)
