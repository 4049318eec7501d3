"""The second opinion on an amount: it never decides, it only takes certainty away."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from adapters.inference.lexicon.prose import read_prose
from adapters.inference.texts.extraction import numbers_told
from adapters.inference.texts.second import candidates, doubt
from adapters.inference.texts.terms import Term
from infra.tools.second_reader import Example, fit

ON = date(2026, 7, 15)


def terms(text: str) -> list[Term]:
    return numbers_told(read_prose(text), ON)


@pytest.mark.parametrize(
    ("text", "right", "other"),
    [
        ("กาแฟ 65 บาท", "65", "130"),
        ("ข้าว 50 น้ำ 20 รวม 70", "70", "20"),
        ("ผ้าอ้อม 2 ห่อ ห่อละ 360", "720", "360"),
        ("paid 500, change 120", "380", "500"),
    ],
)
def test_another_value_of_the_same_numbers_is_doubted_more(text: str, right: str, other: str) -> None:
    assert doubt(terms(text), Decimal(right)) < 0.5 < doubt(terms(text), Decimal(other))


def test_a_value_the_numbers_cannot_make_is_doubted_altogether() -> None:
    assert doubt(terms("กาแฟ 65 บาท"), Decimal(999)) == 1
    assert doubt([], Decimal(1)) == 1


def test_too_many_numbers_are_not_weighed_and_doubted() -> None:
    many = terms(" ".join(f"ของ {value} บาท" for value in range(100, 140)))
    assert candidates(many) == {}
    assert doubt(many, Decimal(100)) == 1


def test_shares_discounts_and_percentages_are_among_the_candidates() -> None:
    assert Decimal(250) in candidates(terms("ชาบู 1,000 หาร 4"))
    assert Decimal(350) in candidates(terms("เสื้อ 400 ส่วนลด 50"))
    assert {Decimal(900), Decimal(1100)} <= set(candidates(terms("ห้อง 1,000 ลด 10%")))


def test_only_what_is_above_nothing_is_a_candidate() -> None:
    assert all(value > 0 for value in candidates(terms("เสื้อ 40 ส่วนลด 50")))


def test_the_order_in_which_traits_are_met_does_not_matter() -> None:
    told = terms("ข้าว 50 น้ำ 20 รวม 70")
    assert len({doubt(told, Decimal(70)) for _ in range(3)}) == 1


def test_weights_are_learned_from_what_is_right_and_the_same_each_time() -> None:
    made = {Decimal(1): frozenset(("first",)), Decimal(2): frozenset(("last",))}
    told = [Example("a", Decimal(2), made)] * 5
    weights = fit(told)
    assert weights["last"] > 0 > weights["first"]
    assert weights == fit(list(told))
