from __future__ import annotations

import struct
from datetime import date
from importlib.util import find_spec

import pytest

from adapters.inference.embeddings.likeness import PHRASES, EmbeddingLikeness, pack_phrases
from adapters.inference.embeddings.loading import PACKAGE, load_embeddings
from adapters.inference.lexicon.similarity import CATEGORIES
from adapters.inference.texts import RuleCategorization, RuleTextExtraction
from adapters.inference.texts.categorization import Likeness
from contracts.readings import ReadingContext
from contracts.values import Category
from workers.ports.inference import Purchase

INSTALLED = find_spec(PACKAGE) is not None


def by_first_letter(words: str) -> tuple[float, float]:
    """An embedding of two numbers: whether the words begin with z, and whether they do not."""
    return (1.0, 0.0) if words.strip().startswith("z") else (0.0, 1.0)


@pytest.fixture
def likeness() -> Likeness:
    studies = [((1.0, 0.1 * number), Category.EDUCATION) for number in range(4)]
    trips = [((0.0, 1.0), Category.TRAVEL), ((0.1, 0.9), Category.TRAVEL), ((0.5, 0.5), Category.FOOD)]
    return EmbeddingLikeness(by_first_letter, pack_phrases([*studies, *trips]))


def test_the_nearest_phrases_tell_the_category_and_their_share_how_surely(likeness: Likeness) -> None:
    first, second = likeness("zzz"), likeness("qqq")
    assert first is not None
    assert second is not None
    assert (first.category, second.category) == (Category.EDUCATION, Category.TRAVEL)
    assert 0.8 < first.share < 1
    assert likeness("  ") is None


async def test_it_is_asked_only_where_the_lexicon_knows_nothing_and_is_named_then(likeness: Likeness) -> None:
    extraction = RuleTextExtraction(likeness)
    context = ReadingContext(reference_date=date(2025, 6, 15))
    unknown, answers = await extraction.extract("zxqv 90", context)
    assert (unknown.category.value, unknown.category.evidence) == (Category.EDUCATION, "zxqv")
    assert [answer.backend for answer in answers][1:] == ["embeddings/1"]
    known, answers = await extraction.extract("taxi 90", context)
    assert known.category.value is Category.TRANSPORTATION
    assert len(answers) == 1


async def test_a_categorization_names_it_too(likeness: Likeness) -> None:
    read, (answer,) = await RuleCategorization(likeness).categorise(Purchase("zxqv"))
    assert (read.value, answer.backend) == (Category.EDUCATION, "embeddings/1")


@pytest.mark.skipif(INSTALLED, reason="the extra is installed")
def test_without_the_extra_one_is_told_how_to_get_it() -> None:
    load_embeddings.cache_clear()
    with pytest.raises(ModuleNotFoundError, match=r"poon-workers\[embeddings\]"):
        load_embeddings()


@pytest.mark.skipif(not INSTALLED, reason="the extra is not installed")
def test_the_real_model_tells_what_words_mean() -> None:
    model = load_embeddings()
    told = {words: model(words) for words in ("กายภาพบำบัดหลัง", "plane tickets")}
    assert [None if found is None else found.category for found in told.values()] == [
        Category.HEALTHCARE,
        Category.TRAVEL,
    ]


def test_the_packaged_phrases_are_places_of_the_model_and_categories_of_ours() -> None:
    packed = PHRASES.read_bytes()
    size, count = struct.unpack_from("<II", packed)
    assert size == 384
    assert len(packed) == 8 + count * (1 + size)
    assert set(packed[8 : 8 + count]) <= set(range(len(CATEGORIES)))
