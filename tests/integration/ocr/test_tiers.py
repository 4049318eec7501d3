"""The fast tier, with its real models."""

import pytest

from adapters.inference.ocr import engine
from adapters.inference.ocr.recognition import LocalTextRecognition
from tests.integration.ocr.demo import demo_image

pytestmark = pytest.mark.ocr

COFFEE = demo_image("coffee-cash.jpg")
FAST = engine.Choices(tier="fast")


async def test_an_answer_says_which_tier_read_and_the_lines_are_in_order() -> None:
    async with LocalTextRecognition(tier="fast") as recognition:
        text = await recognition.recognise(COFFEE)
    words = [line.text for line in text.lines]
    assert words[0] == "DOI SUNRISE COFFEE"
    assert words.index("TOTAL") < words.index("CASH") < words.index("CHANGE")
    assert text.answer.backend == recognition.engine
    assert "/pp-ocrv6-tiny" in text.answer.backend


@pytest.mark.usefixtures("socket_disabled")
def test_nothing_is_downloaded_and_thai_is_read_as_in_the_other_tier(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine.ThisProcess, "engine", engine.load_engine(FAST))
    page = engine.read_image(COFFEE)
    assert isinstance(page, engine.PageText)
    (thai,) = (line for line in page.lines if line.text == "กาแฟดอยอรุณ")
    assert thai.confidence > 0.8
