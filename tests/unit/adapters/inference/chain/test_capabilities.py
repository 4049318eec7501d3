from dataclasses import replace
from datetime import date

import pytest

from adapters.inference.chain.capabilities import (
    CategorizationChain,
    ReceiptExtractionChain,
    TextExtractionChain,
    TextRecognitionChain,
    sureness,
)
from adapters.inference.chain.chain import Step
from contracts.errors import ErrorCode
from contracts.readings import BackendAnswer, Read, ReadingContext
from contracts.values import Category, Confidence
from tests.fakes.inference import (
    ENGINE,
    FakeCategorization,
    FakeReceiptExtraction,
    FakeRecognition,
    FakeTextExtraction,
)
from tests.unit.handlers.examples import CATEGORY, RECEIPT_READING, RECOGNISED, TEXT_READING
from workers.ports.errors import BackendError, CapabilityOutageError, NothingFoundError
from workers.ports.inference import Box, Purchase, RecognisedText, TextLine

CONTEXT = ReadingContext(reference_date=date(2026, 3, 2))
GONE = BackendError(ErrorCode.BACKEND_UNAVAILABLE, "is gone")
BLURRED = RecognisedText(
    (TextLine("c0ff33", Box(0, 0, 1, 1), 0.2),),
    1,
    1,
    "image/png",
    BackendAnswer(capability="text_recognition", backend=ENGINE),
)
SEEN = RecognisedText(
    (TextLine("coffee 65", Box(0, 0, 1, 1), 0.7),),
    1,
    1,
    "image/png",
    BackendAnswer(capability="text_recognition", backend="vision"),
)


async def test_a_text_goes_from_the_unsure_to_the_next() -> None:
    unsure = TEXT_READING.model_copy(update={"confidence": Confidence(0.4)})
    chain = TextExtractionChain(
        [Step("a", FakeTextExtraction(unsure), 0.8), Step("b", FakeTextExtraction(TEXT_READING), 0.0)]
    )
    assert (await chain.extract("coffee 65", CONTEXT))[0] is TEXT_READING


async def test_a_receipt_names_who_answered_and_who_could_not() -> None:
    chain = ReceiptExtractionChain(
        [Step("a", FakeReceiptExtraction(GONE), 0.8), Step("b", FakeReceiptExtraction(RECEIPT_READING), 0.0)]
    )
    reading, shares = await chain.extract(RECOGNISED, CONTEXT)
    assert reading is RECEIPT_READING
    assert [(share.backend, share.unavailable) for share in shares] == [("fake-rules-1", None), ("a", "is gone")]


async def test_a_category_is_judged_by_the_surest() -> None:
    unsure = Read(value=Category.MISCELLANEOUS, confidence=Confidence(0.3))
    chain = CategorizationChain(
        [Step("a", FakeCategorization(unsure), 0.8), Step("b", FakeCategorization(CATEGORY), 0.0)]
    )
    assert (await chain.categorise(Purchase("noodles")))[0] is CATEGORY


async def test_an_image_is_read_again_where_the_first_engine_is_unsure() -> None:
    chain = TextRecognitionChain(
        [Step("ocr", FakeRecognition(BLURRED), 0.6), Step("vision", FakeRecognition(SEEN), 0.0)]
    )
    text = await chain.recognise(b"image")
    assert text.lines == SEEN.lines
    assert [share.backend for share in text.others] == [ENGINE]
    assert chain.engine == ENGINE


async def test_an_image_in_which_the_first_engine_finds_nothing_is_read_by_the_next() -> None:
    nothing = NothingFoundError(ErrorCode.NO_TEXT_FOUND, "none")
    chain = TextRecognitionChain(
        [Step("ocr", FakeRecognition(nothing), 0.6), Step("vision", FakeRecognition(SEEN), 0.0)]
    )
    assert (await chain.recognise(b"image")).lines == SEEN.lines


async def test_an_outage_names_the_capability() -> None:
    out = CapabilityOutageError("text_recognition", "nothing starts")
    chain = TextRecognitionChain([Step("ocr", FakeRecognition(out), 0.6)])
    with pytest.raises(CapabilityOutageError) as caught:
        await chain.recognise(b"image")
    assert caught.value.capability == "text_recognition"


def test_an_engine_is_as_sure_as_its_letters_are() -> None:
    assert sureness(SEEN) == pytest.approx(0.7)
    assert sureness(RecognisedText((), 1, 1, "image/png", SEEN.answer)) == 0.0
    long, spot = TextLine("0123456789", Box(0, 0, 1, 1), 1.0), TextLine(".", Box(0, 0, 1, 1), 0.0)
    both = RecognisedText((long, spot), 1, 1, "image/png", SEEN.answer)
    assert sureness(both) == pytest.approx(10 / 11)


async def test_a_chain_whose_first_backend_is_sure_suspends_nowhere() -> None:
    """The runtime decides many texts in one go, as long as none of them waits."""
    chain = TextExtractionChain(
        [Step("a", FakeTextExtraction(TEXT_READING), 0.8), Step("b", FakeTextExtraction(GONE), 0.0)]
    )
    with pytest.raises(StopIteration) as ended:
        chain.extract("coffee 65", CONTEXT).send(None)
    assert ended.value.value[0] is TEXT_READING


async def test_codes_that_one_engine_found_stay_with_the_text_of_the_other() -> None:
    coded = replace(BLURRED, codes=("00020101",))
    chain = TextRecognitionChain([Step("ocr", FakeRecognition(coded), 0.6), Step("vision", FakeRecognition(SEEN), 0.0)])
    text = await chain.recognise(b"image")
    assert (text.lines, text.codes) == (SEEN.lines, ("00020101",))
