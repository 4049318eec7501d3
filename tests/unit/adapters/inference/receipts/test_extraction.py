from datetime import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import ErrorCode
from contracts.money import Currency, Money
from contracts.values import PaymentMethod, TransactionKind
from tests.unit.adapters.inference.receipts.papers import read
from workers.ports.errors import NothingFoundError

CAFE = """
DOI CAFE
1 LATTE 75.00
1 CAKE 110.00
TOTAL 185.00
CASH 500.00
CHANGE 315.00
14/06/68 08:41
"""


def test_cash_less_change_and_items_make_a_total_surer() -> None:
    bare = read("DOI CAFE\nTOTAL 185.00")
    confirmed = read(CAFE)
    assert confirmed.total.value == bare.total.value == Money.of("185.00")
    assert confirmed.total.confidence.value > 0.9 > bare.total.confidence.value


def test_a_total_that_cash_and_change_contradict_is_less_sure() -> None:
    contradicted = read("DOI CAFE\nGRAND TOTAL 185.00\nVISA 185.00\nCASH 500.00\nCHANGE 400.00")
    agreed = read("DOI CAFE\nGRAND TOTAL 185.00\nVISA 185.00")
    assert contradicted.total.confidence.value < agreed.total.confidence.value


def test_a_poorly_recognised_row_is_less_sure() -> None:
    assert read(CAFE, confidence=0.6).total.confidence.value < read(CAFE).total.confidence.value


def test_every_field_names_the_row_it_was_read_from() -> None:
    reading = read(CAFE)
    assert reading.total.evidence == "TOTAL 185.00"
    assert reading.merchant is not None
    assert reading.merchant.evidence == "DOI CAFE"
    assert reading.spent_on is not None
    assert reading.spent_on.evidence == "14/06/68 08:41"
    assert reading.spent_at is not None
    assert reading.spent_at.value == time(8, 41)
    assert reading.payment_method is not None
    assert reading.payment_method.evidence == "CASH 500.00"


def test_items_have_names_quantities_and_prices() -> None:
    reading = read("MART\nMILK 2 x 46.00 92.00\nนมสด 3 ชิ้น 45.00\n4 BREAD 80.00\nBUTTER 12.00\nTOTAL 229.00")
    assert [(item.description, item.quantity, item.amount.amount) for item in reading.items] == [
        ("MILK", Decimal(2), Decimal("92.00")),
        ("นมสด", Decimal(3), Decimal("45.00")),
        ("BREAD", Decimal(4), Decimal("80.00")),
        ("BUTTER", Decimal(1), Decimal("12.00")),
    ]


def test_a_name_printed_above_its_price_is_found() -> None:
    reading = read("MART\nFISH SAUCE\n8850001112223 1 X 31.00\nTOTAL 31.00")
    assert [item.description for item in reading.items] == ["FISH SAUCE"]


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("HOTEL\nROOM 150.00\nTOTAL USD 150.00", Currency.USD),
        ("SHOP\nCAKE S$25.00\nTEA S$5.00\nTOTAL 30.00", Currency.SGD),
        ("SHOP\nAMOUNT (MYR) 30.00\nTOTAL 30.00", Currency.MYR),
        ("SHOP\nTOTAL ฿30.00", Currency.THB),
        ("SHOP\n150YEN CAR NECK\nTOTAL 5.90", Currency.THB),
        ("SHOP\nSCHOOL TERM 1\nTOTAL 5.90", Currency.THB),
        ("SHOP\nTOTAL 1,200 เยน", Currency.JPY),
    ],
)
def test_the_currency_is_the_one_said_beside_the_sums_or_the_owners(text: str, currency: Currency) -> None:
    assert read(text).total.value.currency is currency


