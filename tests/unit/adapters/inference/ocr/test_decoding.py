"""The search among likely texts. Probabilities are written by hand: what is to be found is known."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from adapters.inference.ocr.decoding import Decoder, Weights
from adapters.inference.ocr.letters import Letters, counted
from adapters.inference.ocr.spelling import spell

CHARACTERS = "กทหิี่่าA1 "
LETTERS = Letters(counted([("หาก", 50), ("ทา", 1)], 1))
SEEN_ALONE = Weights(habit=0.0)


def steps(*each: dict[str, float]) -> NDArray[np.float32]:
    """Probabilities step by step; "" is the blank, which takes what is left."""
    found = np.zeros((len(each), len(CHARACTERS) + 1), np.float32)
    for row, likely in zip(found, each, strict=True):
        for character, probability in likely.items():
            row[CHARACTERS.index(character) + 1 if character else 0] = probability
        row[0] += 1 - row.sum()
    return found


def test_what_was_seen_clearly_is_read_as_it_stands_however_rare() -> None:
    line = steps({"ท": 0.99}, {}, {"า": 0.99}, {"": 1.0}, {"ท": 0.99})
    assert Decoder(CHARACTERS, LETTERS).spell(line) == spell(line, CHARACTERS)


def test_a_doubtful_letter_is_the_one_that_is_spelled_so() -> None:
    line = steps({"ท": 0.5, "ห": 0.45}, {}, {"า": 0.99}, {}, {"ก": 0.99})
    assert spell(line, CHARACTERS)[0] == "ทาก"
    assert Decoder(CHARACTERS, LETTERS).spell(line)[0] == "หาก"


def test_spelling_does_not_outweigh_what_was_seen_well() -> None:
    line = steps({"ท": 0.93, "ห": 0.05}, {}, {"า": 0.99}, {}, {"ก": 0.99})
    assert Decoder(CHARACTERS, LETTERS).spell(line)[0] == "ทาก"


def test_what_cannot_be_printed_is_not_read_where_anything_else_is_likely() -> None:
    two_tones = steps({"ก": 0.99}, {"่": 0.9}, {}, {"่": 0.6})
    assert Decoder(CHARACTERS, LETTERS, SEEN_ALONE).spell(two_tones)[0] == "ก่"


def test_several_ways_to_one_text_count_together() -> None:
    line = steps({"ก": 0.99}, {}, {"ท": 0.99}, {"": 0.6, "า": 0.4}, {"": 0.6, "า": 0.4})
    assert spell(line, CHARACTERS)[0] == "กท"
    assert Decoder(CHARACTERS, LETTERS, SEEN_ALONE).spell(line)[0] == "กทา"


def test_a_line_with_hardly_a_thai_letter_is_read_as_it_stands() -> None:
    line = steps({"A": 0.99}, {"": 0.6, "1": 0.4}, {"": 0.6, "1": 0.4})
    assert Decoder(CHARACTERS, LETTERS, SEEN_ALONE).spell(line) == spell(line, CHARACTERS)


def test_a_thai_letter_right_beside_a_latin_one_is_hardly_believed() -> None:
    line = steps({"ก": 0.99}, {}, {"า": 0.99}, {}, {" ": 0.99}, {"A": 0.99}, {}, {"ท": 0.55, "1": 0.4})
    assert spell(line, CHARACTERS)[0] == "กา Aท"
    assert Decoder(CHARACTERS, LETTERS, SEEN_ALONE).spell(line)[0] == "กา A1"


def test_a_doubled_letter_needs_a_blank_between() -> None:
    apart, together = ({"A": 0.9}, {"": 0.95}, {"A": 0.9}), ({"A": 0.9}, {"A": 0.9})
    assert Decoder(CHARACTERS, LETTERS).spell(steps(*apart))[0] == "AA"
    assert Decoder(CHARACTERS, LETTERS).spell(steps(*together))[0] == "A"


def test_the_confidence_is_what_the_letters_were_seen_with_not_how_they_are_spelled() -> None:
    line = steps({"ท": 0.5, "ห": 0.45}, {}, {"า": 0.9}, {}, {"ก": 0.9})
    text, confidence = Decoder(CHARACTERS, LETTERS).spell(line)
    assert text == "หาก"
    assert confidence == pytest.approx((0.45 + 0.9 + 0.9) / 3)


@given(st.integers(0, 10**6), st.integers(1, 40))
def test_any_probabilities_give_one_text_whatever_was_read_before(seed: int, length: int) -> None:
    noise = np.random.default_rng(seed).random((length, len(CHARACTERS) + 1)).astype(np.float32) ** 6
    line = noise / noise.sum(axis=1, keepdims=True)
    used = Decoder(CHARACTERS, LETTERS)
    used.spell(line[::-1])
    text, confidence = used.spell(line)
    assert (text, confidence) == Decoder(CHARACTERS, LETTERS).spell(line)
    assert set(text) <= set(CHARACTERS)
    assert 0 <= confidence <= 1
    assert math.isfinite(confidence)
