import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.inference.ocr.spelling import HEIGHT, STEP, WIDEST, prepare, spell

CHARACTERS = "กขค"


def chances(*classes: int, sure: float = 0.9) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    found = np.full((len(classes), len(CHARACTERS) + 1), (1 - sure) / len(CHARACTERS), np.float32)
    found[np.arange(len(classes)), classes] = sure
    return found


@pytest.mark.parametrize(
    ("classes", "text"),
    [((1, 1, 2), "กข"), ((1, 0, 1), "กก"), ((0, 0, 3, 0), "ค"), ((0, 0), ""), ((2, 1, 1, 0, 3), "ขกค")],
)
def test_repeats_are_one_character_unless_a_blank_stands_between(classes: tuple[int, ...], text: str) -> None:
    found, confidence = spell(chances(*classes), CHARACTERS)
    assert found == text
    assert confidence == pytest.approx(0.9 if text else 0.0)


@given(st.integers(4, 80), st.integers(4, 3_000))
def test_a_line_of_any_size_becomes_rows_of_one_height(height: int, width: int) -> None:
    ink = prepare(np.full((height, width), 200, np.uint8))
    assert ink.shape[0] == HEIGHT
    assert ink.shape[1] % STEP == 0
    assert ink.shape[1] <= WIDEST
    assert ink.max() == 0


def test_print_is_ink_whatever_the_light_and_the_colours() -> None:
    dark_on_light = np.full((40, 200), 220, np.uint8)
    dark_on_light[15:25, 20:60] = 90
    for page in (dark_on_light, dark_on_light // 2, 255 - dark_on_light):
        ink = prepare(page)
        assert ink[20, 40] > 0.9
        assert ink[5, 150] < 0.1
