from dataclasses import replace
from decimal import Decimal

import pytest

from contracts.money import Money
from contracts.readings import BackendAnswer
from tests.fakes.cache import VisibleCache
from tests.fakes.inference import ENGINE, FakeRecognition
from tests.unit.handlers.examples import RECOGNISED
from workers.handlers.recognition import CACHE_TTL_SECONDS, recognise

SHA256 = "ab" * 32
KEY = f"{SHA256}:{ENGINE}"


async def test_a_recalled_text_equals_the_recognised_one_but_for_its_mark() -> None:
    cache, recognition = VisibleCache(), FakeRecognition(RECOGNISED)
    await recognise(b"image", SHA256, recognition=recognition, cache=cache)

    recalled = await recognise(b"image", SHA256, recognition=recognition, cache=cache)

    assert replace(recalled, answer=RECOGNISED.answer) == RECOGNISED
    assert (recalled.answer.cached, recalled.answer.calls) == (True, 0)
    assert recalled.answer.backend == ENGINE


async def test_a_recalled_text_cost_nothing() -> None:
    paid = RECOGNISED.answer.model_copy(update={"cost": Money.of("0.10"), "exact_cost": Decimal("0.1"), "calls": 2})
    cache, recognition = VisibleCache(), FakeRecognition(replace(RECOGNISED, answer=paid))

    first = await recognise(b"image", SHA256, recognition=recognition, cache=cache)
    second = await recognise(b"image", SHA256, recognition=recognition, cache=cache)

    assert (first.answer.cost, second.answer.cost) == (Money.of("0.10"), None)
    assert (first.answer.exact_cost, second.answer.exact_cost) == (Decimal("0.1"), None)


async def test_the_key_names_the_engine_and_the_exact_image_and_expires() -> None:
    cache = VisibleCache()

    await recognise(b"image", SHA256, recognition=FakeRecognition(RECOGNISED), cache=cache)

    assert cache.ttls == {KEY: CACHE_TTL_SECONDS}


async def test_another_engine_or_image_is_another_question() -> None:
    cache = VisibleCache()
    await recognise(b"image", SHA256, recognition=FakeRecognition(RECOGNISED), cache=cache)
    newer, other = FakeRecognition(RECOGNISED, engine="fake-ocr-2.0"), FakeRecognition(RECOGNISED)

    await recognise(b"image", SHA256, recognition=newer, cache=cache)
    await recognise(b"other", "cd" * 32, recognition=other, cache=cache)

    assert (newer.asked, other.asked) == ([b"image"], [b"other"])


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"\xff\xfe",
        b"null",
        b"[]",
        b"{}",
        b'{"lines": [], "width": 1, "height": 1, "media_type": "image/png"}',
        (
            b'{"lines":[{"text":"x","box":[1,2,3],"confidence":1}],"width":1,"height":1,"media_type":"image/png",'
            b'"answer":{"capability":"text_recognition","backend":"fake-ocr-1.0/small"}}'
        ),
        (
            b'{"lines":[],"width":1,"height":1,"media_type":"image/png",'
            b'"answer":{"capability":"text_recognition","backend":"another engine"}}'
        ),
    ],
)
async def test_a_damaged_or_foreign_value_is_a_miss_and_is_replaced(value: bytes) -> None:
    cache, recognition = VisibleCache(), FakeRecognition(RECOGNISED)
    cache.values[KEY] = value

    text = await recognise(b"image", SHA256, recognition=recognition, cache=cache)

    assert text == RECOGNISED
    assert recognition.asked == [b"image"]
    assert cache.values[KEY] != value


async def test_a_substitutes_answer_is_not_remembered_as_the_engines() -> None:
    substitute = replace(RECOGNISED, answer=BackendAnswer(capability="text_recognition", backend="hosted-model-3"))
    cache, recognition = VisibleCache(), FakeRecognition(substitute)

    text = await recognise(b"image", SHA256, recognition=recognition, cache=cache)

    assert text == substitute
    assert cache.values == {}


async def test_an_unsure_answer_that_others_were_to_be_asked_about_is_not_remembered() -> None:
    """While the others were down it was the best there was; once they are back it is not."""
    down = BackendAnswer(capability="text_recognition", backend="vision", calls=0, unavailable="cannot be reached")
    cache = VisibleCache()

    await recognise(b"image", SHA256, recognition=FakeRecognition(replace(RECOGNISED, others=(down,))), cache=cache)

    assert cache.values == {}
