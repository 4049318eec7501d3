from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.inference.lexicon.phrases import PhraseBook
from adapters.inference.lexicon.prose import fold, normalise, read_prose
from adapters.inference.lexicon.segmentation import word_starts


def _words(run: str) -> list[str]:
    starts = [*word_starts(run), len(run)]
    return [run[start:end] for start, end in pairwise(starts)]


@pytest.mark.parametrize(
    ("run", "words"),
    [
        ("ซื้อหมอนใหม่", ["ซื้อ", "หมอน", "ใหม่"]),
        ("เติมน้ำมัน", ["เติม", "น้ำมัน"]),
        ("หาหมอฟัน", ["หาหมอ", "ฟัน"]),
        ("ที่เซเว่น", ["ที่", "เซเว่น"]),
    ],
)
def test_thai_is_divided_into_words(run: str, words: list[str]) -> None:
    assert "".join(_words(run)) == run
    assert set(words) & set(_words(run))


@given(st.text(alphabet=st.characters(min_codepoint=0x0E01, max_codepoint=0x0E4E), min_size=1, max_size=60))
def test_any_thai_run_is_divided_without_losing_a_letter(run: str) -> None:
    assert "".join(_words(run)) == run


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("๑,๒๕๐", "1,250"),
        ("น\u0e4d\u0e32", "น\u0e33"),
        ("\u0e40\u0e40ม่", "แม่"),
        ("5\u200b0", "50"),
        ("１２", "12"),
        ("\u22125", "-5"),
    ],
)
def test_one_spelling_for_each_letter_and_digit(text: str, expected: str) -> None:
    assert normalise(text) == expected


@given(st.text(max_size=80))
def test_folding_keeps_every_position(text: str) -> None:
    prose = read_prose(text)
    assert len(prose.folded) == len(prose.text)
    assert {0, len(prose.text)} <= prose.edges


def test_a_phrase_is_found_only_as_whole_words_and_the_longest_wins() -> None:
    book = PhraseBook(
        [("หมอ", "doctor"), ("น้ำ", "water"), ("น้ำมัน", "fuel"), ("line pay", "wallet"), ("=True", "brand")]
    )
    found = [
        [one.value for one in book.find(read_prose(text))] for text in ("หมอน", "เติมน้ำมัน", "LinePay", "true", "True")
    ]
    assert found == [[], ["fuel"], ["wallet"], [], ["brand"]]


def test_lower_case_keeps_every_place_whatever_the_letter() -> None:
    every = "".join(map(chr, (*range(0xD800), *range(0xE000, 0x110000))))
    assert fold(every) == "".join(low if len(low := char.lower()) == 1 else char for char in every)
    without = every.replace("İ", "").replace("Σ", "")
    assert fold(without) == "".join(char.lower() for char in without)
    assert fold("ΟΔΟΣ İ") == "οδοσ İ"


def test_a_phrase_may_be_one_letter_or_two() -> None:
    book = PhraseBook([("x", "one"), ("xy", "two"), ("xyz", "three"), ("ab", "other"), ("", "none")])
    found = [(one.start, one.value) for one in book.find(read_prose("x xy xyz xyzz ab a"))]
    assert found == [(0, "one"), (2, "two"), (5, "three"), (14, "other")]
