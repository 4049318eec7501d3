"""The second reader of amounts: it takes certainty away, and where rules are not sure and it is, it chooses."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from adapters.inference.lexicon.prose import read_prose
from adapters.inference.texts.amounts import UNSURE
from adapters.inference.texts.extraction import numbers_told, understand
from adapters.inference.texts.makings import Making, Part, makings
from adapters.inference.texts.opinion import trained_on
from adapters.inference.texts.second import MODEL, Choice, Weighed, choice_of, weighed
from contracts.readings import ReadingContext
from infra.tools.second_reader import Example, digest_of, examples, fit

ON = date(2026, 7, 15)


def told(text: str) -> Weighed:
    prose = read_prose(text)
    return weighed(prose, numbers_told(prose, ON))


def choice(text: str) -> Choice:
    prose = read_prose(text)
    terms = numbers_told(prose, ON)
    return choice_of(prose, terms, makings(prose.folded, terms))


def made(text: str) -> dict[Decimal, list[Making]]:
    """The ways by what they make."""
    found: dict[Decimal, list[Making]] = {}
    for way in choice(text).ways:
        found.setdefault(way.value, []).append(way)
    return found


def amount(text: str, liked: dict[int, float] | None = None) -> tuple[Decimal, float, str]:
    """The amount with its confidence and evidence; a reader may be given that likes some values."""
    second = None if liked is None else lambda one: [liked.get(int(way.value), 0.0) for way in one.ways]
    found = understand(text, ReadingContext(reference_date=ON), second=second).reading.amount
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
    assert weighed(read_prose(""), []).doubt(Decimal(1)) == 1


def test_too_many_numbers_are_not_weighed_and_doubted() -> None:
    many = " ".join(f"ของ {value} บาท" for value in range(100, 140))
    assert made(many) == {}
    assert told(many).doubt(Decimal(100)) == 1
    assert told(many).instead_of(Decimal(100)) is None


LEFT_OUT, ALONE, ADDED = Part.LEFT_OUT, Part.ALONE, Part.ADDED


@pytest.mark.parametrize(
    ("text", "value", "parts"),
    [
        ("ชาบู 1,000 หาร 4", 250, (ALONE, Part.DIVIDES)),
        ("เสื้อ 400 ส่วนลด 50", 350, (ALONE, Part.TAKEN_OFF)),
        ("ห้อง 1,000 ลด 10%", 900, (ALONE, Part.PERCENT_OFF)),
        ("ห้อง 1,000 ลด 10%", 1100, (ALONE, Part.PERCENT_ON)),
        ("ค่าเน็ต 700 จ่ายกันคนละครึ่ง", 350, (Part.HALVED,)),
        ("นม 598 แพมเพิส 429", 1027, (ADDED, ADDED)),
        ("ผ้าอ้อม 2 ห่อ ห่อละ 360", 720, (Part.COUNT, Part.PRICE_OF_ONE)),
        ("หมู 2 ถุง ถุงละ 60 ผัก 25", 145, (Part.COUNT, Part.PRICE_OF_ONE, ADDED)),
        ("ไข่ 2 แผง แผงละ 120 นม 3 กล่อง กล่องละ 45", 375,
         (Part.COUNT, Part.PRICE_OF_ONE, Part.COUNT, Part.PRICE_OF_ONE)),
        ("เสื้อ 3 ตัว ตัวละ 199 ลด 50", 547, (Part.COUNT, Part.PRICE_OF_ONE, Part.TAKEN_OFF)),
    ],
)  # fmt: skip
def test_every_number_has_a_part_in_the_way_that_makes_an_amount(
    text: str, value: int, parts: tuple[Part, ...]
) -> None:
    assert parts in [way.parts for way in made(text)[Decimal(value)]]


def test_of_more_than_five_numbers_only_neighbours_are_added() -> None:
    ways = {way.parts for way in choice("a 101 baht b 203 c 307 d 409 e 503 f 601 baht").ways if way.kind == "sum"}
    assert (ADDED, ADDED, ADDED, LEFT_OUT, LEFT_OUT, LEFT_OUT) in ways
    assert (ADDED, LEFT_OUT, ADDED, LEFT_OUT, LEFT_OUT, LEFT_OUT) not in ways


def test_only_what_is_above_nothing_can_be_made() -> None:
    assert all(value > 0 for value in made("เสื้อ 40 ส่วนลด 50"))


def test_a_value_counts_by_all_ways_that_make_it_and_shows_the_numbers_of_the_likeliest() -> None:
    prose = read_prose("ข้าว 50 น้ำ 20 รวม 70")
    terms = numbers_told(prose, ON)

    def by_sums(one: Choice) -> list[float]:
        return [{"sum": 2.0, "alone": 1.0}.get(way.kind, -9.0) for way in one.ways]

    found = {one.value: (one.terms, share) for one, share in weighed(prose, terms, by_sums).shares}
    assert [term.number.value for term in found[Decimal(70)][0]] == [50, 20]
    assert found[Decimal(70)][1] > found[Decimal(120)][1]
    assert sum(share for _, share in found.values()) == pytest.approx(1)


def test_a_lone_number_has_no_other_way_and_needs_no_reader() -> None:
    def fails(_: Choice) -> list[float]:
        raise AssertionError

    prose = read_prose("กาแฟ 65 บาท")
    assert weighed(prose, numbers_told(prose, ON), fails).doubt(Decimal(65)) == 0


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
    prices = [(one, two) for one in (120, 240, 365) for two in (90, 180, 275)]
    known = [
        Example("a", text, Decimal(right), choice(text))
        for one, two in prices
        for text, right in ((f"หมู {one} ผัก {two}", one + two), (f"ค่าห้อง {one} ใช้ไปแค่ {two}", two))
    ]
    reader = fit(known)
    for text, right in (("หมู 155 ผัก 330", 485), ("ค่าห้อง 155 ใช้ไปแค่ 130", 130)):
        prose = read_prose(text)
        shares = {one.value: share for one, share in weighed(prose, numbers_told(prose, ON), reader.weigh).shares}
        assert max(shares, key=lambda value: shares[value]) == right
    assert (reader.weights == fit(list(known)).weights).all()


def test_the_model_was_fitted_on_the_texts_of_today() -> None:
    assert trained_on(MODEL) == digest_of(examples()), (
        "run python -m infra.tools.second_reader fit and commit its model"
    )
