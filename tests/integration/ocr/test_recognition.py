"""The real models, in one real process for all tests."""

import asyncio
import io
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from PIL import Image

from adapters.inference.ocr.recognition import LocalTextRecognition
from contracts.errors import ErrorCode
from tests.integration.ocr.demo import demo_image
from tests.unit.adapters.inference.ocr.documents import code_picture, many
from tests.unit.adapters.inference.ocr.pictures import picture, turned
from workers.ports.errors import ImageError, NothingFoundError

pytestmark = [pytest.mark.ocr, pytest.mark.asyncio(loop_scope="module")]

COFFEE = demo_image("coffee-cash.jpg")
SLIP_CODE = "004000060000010103002021900021231231212000115102TH91049C30"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def recognition() -> AsyncIterator[LocalTextRecognition]:
    async with LocalTextRecognition() as started:
        yield started


async def test_a_receipt_is_read_top_to_bottom(recognition: LocalTextRecognition) -> None:
    text = await recognition.recognise(COFFEE)
    words = [line.text for line in text.lines]
    assert words[0] == "DOI SUNRISE COFFEE"
    assert words.index("TOTAL") < words.index("CASH") < words.index("CHANGE")
    assert (text.media_type, text.answer.capability) == ("image/jpeg", "text_recognition")
    assert text.answer.backend.startswith("rapidocr-3.")
    assert all(0 <= line.confidence <= 1 and line.box.right <= text.width + 1 for line in text.lines)


async def test_the_codes_of_an_image_come_with_its_text(recognition: LocalTextRecognition) -> None:
    assert (await recognition.recognise(COFFEE)).codes == ()
    page = Image.new("RGB", (600, 500), "white")
    page.paste(code_picture(SLIP_CODE), (100, 100))
    buffer = io.BytesIO()
    page.save(buffer, "PNG")
    assert (await recognition.recognise(buffer.getvalue())).codes == (SLIP_CODE,)


@pytest.mark.parametrize("kind", ["PDF", "TIFF"])
async def test_the_pages_of_a_document_are_read_one_below_the_other(
    recognition: LocalTextRecognition, kind: str
) -> None:
    page = Image.open(io.BytesIO(COFFEE)).convert("RGB")
    half = page.height // 2
    document = many(kind, [page.crop((0, 0, page.width, half)), page.crop((0, half, page.width, page.height))])
    text = await recognition.recognise(document)
    words = [line.text for line in text.lines]
    assert words.index("DOI SUNRISE COFFEE") < words.index("TOTAL") < words.index("CHANGE")
    tops = [line.box.top for line in text.lines]
    assert max(tops) > text.height / 2 > min(tops)
    assert text.media_type in {"application/pdf", "image/tiff"}


async def test_a_thai_line_among_latin_ones_is_read(recognition: LocalTextRecognition) -> None:
    text = await recognition.recognise(COFFEE)
    (thai,) = (line for line in text.lines if line.text == "กาแฟดอยอรุณ")
    assert thai.confidence > 0.8


async def test_an_image_without_text_or_beyond_use_is_refused(recognition: LocalTextRecognition) -> None:
    with pytest.raises(NothingFoundError) as blank:
        await recognition.recognise(picture("JPEG", (600, 800)))
    assert blank.value.code is ErrorCode.NO_TEXT_FOUND
    with pytest.raises(ImageError) as cut:
        await recognition.recognise(COFFEE[:4_000])
    assert cut.value.code is ErrorCode.IMAGE_UNREADABLE
    with pytest.raises(NothingFoundError):
        await recognition.recognise(turned(6))
    assert (await recognition.recognise(COFFEE)).lines


async def test_the_event_loop_goes_on_while_an_image_is_read(recognition: LocalTextRecognition) -> None:
    async with asyncio.TaskGroup() as group:
        reading = group.create_task(recognition.recognise(COFFEE))
        for _ in range(1_000):
            await asyncio.wait({reading}, timeout=0)
        assert not reading.done()
    assert reading.result().lines


async def test_a_cancelled_reading_leaves_the_pool_in_order(recognition: LocalTextRecognition) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await recognition.recognise(COFFEE)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await recognition.recognise(COFFEE)
    assert (await recognition.recognise(COFFEE)).lines
