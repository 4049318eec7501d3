"""Statistics of merchants."""

from datetime import date
from decimal import Decimal

from workers.ports.queries import MerchantTotal
from workers.queries.merchants import merchant_statistics

MARCH, MAY = date(2026, 3, 1), date(2026, 5, 1)


def test_averages_have_the_currencys_digits_and_shares_are_within_a_currency() -> None:
    totals = [
        MerchantTotal("Muji", "JPY", 3, Decimal(1000), MARCH, MAY),
        MerchantTotal("Grab", "THB", 3, Decimal("75.50"), MARCH, MAY),
        MerchantTotal("7-Eleven", "THB", 1, Decimal("24.50"), MAY, MAY),
    ]
    found = merchant_statistics(totals)
    assert [(one.merchant, one.visits, str(one.average), one.share) for one in found] == [
        ("Muji", 3, "333", 1.0),
        ("Grab", 3, "25.17", 0.755),
        ("7-Eleven", 1, "24.50", 0.245),
    ]
    assert (found[0].first_month, found[0].last_month) == (MARCH, MAY)


def test_nothing_spent_has_no_share() -> None:
    (one,) = merchant_statistics([MerchantTotal("Gift", "THB", 1, Decimal(0), MARCH, MARCH)])
    assert (one.share, str(one.average)) == (0.0, "0.00")
