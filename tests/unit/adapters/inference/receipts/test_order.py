"""The same paper gives the same reading, whatever was recognised first and whatever was read before."""

import asyncio
import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from adapters.inference.receipts.extraction import RuleReceiptExtraction
from contracts.readings import ReadingContext, ReceiptReading
from tests.eval.papers.noise import BAD, recognise
from tests.eval.receipts import RECEIPTS, SLIPS
from tests.unit.adapters.inference.receipts.papers import REFERENCE, payment_method, recognised
from workers.ports.errors import NothingFoundError
from workers.ports.inference import RecognisedText

SEEDS = st.integers(0, 10_000)
RULES = RuleReceiptExtraction(payment_method)


def composed(seed: int) -> RecognisedText:
    chance = random.Random(seed)
    return recognise(chance.choice(RECEIPTS + SLIPS)(chance), BAD, chance)


def read(text: RecognisedText) -> ReceiptReading | str:
    try:
        return asyncio.run(RULES.extract(text, ReadingContext(reference_date=REFERENCE)))[0]
    except NothingFoundError as nothing:
        return nothing.reason


@given(SEEDS, st.randoms(use_true_random=False))
def test_the_order_of_the_lines_does_not_change_the_reading(seed: int, chance: random.Random) -> None:
    text = composed(seed)
    shuffled = list(text.lines)
    chance.shuffle(shuffled)
    assert read(replace(text, lines=tuple(shuffled))) == read(text)


@given(st.lists(st.tuples(st.sampled_from("AB"), st.integers(0, 2), st.integers(0, 2)), max_size=8), st.randoms())
def test_not_even_where_lines_lie_on_one_another(places: list[tuple[str, int, int]], chance: random.Random) -> None:
    first = recognised("X").lines[0]
    lines = [
        replace(first, text=f"{word} {10 + down}.00", box=first.box._replace(left=float(left), top=float(down * 4)))
        for word, left, down in places
    ]
    text = replace(recognised("X"), lines=tuple(lines))
    chance.shuffle(lines)
    assert read(replace(text, lines=tuple(lines))) == read(text)


@given(SEEDS, SEEDS)
def test_what_was_read_before_does_not_change_the_reading(seed: int, before: int) -> None:
    fresh = RuleReceiptExtraction(payment_method)
    read(composed(before))
    text = composed(seed)
    try:
        alone, _ = asyncio.run(fresh.extract(text, ReadingContext(reference_date=REFERENCE)))
    except NothingFoundError:
        return
    assert read(text) == alone
