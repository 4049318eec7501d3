"""What holds for every text: one answer always, for that very text, in linear time, by arithmetic one can follow."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.inference.lexicon.data import category_rows, merchant_rows
from adapters.inference.lexicon.prose import read_prose
from adapters.inference.texts.extraction import read_text
from adapters.inference.texts.numbers import numbers_in
from contracts.errors import ErrorCode
from contracts.readings import ReadingContext
from contracts.values import MAX_SPENDING_TEXT
from tests.eval.labelled import load, sets
from tests.sizes import size
from workers.ports.errors import RejectionError

CONTEXT = ReadingContext(reference_date=date(2025, 6, 15))
ROOT = Path(__file__).parents[5]
TEXTS = [case.text for path in sets() for case in load(path)]
ALLOWED = {
    ErrorCode.NO_AMOUNT,
    ErrorCode.SEVERAL_PURCHASES,
    ErrorCode.NEGATIVE_AMOUNT,
    ErrorCode.AMOUNT_OUT_OF_RANGE,
}
SOUP = st.lists(
    st.sampled_from([*"กขคงจชดตนบปพมยรลวสหอะาิีุูเแโใไ่้ๆ๑๕0159.,-/x×@%฿$()+=:# \n", "บาท", "ละ", "หาร", "ร้อย", "สอง"])
    | st.sampled_from(
        ["taxi", "ค่า", "ลด", "ทอน", "รวม", "change", "off", "each", "total", "สิบ", "พัน", "7-11", "เมื่อวาน"]
    ),
    max_size=600,
).map(lambda parts: "".join(parts)[:MAX_SPENDING_TEXT])


def outcome(text: str) -> str:
    """A reading or a rejection as one comparable string."""
    try:
        return read_text(text, CONTEXT).model_dump_json()
    except RejectionError as refused:
        return str(refused.code)


def digest(texts: list[str]) -> str:
    """Of the outcomes, whatever the order the texts are read in."""
    return hashlib.sha256("\n".join(sorted(f"{text}\t{outcome(text)}" for text in texts)).encode()).hexdigest()


READ_IN_ANOTHER_PROCESS = """
import sys
from tests.unit.adapters.inference.texts.test_properties import TEXTS, digest
print(digest(TEXTS[:: int(sys.argv[1])]))
"""


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("seed", "step"), [("0", 3), ("4711", -3)])
def test_another_process_hash_seed_and_order_give_the_same_answers(seed: str, step: int) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", READ_IN_ANOTHER_PROCESS, str(step)],
        capture_output=True, text=True, check=True, env=environment, cwd=ROOT,
    )  # fmt: skip
    assert done.stdout.strip() == digest(TEXTS[::step])


def test_what_was_read_before_changes_nothing() -> None:
    fresh = [outcome(text) for text in TEXTS[:60]]
    read_prose.cache_clear()
    assert [outcome(text) for text in reversed(TEXTS[:60])][::-1] == fresh


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["taxi {}", "ค่าแท็กซี่ {} บาท", "กาแฟ {}", "lunch {} baht", "โอนค่าห้อง {}.-"]), st.data())
def test_near_identical_texts_never_answer_for_one_another(form: str, data: st.DataObject) -> None:
    first, second = data.draw(st.tuples(st.integers(41, 90), st.integers(101, 99_999)))
    for value in (first, second, first):
        assert read_text(form.format(value), CONTEXT).amount.value.amount == value


@settings(max_examples=60, deadline=None)
@given(SOUP)
def test_a_soup_of_letters_and_digits_ends_in_a_reading_or_a_documented_rejection(text: str) -> None:
    if text.strip():
        told = outcome(text)
        assert told.startswith("{") or told in ALLOWED


PIECES = [
    "ค่าแท็กซี่ 100 บาท ", "สองร้อยห้าสิบ", "ตากลม", "12 x 30 ", "at Shop for 5 each ", "5 มิ.ย. 68 ", "1,",
    "ลด 10% ", "ขายได้ ",
    "หาร 2 ", "ไม่ใช่ 5 ", "เล่มละ 5 ", "ทอน 5 ", "no wait 5 ",
    "invoice 1-", "ก", "โอนสำเร็จ ", "๕", "ทะเบียน 1กข ", "a hundred and ",
]  # fmt: skip


def steps(text: str) -> int:
    """Calls made to read a text never read before, of functions in Python and C: a clock without noise."""
    made = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal made
        made += event in {"call", "c_call"}

    outcome(text)  # what is kept for all texts is there from now on
    read_prose.cache_clear()
    sys.setprofile(count)
    try:
        outcome(text)
    finally:
        sys.setprofile(None)
    return made


@pytest.mark.parametrize("piece", PIECES)
def test_eight_times_the_text_takes_nothing_like_the_square_of_eight(piece: str) -> None:
    long = (piece * MAX_SPENDING_TEXT)[:MAX_SPENDING_TEXT]
    assert steps(long) < 20 * steps(long[: MAX_SPENDING_TEXT // 8])


@pytest.mark.parametrize("text", TEXTS[::3])
def test_an_amount_stands_in_its_evidence_or_follows_from_it_by_arithmetic(text: str) -> None:
    try:
        amount = read_text(text, CONTEXT).amount
    except RejectionError:
        return
    evidence = amount.evidence or ""
    # The numbers of an evidence stand one after the other: "ห้าร้อย 140" may be one number or two.
    readings = [values(evidence), tuple(value for word in evidence.split() for value in values(word))]
    made = {value * times for numbers in readings for value in follows(numbers) for times in factors_told(evidence)}
    reachable = {value.quantize(Decimal("0.01")) for value in made}
    assert amount.value.amount.quantize(Decimal("0.01")) in reachable, (readings, amount)


def factors_told(evidence: str) -> list[Decimal]:
    """By what the words of an evidence multiply: a tenth of a kilo, a dozen, both ways or both of two."""
    words = {"ขีด": Decimal("0.1"), "โหล": Decimal(12), "dozen": Decimal(12)}
    words |= dict.fromkeys(
        ("ไปกลับ", "ไป-กลับ", "there and back", "both ways", "round trip", "and me", "both of us", "พ่อกับแม่"), Decimal(2)
    )
    return [Decimal(1), *(times for word, times in words.items() if word in evidence.casefold())]


def values(text: str) -> tuple[Decimal, ...]:
    return tuple(one.value for one in numbers_in(read_prose(text)))


@cache
def follows(numbers: tuple[Decimal, ...]) -> frozenset[Decimal]:
    """What some numbers, in this order, make by the arithmetic of bills: sums, products, shares, percents."""
    if len(numbers) < 2:
        return frozenset((*numbers, *(number / 2 for number in numbers)))
    made: set[Decimal] = set()
    for cut in range(1, len(numbers)):
        for left in follows(numbers[:cut]):
            for right in follows(numbers[cut:]):
                percent = left * right / 100
                made |= {left + right, left - right, left * right, left + percent, left - percent}
                made |= {left / right, left / (right + 1)} if right > 0 else set()
    return frozenset(made)


@pytest.mark.slow
def test_a_price_beside_any_word_of_the_lexicon_is_the_price() -> None:
    phrases = [phrase for section in ("purpose", "words") for phrase, _ in category_rows(section)]
    phrases += [spelling.removeprefix("=") for spelling, *_ in merchant_rows()]
    chosen = phrases[:: size(6, 3)]
    texts = [form.format(phrase) for phrase in chosen for form in ("{} 350", "ซื้อ{} 350 บาท")]
    wrong = [text for text in texts if '"amount":"350.00","currency":"THB"' not in outcome(text)]
    assert len(wrong) <= 0.001 * len(texts), wrong
