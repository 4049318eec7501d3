"""The second opinion on what was spent: when it speaks, what it overrules, and that its model is of today's texts."""

from __future__ import annotations

from datetime import date

import pytest

from adapters.inference.lexicon.prose import read_prose
from adapters.inference.texts.extraction import understand
from adapters.inference.texts.opinion import (
    BUCKETS,
    CLEARLY_SPENT,
    CLEARLY_UNSPENT,
    DOUBTFUL,
    both_opinions,
    chance_unspent,
    doubt_by,
    lessened,
    pack,
    traces,
    trained_on,
)
from contracts.readings import ReadingContext
from infra.tools.spent_model import Example, digest_of, examples, fit, row_of
from tests.unit.adapters.inference.texts.reading import amount_or_code
from workers.ports.errors import RejectionError

TODAY = ReadingContext(reference_date=date(2026, 7, 15))
SPENT = "กาแฟ 65 บาท"


def chance(text: str) -> float:
    return chance_unspent(read_prose(text))


@pytest.mark.parametrize(
    "text",
    ["ช่างมาดูท่อแล้ว ตีราคาไว้ 2,300 ขอคิดดูก่อน", "เมย์ยังติดตังค์ค่าตั๋วเราอยู่ 480", "wallet balance is 312 baht now"],
)
def test_money_nobody_spent_is_likelier_unspent_than_a_plain_purchase(text: str) -> None:
    assert chance(text) > CLEARLY_UNSPENT > DOUBTFUL > chance(SPENT)
    assert amount_or_code(text) == "no_amount"


def test_the_opinion_refuses_and_reads_only_where_it_is_sure() -> None:
    assert both_opinions(None, CLEARLY_UNSPENT) == "the text reads like one of money that was not spent"
    assert both_opinions(None, CLEARLY_UNSPENT - 0.01) is None
    assert both_opinions("owed", CLEARLY_SPENT) == "owed"
    assert both_opinions("owed", CLEARLY_SPENT - 0.01) is None


def test_in_between_an_amount_is_less_sure_by_the_chance() -> None:
    assert doubt_by(DOUBTFUL - 0.01) == 0
    assert doubt_by(DOUBTFUL) == DOUBTFUL
    assert lessened(0.98, 0.0) == 0.98
    assert lessened(0.9, 0.4) == 0.54


def test_a_reading_follows_the_opinion_it_was_given() -> None:
    sure = understand(SPENT, TODAY, opinion=lambda _: 0.0).reading.amount.confidence.value
    doubted = understand(SPENT, TODAY, opinion=lambda _: 0.4).reading.amount.confidence.value
    assert doubted == pytest.approx(sure * 0.6, abs=0.001)
    with pytest.raises(RejectionError, match="reads like"):
        understand(SPENT, TODAY, opinion=lambda _: 1.0)


def test_every_number_leaves_the_same_traces() -> None:
    assert traces(read_prose("ข้าว 60 บาท")) == traces(read_prose("ข้าว 1,250.50 บาท"))
    assert traces(read_prose("ข้าวสองร้อย")) == traces(read_prose("ข้าวห้าพัน"))


def test_traces_are_places_of_the_model_and_do_not_grow_without_end() -> None:
    assert all(0 <= place < BUCKETS for place in traces(read_prose("ค่าแท็กซี่ไปสนามบิน airport taxi 350")))
    assert len(traces(read_prose("กขคงจฉชซ " * 1000))) <= 400 * 9


def test_a_packed_model_is_one_byte_a_weight_and_keeps_signs() -> None:
    packed = pack([0.5, -1.0, 0.0, 1.0], -2.0, b"sixteen letters.")
    assert packed[12:28] == b"sixteen letters."
    assert list(memoryview(packed)[28:].cast("b")) == [64, -127, 0, 127]


def test_a_fit_learns_what_its_texts_say_and_is_the_same_each_time() -> None:
    told = [Example("a", "owed 50", unspent=True), Example("a", "paid 50", unspent=False)] * 4
    model = fit(told)
    owed, paid = row_of(read_prose("owed 70")), row_of(read_prose("paid 70"))
    assert model.chance(owed) > model.chance(paid)
    assert model.chance(owed) == fit(told).chance(owed)


def test_the_model_was_trained_on_the_texts_of_today() -> None:
    assert trained_on() == digest_of(examples()), "run python -m infra.tools.spent_model fit and commit its model"
