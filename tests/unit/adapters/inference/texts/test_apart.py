"""The opinion on several purchases: when it is asked, what it refuses, and that its model is of today's texts."""

from __future__ import annotations

from datetime import date

import pytest

from adapters.inference.lexicon.prose import read_prose
from adapters.inference.texts.apart import BUCKETS, CLEARLY_APART, MODEL, MOST_PRICES, chance_apart, traces
from adapters.inference.texts.extraction import numbers_told, understand
from adapters.inference.texts.opinion import trained_on
from contracts.errors import ErrorCode
from contracts.readings import ReadingContext
from infra.tools.apart_model import digest_of, examples, fit
from tests.unit.adapters.inference.texts.reading import amount_or_code
from workers.ports.errors import RejectionError

ON = date(2026, 7, 15)
TODAY = ReadingContext(reference_date=ON)
BASKET = "ผักกาด 25 ไข่ไก่ 60"


def chance(text: str) -> float:
    prose = read_prose(text)
    return chance_apart(prose, numbers_told(prose, ON))


@pytest.mark.parametrize(
    "text",
    [
        "ตัดผม 200 แล้วแวะเติมน้ำมัน 500",
        "ก๋วยเตี๋ยวร้านป้าแต๋ว 50 กับกาแฟร้านข้างๆ 45",
        "Paid the maid 800 and the electrician 1,200",
        "ค่ายาที่คลินิก 640 ค่ารถกลับบ้านอีก 90",
    ],
)
def test_payments_apart_are_refused_as_several_purchases(text: str) -> None:
    assert chance(text) > CLEARLY_APART
    assert amount_or_code(text) == "several_purchases"


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        (BASKET, "85"),
        ("ชาเขียว 45 กับขนมปัง 30", "75"),
        ("noodles 60 and a soda 20", "80"),
        ("เสื้อเชิ้ต 390 เนคไท 250 ที่ห้าง", "640"),
        ("ค่าไฟ 1,200 จ่ายเงินสด 1,500 ทอน 300", "1200"),
        ("shirts 3 at 250 each, 750 in all", "750"),
    ],
)
def test_one_purchase_with_several_numbers_is_read(text: str, amount: str) -> None:
    assert chance(text) < CLEARLY_APART
    assert amount_or_code(text) == amount


def test_it_is_asked_only_where_several_numbers_could_be_prices() -> None:
    prose = read_prose("กาแฟ 2 แก้ว 130 บาท")
    assert traces(prose, numbers_told(prose, ON)) == ([], [])
    assert chance("กาแฟ 2 แก้ว 130 บาท") == 0
    assert 0 < chance(BASKET) < 1


def test_a_receipt_with_more_prices_than_can_be_weighed_is_not_asked_about() -> None:
    assert chance(" ".join(f"ของชิ้นที่{letter} 25 บาท" for letter in "กขคงจฉชซญฐณดต"[: MOST_PRICES + 1])) == 0


def test_a_reading_follows_the_opinion_it_was_given() -> None:
    assert understand(BASKET, TODAY, apart=lambda *_: CLEARLY_APART - 0.01).reading.amount.value.amount == 85
    with pytest.raises(RejectionError, match="more than one purchase") as refused:
        understand(BASKET, TODAY, apart=lambda *_: CLEARLY_APART)
    assert refused.value.code is ErrorCode.SEVERAL_PURCHASES


def test_a_price_picked_out_of_others_that_nobody_paid_is_not_doubted_again() -> None:
    text = "เงินหมื่นเข้าแล้ว ไปซื้อพัดลมมาตัวนึง 890"
    assert understand(text, TODAY, apart=lambda *_: 1.0).reading.amount.value.amount == 890


def test_of_prices_that_nobody_paid_it_does_not_matter_how_many_there_are() -> None:
    with pytest.raises(RejectionError) as refused:
        understand(BASKET, TODAY, opinion=lambda _: 1.0, apart=lambda *_: 1.0)
    assert refused.value.code is ErrorCode.NO_AMOUNT
    with pytest.raises(RejectionError) as refused:
        understand(BASKET, TODAY, opinion=lambda _: 0.5, apart=lambda *_: 1.0)
    assert refused.value.code is ErrorCode.SEVERAL_PURCHASES


def test_traces_are_places_of_the_model_and_do_not_grow_without_end() -> None:
    prose = read_prose("ค่าน้ำ 120 " + "กขคงจฉชซ " * 1000 + "ค่าไฟ 900")
    grams, standing = traces(prose, numbers_told(prose, ON))
    assert all(0 <= place < BUCKETS for place in (*grams, *standing))
    assert len(grams) <= 400 * 9
    assert len(standing) <= 100


def test_a_fit_is_the_same_each_time_and_the_model_is_of_the_texts_of_today() -> None:
    told = examples()
    assert trained_on(MODEL) == digest_of(told), "run python -m infra.tools.apart_model fit and commit its model"
    few = told[:60]
    assert (fit(few).weights == fit(few).weights).all()
