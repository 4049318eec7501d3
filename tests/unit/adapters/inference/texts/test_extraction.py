from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.inference.texts import RuleTextExtraction
from adapters.inference.texts.extraction import read_text
from contracts.errors import ErrorCode
from contracts.money import MAX_AMOUNT, Currency
from contracts.readings import ReadingContext
from contracts.values import MAX_SPENDING_TEXT, Category, Language, TransactionKind
from workers.ports.errors import RejectionError
from workers.ports.inference import TextExtraction

CONTEXT = ReadingContext(reference_date=date(2025, 6, 15))


def _code(text: str) -> ErrorCode:
    with pytest.raises(RejectionError) as refused:
        read_text(text, CONTEXT)
    return refused.value.code


async def test_the_answer_names_the_capability_and_the_rules() -> None:
    extraction: TextExtraction = RuleTextExtraction()
    reading, answers = await extraction.extract("กาแฟ 65 บาท", CONTEXT)
    assert reading.amount.value.amount == Decimal(65)
    assert [(answer.capability, answer.cached, answer.cost) for answer in answers] == [("text_extraction", False, None)]
    assert answers[0].backend.startswith("rules/")


@pytest.mark.parametrize("currency", list(Currency))
def test_a_currency_not_said_is_the_owners(currency: Currency) -> None:
    context = ReadingContext(reference_date=date(2025, 6, 15), default_currency=currency)
    assert read_text("lunch 120", context).amount.value.currency is currency


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("lunch ฿120", "THB"),
        ("lunch 120 Baht", "THB"),
        ("lunch US$12", "USD"),
        ("กาแฟ 5 ดอลลาร์", "USD"),
        ("lunch €12", "EUR"),
        ("tea £3", "GBP"),
        ("tea s$3", "SGD"),
        ("nasi lemak rm 8.50", "MYR"),
        ("lunch 200 pesos", "PHP"),
        ("ramen ¥900", "JPY"),
        ("ราเมน 900 เยน", "JPY"),
    ],
)
def test_symbols_and_words_name_the_currency(text: str, currency: str) -> None:
    assert read_text(text, CONTEXT).amount.value.currency == currency


def test_a_bare_dollar_sign_is_the_dollar_of_an_owner_who_counts_in_dollars() -> None:
    context = ReadingContext(reference_date=date(2025, 6, 15), default_currency=Currency.SGD)
    assert read_text("kopi $1.80", context).amount.value.currency is Currency.SGD
    assert read_text("kopi US$1.80", context).amount.value.currency is Currency.USD


def test_the_reference_date_is_the_day_when_none_is_told_and_has_no_evidence() -> None:
    spent_on = read_text("กาแฟ 65", CONTEXT).spent_on
    assert (spent_on.value, spent_on.evidence) == (date(2025, 6, 15), None)


def test_a_plain_text_is_surer_than_a_computed_or_approximate_one() -> None:
    plain = read_text("กาแฟ 65 บาท", CONTEXT).amount.confidence.value
    computed = read_text("กาแฟ 60 บาท ขนม 30 บาท", CONTEXT).amount.confidence.value
    about = read_text("กาแฟประมาณ 65 บาท", CONTEXT).amount.confidence.value
    assert plain > computed
    assert plain > about


def test_an_unknown_thing_is_miscellaneous_with_low_confidence() -> None:
    category = read_text("ฟหกด 65 บาท", CONTEXT).category
    assert category.value is Category.MISCELLANEOUS
    assert category.confidence.value < 0.5


def test_the_note_keeps_what_was_bought_and_drops_what_was_understood() -> None:
    assert read_text("เมื่อวาน ซื้อหมวก 250 บาท เงินสด", CONTEXT).note == "ซื้อหมวก"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("ได้เงินคืนจาก Lazada 299", TransactionKind.REFUND),
        ("refunded 20 dollars by Amazon", TransactionKind.REFUND),
        ("เติมเงินทรูมันนี่ 500", TransactionKind.WALLET_TOPUP),
        ("เติมเงินมือถือ 100", TransactionKind.PURCHASE),
        ("โรงแรม 2 คืน 1,800", TransactionKind.PURCHASE),
    ],
)
def test_refunds_and_wallet_topups_are_told_from_purchases(text: str, kind: TransactionKind) -> None:
    assert read_text(text, CONTEXT).kind is kind


@pytest.mark.parametrize(
    ("text", "language"),
    [("ค่าข้าว 50", Language.THAI), ("lunch 50", Language.ENGLISH), ("กินข้าว lunch 50", Language.MIXED)],
)
def test_the_language_is_told(text: str, language: Language) -> None:
    assert read_text(text, CONTEXT).language is language


def test_the_largest_amount_is_taken_and_one_satang_more_is_out_of_range() -> None:
    assert read_text(f"house {MAX_AMOUNT} baht", CONTEXT).amount.value.amount == MAX_AMOUNT
    assert _code(f"house {MAX_AMOUNT + Decimal('0.01')} baht") is ErrorCode.AMOUNT_OUT_OF_RANGE


HOSTILE = [
    "๑" * MAX_SPENDING_TEXT,
    "1," * 1000,
    "1 " * 1000,
    "ก" * MAX_SPENDING_TEXT,
    "ตากลม" * 400,
    "เป็นเงิน" * 250,
    "สิบ" * 600,
    "ร้อยล้าน" * 250,
    "twenty " * 280,
    "a hundred and " * 140,
    " " * 1990 + "x 5 บาท",
    "-" * MAX_SPENDING_TEXT,
    "1/" * 1000,
    "x1" * 1000,
    "at A" * 500,
    "top up " * 280,
    "ให้แม่ 5 " * 220,
    "วันที่ 1 " * 220,
    "5 มิ.ย. " * 250,
    "฿" * MAX_SPENDING_TEXT,
    "เ" * MAX_SPENDING_TEXT,
    "\u0e31" * MAX_SPENDING_TEXT,
    "9" * MAX_SPENDING_TEXT,
    "K PLUS 5 x " * 180,
    "🍜" * MAX_SPENDING_TEXT,
]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_text_ends_in_a_reading_or_a_rejection(text: str) -> None:
    try:
        reading = read_text(text[:MAX_SPENDING_TEXT], CONTEXT)
    except RejectionError:
        return
    assert 0 < reading.amount.value.amount <= MAX_AMOUNT


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "กาแฟ",
                "ข้าว",
                "50",
                "บาท",
                "฿",
                "-",
                ",",
                ".",
                "1,250.-",
                "2.5k",
                "สองร้อย",
                "ห้าสิบ",
                "x",
                "@",
                "/",
                "%",
                "ลด",
                "ทอน",
                "จ่าย",
                "โอน",
                "เมื่อวาน",
                "3",
                "มิ.ย.",
                "68",
                "7-11",
                "แก้ว",
                "ละ",
                "each",
                "yen",
                "$5",
                "(5)",
                "=",
                "+",
                "ที่",
                "วัด",
                "at",
                "and",
                "then",
                "half",
                "a",
                "hundred",
                "\n",
                "081-234-5678",
            ]
        ),
        max_size=14,
    ).map(" ".join)
    | st.text(max_size=60)
)
def test_any_text_ends_in_a_reading_or_a_rejection(text: str) -> None:
    try:
        reading = read_text(text, CONTEXT)
    except RejectionError:
        return
    assert reading.spent_on.value <= CONTEXT.reference_date
    assert 0 < reading.confidence.value <= 1
