from __future__ import annotations

import pytest

from adapters.inference.lexicon.similarity import BUCKETS, CATEGORIES, grams, guess, pack, telling_word, trained_on
from contracts.values import Category
from infra.tools.category_model import digest_of, examples


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("brekfast 95", Category.FOOD),
        ("snekers", Category.SHOPPING),
        ("ค่าอินเตอเนต", Category.BILLS),
        ("consert ticket", Category.ENTERTAINMENT),
        ("แพมเพิส", Category.GROCERIES),
    ],
)
def test_a_misspelled_thing_is_told_by_its_letters(text: str, category: Category) -> None:
    found = guess(text)
    assert found is not None
    assert found.category is category


def test_digits_and_words_of_money_say_nothing() -> None:
    assert grams("95 บาท") == []
    assert guess("1,250.- baht") is None
    assert telling_word("95 บาท", Category.FOOD) is None


def test_the_evidence_is_the_word_that_speaks_most() -> None:
    assert telling_word("with friends new snekers yesterday", Category.SHOPPING) == "snekers"


def test_the_shares_of_a_guess_are_a_belief() -> None:
    found = guess("ก๋วยเตี๋ยว")
    assert found is not None
    assert 1 / len(CATEGORIES) < found.share <= 1


def test_a_packed_model_is_one_byte_a_weight_and_keeps_signs() -> None:
    packed = pack([[0.5, -1.0], [0.0, 1.0]], b"sixteen letters.")
    assert len(packed) == 8 + 16 + 4
    assert packed[8:24] == b"sixteen letters."
    assert list(memoryview(packed)[24:].cast("b")) == [64, -127, 0, 127]


def test_the_model_was_trained_on_the_lexicon_of_today() -> None:
    assert trained_on() == digest_of(examples()), "run python -m infra.tools.category_model and commit its model"


def test_a_changed_phrase_or_category_makes_the_model_stale() -> None:
    found = examples()
    phrase, _ = found[0]
    assert digest_of([(phrase, Category.MISCELLANEOUS), *found[1:]]) != digest_of(found) != digest_of(found[1:])


def test_every_gram_has_its_place() -> None:
    assert all(0 <= place < BUCKETS for place in grams("ค่าแท็กซี่ไปสนามบิน airport taxi"))
