"""Statistics of merchants."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from contracts.money import Currency
from workers.ports.queries import MerchantTotal


class MerchantStatistics(NamedTuple):
    """What an owner's spending at a merchant comes to.

    Attributes:
        visits: entries.
        average: of an entry, in whole units of the currency's smallest coin.
        share: of what all merchants of the answer took in that currency, 0 to 1.
        first_month: of the range, the first with a visit.
        last_month: the last.
    """

    merchant: str
    currency: str
    visits: int
    amount: Decimal
    average: Decimal
    share: float
    first_month: date
    last_month: date


def merchant_statistics(totals: Sequence[MerchantTotal]) -> list[MerchantStatistics]:
    """Averages and shares, in the order given."""
    spent: dict[str, Decimal] = defaultdict(Decimal)
    for total in totals:
        spent[total.currency] += total.amount
    return [
        MerchantStatistics(
            total.merchant,
            total.currency,
            total.visits,
            total.amount,
            (total.amount / total.visits).quantize(Currency(total.currency).quantum),
            round(float(total.amount / spent[total.currency]), 4) if spent[total.currency] else 0.0,
            total.first_month,
            total.last_month,
        )
        for total in totals
    ]
