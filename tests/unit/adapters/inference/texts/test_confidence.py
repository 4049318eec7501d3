from __future__ import annotations

import pytest

from adapters.inference.lexicon.purposes import Judgement, Step
from adapters.inference.lexicon.similarity import Guess
from adapters.inference.texts.confidence import amount_traits, category_traits, weigh
from contracts.values import Category

JUDGED = Judgement(Category.FOOD, 0.8, "ข้าว", Step.WORDS)


def sure_of(judgement: Judgement, likely: Guess | None) -> float:
    return weigh("category", category_traits(judgement, likely))


def test_letters_that_agree_make_surer_and_letters_that_do_not_less_sure() -> None:
    agreeing = sure_of(JUDGED, Guess(Category.FOOD, 0.8))
    contrary = sure_of(JUDGED, Guess(Category.SHOPPING, 0.8))
    assert contrary < sure_of(JUDGED, None) < agreeing


def test_words_that_speak_for_other_categories_make_less_sure() -> None:
    assert sure_of(JUDGED._replace(rivals=2), None) < sure_of(JUDGED, None)


@pytest.mark.parametrize("prior", [0.05, 0.5, 0.97, 0.999])
def test_nothing_is_certain(prior: float) -> None:
    for parts in range(1, 6):
        traits = amount_traits(prior, unused=0, parts=parts, told=True, about=False, contested=False)
        assert 0.02 <= weigh("amount", traits) <= 0.99


def test_a_surer_rule_and_fewer_parts_make_a_surer_amount() -> None:
    def sure(prior: float, parts: int) -> float:
        return weigh("amount", amount_traits(prior, unused=0, parts=parts, told=False, about=False, contested=False))

    assert sure(0.75, 2) < sure(0.9, 2) < sure(0.9, 1)
