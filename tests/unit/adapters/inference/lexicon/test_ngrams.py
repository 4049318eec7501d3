from __future__ import annotations

from zlib import crc32

from hypothesis import given
from hypothesis import strategies as st

from adapters.inference.lexicon.ngrams import NOUGHT, checksums, chosen, unsigned

WORDS = st.lists(st.text(alphabet="abกขé ", min_size=1, max_size=3), max_size=8)


@given(WORDS, st.integers(1, 3), st.integers(0, 3))
def test_each_checksum_is_that_of_the_whole_n_gram(words: list[str], shortest: int, more: int) -> None:
    sizes = range(shortest, shortest + more + 1)
    grams = (words[start : start + size] for size in sizes for start in range(len(words) - size + 1))
    expected = sorted(crc32(f"w{' '.join(gram)}".encode()) for gram in grams)
    assert sorted(checksums(words, shortest, sizes[-1], mark="w", between=" ")) == expected


def test_letters_have_neither_mark_nor_anything_between() -> None:
    assert sorted(checksums("กขa", 2, 3)) == sorted(crc32(gram.encode()) for gram in ("กข", "ขa", "กขa"))


@given(st.lists(st.integers(-128, 127), min_size=1))
def test_a_sum_without_signs_is_the_sum_and_the_noughts(weights: list[int]) -> None:
    plain = unsigned(bytes(weight & 0xFF for weight in weights))
    assert sum(plain) - NOUGHT * len(weights) == sum(weights)


def test_one_place_or_none_is_chosen_like_many() -> None:
    assert chosen("abc", [2, 0]) == ("c", "a")
    assert chosen("abc", [1]) == ("b",)
    assert chosen("abc", []) == ()
