import pytest

from adapters.inference.ocr.recognition import LocalTextRecognition
from contracts.errors import ErrorCode
from tests.unit.adapters.inference.ocr.pictures import picture
from workers.ports.errors import BackendError, ImageError


async def test_what_is_no_image_is_refused_without_bothering_a_process() -> None:
    with pytest.raises(ImageError) as refused:
        await LocalTextRecognition().recognise(b"hello")
    assert refused.value.code is ErrorCode.IMAGE_UNSUPPORTED


async def test_before_the_start_recognition_is_unavailable_and_says_so() -> None:
    with pytest.raises(BackendError, match="not started") as refused:
        await LocalTextRecognition().recognise(picture())
    assert refused.value.code is ErrorCode.BACKEND_UNAVAILABLE


async def test_closing_what_was_never_started_changes_nothing() -> None:
    recognition = LocalTextRecognition()
    await recognition.close()
    with pytest.raises(BackendError, match="not started"):
        await recognition.recognise(picture())