@pytest.mark.parametrize(
    "text",
    [
        "HELLO WORLD",
        "TEL 053-555-0142\n15/06/2568",
        "MART\nA 10.00\nB 20.00\nC 35.00",
        "TOTAL QTY 12\nTOTAL ITEMS 5",
        "POINTS BALANCE 12,500",
        "TOTAL 0.00",
    ],
)
def test_without_a_total_nothing_is_guessed(text: str) -> None:
    with pytest.raises(NothingFoundError) as refused:
        read(text)
    assert refused.value.code is ErrorCode.NO_TOTAL_FOUND


def test_the_single_amount_of_a_note_is_taken_with_little_confidence() -> None:
    reading = read("SOM TAM STALL\nSOM TAM 60.00")
    assert reading.total.value == Money.of("60.00")
    assert not reading.total.confidence.is_medium


@pytest.mark.parametrize(
    ("text", "total"),
    [
        ("A 17.40\nTotal Sales (Excluding GST) 16.71\nTotal Sales Inclusive of GST 17.40", "17.40"),
        ("Total 30.91\nROUNDING ADJUSTMENT -0.01\nTOTAL ROUNDED 30.90\nCASH 51.00\nCHANGE 20.10", "30.90"),
        ("SUBTOTAL 28.70\nCASH 100.00\nCHANGE 71.30", "28.70"),
        ("T0TAL 65.00", "65.00"),
        ("TOTAL\n65.00", "65.00"),
        ("Total Payable: 54.19\nGST Summary\nTotal 999.00 21.18", "54.19"),
        ("TOTAL 9,90", "9.90"),
        ("Gross Amt 36.00\nNet Amt 36.00\nReceived 50.00\nChange 14.00", "36.00"),
        ("ยอดรวม 1,250.-", "1250.00"),
        ("รวม ๖๕.๐๐ บาท", "65.00"),
        ("TOTAL 120", "120.00"),
        ("DEPOSIT 500.00\nTOTAL 1,500.00", "1500.00"),
    ],
)
def test_the_total_is_told_from_what_stands_beside_it(text: str, total: str) -> None:
    assert read(text).total.value == Money.of(total)


@pytest.mark.parametrize(
    ("text", "kind", "total"),
    [
        ("*** VOID ***\nCAFE DOI\nTOTAL 75.00", TransactionKind.VOID, "0.00"),
        ("REFUND\nCAFE DOI\nTOTAL 75.00", TransactionKind.REFUND, "75.00"),
        ("CAFE DOI\nTOTAL 75.00\nSTRICTLY NO CASH REFUND", TransactionKind.PURCHASE, "75.00"),
    ],
)
def test_a_voided_or_refunded_receipt_says_so(text: str, kind: TransactionKind, total: str) -> None:
    reading = read(text)
    assert (reading.kind, reading.total.value) == (kind, Money.of(total))


@pytest.mark.parametrize(
    ("text", "method"),
    [
        ("CAFE\nTOTAL 75.00\nVISA XXXX-1234", PaymentMethod.CREDIT_CARD),
        ("CAFE\nTOTAL 75.00\nCREDIT CARD **** 5501", PaymentMethod.CREDIT_CARD),
        ("CAFE\nTOTAL 75.00\nCASH 100.00\nCHANGE 25.00\nWE ACCEPT VISA", PaymentMethod.CASH),
        ("CAFE\nTOTAL 75.00\nNO VISA", None),
        ("CREDIT CARD HOLDER 50.00\nTOTAL 50.00", None),
        ("CAFE\nTOTAL 75.00\nCASH 25.00\nVISA 50.00", PaymentMethod.OTHER),
    ],
)
def test_the_payment_is_read_where_payments_stand(text: str, method: PaymentMethod | None) -> None:
    found = read(text).payment_method
    assert (found.value if found else None) == method


@given(st.lists(st.text(max_size=60), max_size=12).map("\n".join))
def test_any_text_is_either_read_or_refused(text: str) -> None:
    try:
        reading = read(text)
    except NothingFoundError as refused:
        assert refused.code is ErrorCode.NO_TOTAL_FOUND  # noqa: PT017  either outcome is right
    else:
        assert reading.total.value.amount >= 0
