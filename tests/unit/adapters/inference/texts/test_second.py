"""The second reader of amounts: it takes certainty away, and where rules are not sure and it is, it chooses."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from adapters.inference.lexicon.prose import read_prose
from adapters.inference.texts.amounts import UNSURE
from adapters.inference.texts.extraction import numbers_told, understand
from adapters.inference.texts.opinion import trained_on
from adapters.inference.texts.second import MODEL, Candidate, Weighed, candidates, places, weighed
from contracts.readings import ReadingContext
from infra.tools.second_reader import Example, digest_of, examples, fit

ON = date(2026, 7, 15)


def told(text: str) -> Weighed:
    prose = read_prose(text)
    return weighed(prose.folded, numbers_told(prose, ON))


def made(text: str) -> dict[Decimal, Candidate]:
    prose = read_prose(text)
    return {one.value: one for one in candidates(prose.folded, numbers_told(prose, ON))}


def amount(text: str, second: dict[int, float] | None = None) -> tuple[Decimal, float, str]:
    """The amount with its confidence and evidence; a reader may be given that likes some values."""
    weigher = None if second is None else lambda one: second.get(int(one.value), 0.0)
    found = understand(text, ReadingContext(reference_date=ON), second=weigher).reading.amount
    return found.value.amount, found.confidence.value, found.evidence or ""


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
    assert told(text).doubt(Decimal(right)) < 0.5 < told(text).doubt(Decimal(other))


def test_a_value_the_numbers_cannot_make_is_doubted_altogether() -> None:
    assert told("กาแฟ 65 บาท").doubt(Decimal(999)) == 1
    assert weighed("", []).doubt(Decimal(1)) == 1


def test_too_many_numbers_are_not_weighed_and_doubted() -> None:
    many = " ".join(f"ของ {value} บาท" for value in range(100, 140))
    assert made(many) == {}
    assert told(many).doubt(Decimal(100)) == 1
    assert told(many).instead_of(Decimal(100)) is None


def test_shares_discounts_and_percentages_are_among_the_candidates_with_the_numbers_they_come_from() -> None:
    assert [term.number.value for term in made("ชาบู 1,000 หาร 4")[Decimal(250)].terms] == [1000, 4]
    assert [term.number.value for term in made("เสื้อ 400 ส่วนลด 50")[Decimal(350)].terms] == [400, 50]
    assert {Decimal(900), Decimal(1100)} <= set(made("ห้อง 1,000 ลด 10%"))


def test_only_what_is_above_nothing_is_a_candidate() -> None:
    assert all(value > 0 for value in made("เสื้อ 40 ส่วนลด 50"))


def test_the_order_in_which_traits_are_met_does_not_matter() -> None:
    one = made("ข้าว 50 น้ำ 20 รวม 70")[Decimal(70)]
    again = Candidate(one.value, frozenset(sorted(one.traits, reverse=True)), one.terms)
    assert sorted(places(one)) == sorted(places(again))


def test_where_rules_are_not_sure_the_value_the_reader_is_sure_of_counts() -> None:
    text = "สเต๊ก 1,290 ไวน์ 350 พอรวมเซอร์วิสแล้วออกมา 1,500"
    ruled, sure, _ = amount(text, {})
    assert ruled == Decimal(3140)
    assert sure < UNSURE
    chosen, _, evidence = amount(text, {1500: 9.0})
    assert (chosen, evidence) == (Decimal(1500), "1,500")


def test_its_own_choice_is_never_called_quite_sure() -> None:
    assert amount("สเต๊ก 1,290 ไวน์ 350 พอรวมเซอร์วิสแล้วออกมา 1,500", {1500: 99.0})[1] <= 0.85


def test_a_total_that_is_told_stands_however_sure_the_reader_is_of_another_value() -> None:
    text = "ข้าว 50 น้ำ 20 รวม 70"
    assert amount(text, {})[1] >= UNSURE
    assert amount(text, {20: 9.0})[0] == Decimal(70)


def test_a_reader_that_is_not_sure_changes_nothing() -> None:
    assert amount("สเต๊ก 1,290 ไวน์ 350 พอรวมเซอร์วิสแล้วออกมา 1,500", {1500: 0.5})[0] == Decimal(3140)


def test_weights_are_learned_from_what_is_right_and_the_same_each_time() -> None:
    first, last = (Candidate(Decimal(value), frozenset((name,)), ()) for value, name in ((1, "first"), (2, "last")))
    known = [Example("a", "text", Decimal(2), [first, last])] * 5
    reader = fit(known)
    assert reader.weigh(last) > 0 > reader.weigh(first)
    assert (reader.weights == fit(list(known)).weights).all()


def test_the_model_was_fitted_on_the_texts_of_today() -> None:
    assert trained_on(MODEL) == digest_of(examples()), (
        "run python -m infra.tools.second_reader fit and commit its model"
    )
