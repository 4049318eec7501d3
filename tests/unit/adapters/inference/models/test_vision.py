from io import BytesIO

import pytest
from PIL import Image

from adapters.inference.models.asking import NoAnswerError
from adapters.inference.models.vision import ModelTextRecognition
from contracts.errors import ErrorCode
from contracts.values import MAX_IMAGE_BYTES
from tests.fakes.models import BACKEND, FakeAsker
from workers.ports.errors import ImageError, NothingFoundError


def picture(kind: str = "PNG", size: tuple[int, int] = (300, 100)) -> bytes:
    target = BytesIO()
    Image.new("1", size).save(target, kind)
    return target.getvalue()


async def test_lines_are_laid_out_from_top_to_bottom_as_sure_as_the_model_is_trusted() -> None:
    asker = FakeAsker('{"lines":["CAFE  AMAZON","","รวม 65.00"]}')
    recognition = ModelTextRecognition(asker, 0.6)
    text = await recognition.recognise(picture())
    assert [line.text for line in text.lines] == ["CAFE AMAZON", "รวม 65.00"]
    assert [line.confidence for line in text.lines] == [0.6, 0.6]
    first, second = (line.box for line in text.lines)
    assert 0 == first.top < first.bottom <= second.top < second.bottom <= text.height == 100
    assert (text.width, text.media_type, text.answer.backend, recognition.engine) == (
        300,
        "image/png",
        BACKEND,
        BACKEND,
    )


async def test_the_image_is_sent_as_it_came() -> None:
    asker = FakeAsker('{"lines":["x"]}')
    await ModelTextRecognition(asker, 0.6).recognise(picture("GIF"))
    (question,) = asker.asked
    assert question.picture is not None
    assert (question.picture.data, question.picture.media_type) == (picture("GIF"), "image/gif")


async def test_an_image_without_text_has_none() -> None:
    with pytest.raises(NothingFoundError) as caught:
        await ModelTextRecognition(FakeAsker('{"lines":[" "]}'), 0.6).recognise(picture())
    assert caught.value.code is ErrorCode.NO_TEXT_FOUND


@pytest.mark.parametrize("image", [picture("TIFF"), picture("BMP"), b"no image", b""])
async def test_what_models_do_not_take_is_left_to_other_engines(image: bytes) -> None:
    asker = FakeAsker('{"lines":["x"]}')
    with pytest.raises(NoAnswerError) as caught:
        await ModelTextRecognition(asker, 0.6).recognise(image)
    assert (caught.value.share.calls, asker.asked) == (0, [])


@pytest.mark.parametrize(
    ("image", "code"),
    [
        (picture() + bytes(MAX_IMAGE_BYTES), ErrorCode.IMAGE_TOO_LARGE),
        (picture(size=(8_000, 6_000)), ErrorCode.IMAGE_TOO_LARGE),
        (picture()[:20], ErrorCode.IMAGE_UNREADABLE),
    ],
)
async def test_an_image_that_cannot_be_used_is_refused_before_it_is_sent(image: bytes, code: ErrorCode) -> None:
    asker = FakeAsker('{"lines":["x"]}')
    with pytest.raises(ImageError) as caught:
        await ModelTextRecognition(asker, 0.6).recognise(image)
    assert (caught.value.code, asker.asked) == (code, [])
