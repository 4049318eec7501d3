"""Amounts whose labels nobody could read."""

import pytest

from contracts.money import Money
from contracts.values import PaymentMethod
from tests.unit.adapters.inference.receipts.papers import read


def test_the_sum_of_the_items_is_the_total_without_its_label() -> None:
    reading = read("DOI CAFE\nLATTE 75.00\nCAKE 110.00\nTQXZL 185.00\nTEA 99.00")
    assert reading.total.value == Money.of("185.00")
    assert [item.description for item in reading.items] == ["LATTE", "CAKE"]


def test_one_item_and_the_same_amount_below_is_no_sum() -> None:
    reading = read("DOI CAFE\nLATTE 75.00\nLATTE 75.00\nTOTAL 150.00")
    assert reading.total.value == Money.of("150.00")


def test_a_subtotal_and_its_tax_lead_to_the_total_below_them() -> None:
    reading = read("DOI CAFE\nSUBTOTAL 4,719.00\nVAT 7% 330.33\nXQZ 5,049.33")
    assert reading.total.value == Money.of("5049.33")


def test_items_with_their_charges_confirm_a_total_without_a_subtotal() -> None:
    charged = "DOI CAFE\nTEA 100.00\nCAKE 50.00\nSERVICE CHARGE 10% 15.00\nVAT 7% 11.55\nAMOUNT {}"
    confirmed, not_confirmed = read(charged.format("176.55")), read(charged.format("178.55"))
    assert confirmed.total.value == Money.of("176.55")
    assert confirmed.total.confidence.value > not_confirmed.total.confidence.value


def test_a_decimal_point_that_faded_is_found_again_beside_the_same_amount() -> None:
    assert read("DOI FUEL\nDIESEL 86.00\nWATER 9.00\nTOTAL RM 8600").total.value.amount == Money.of("86.00").amount
    assert read("DOI CAFE\nTEA 8.20\nTOTAL $8 20").total.value.amount == Money.of("8.20").amount


def test_a_large_number_without_cents_is_doubted_where_all_else_has_them() -> None:
    faded = read("DOI FUEL\nDIESEL 80.00\nWATER 9.00\nTOTAL RM 8600").total
    assert faded.confidence.value < read("DOI FUEL\nDIESEL 80\nTOTAL RM 8600").total.confidence.value


def test_of_two_totals_the_rounded_one_was_paid() -> None:
    reading = read(
        "DOI BOOKS\nPEN 12.00\nTAPE 37.39\nTOTAL 49.39\nROUNDING ADJ 0.01\nTOTAL 49.40\nCASH 50.00\nCHANGE 0.80"
    )
    assert reading.total.value == Money.of("49.40")


def test_cash_and_rounding_agree_on_a_total_that_was_misread() -> None:
    reading = read("DOI BOOKS\nPEN 7.65\nFILE 6.99\nTOTAL 14.64\nROUNDING 0.01\nTOTAL 14.85\nCASH 50.00\nCHANGE 35.35")
    assert reading.total.value == Money.of("14.65")


def test_what_the_cash_exceeds_the_total_by_is_change() -> None:
    reading = read("DOI CAFE\nTEA 359.00\nAMOUNT 359.00\nCASH 360.00\nXQZ 1.00")
    assert reading.total.value == Money.of("359.00")
    assert reading.payment_method is not None
    assert reading.payment_method.value is PaymentMethod.CASH
    assert reading.payment_method.confidence.is_high


def test_a_misread_digit_of_the_cash_does_not_overrule_a_printed_total() -> None:
    reading = read("DOI CAFE\nTOTAL 1,093.50\nCASH 7,500.00\nCHANGE 406.50")
    assert reading.total.value == Money.of("1093.50")
    assert reading.total.confidence.value < read("DOI CAFE\nTOTAL 1,093.50").total.confidence.value


def test_cash_less_change_still_rounds_the_total() -> None:
    reading = read("DOI CAFE\nTOTAL 14.38\nROUNDING 0.02\nCASH 20.00\nCHANGE 5.60")
    assert reading.total.value == Money.of("14.40")


def test_a_payment_without_any_sum_is_what_was_paid() -> None:
    assert read("DOI FUEL\nXQZ 972.00\nVISA 972.00").total.value == Money.of("972.00")


@pytest.mark.parametrize(
    ("row", "name", "quantity", "unit_price"),
    [
        ("COFFEE 2 x 46.00 92.00", "COFFEE", "2", "46.00"),
        ("COFFEE 2 46.00 92.00", "COFFEE", "2", "46.00"),
        ("COFFEE 2 @ 46.00 92.00", "COFFEE", "2", "46.00"),
        ("COFFEE @46.00 2 92.00", "COFFEE", "2", "46.00"),
        ("MORNING GLORY 0.8 KG 60.00 48.00", "MORNING GLORY", "0.8", "60.00"),
        ("2 COFFEE 92.00", "COFFEE", "2", None),
        ("COFFEE x3 92.00", "COFFEE", "3", None),
        ("COFFEE 500G 92.00", "COFFEE 500G", "1", None),
    ],
)
def test_quantity_and_unit_price_are_those_whose_product_is_the_amount(
    row: str, name: str, quantity: str, unit_price: str | None
) -> None:
    (item,) = read(f"DOI CAFE\n{row}\nTOTAL {row.rsplit(maxsplit=1)[-1]}").items
    assert (item.description, str(item.quantity)) == (name, quantity)
    assert item.unit_price == (Money.of(unit_price) if unit_price else None)
