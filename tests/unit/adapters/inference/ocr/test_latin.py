import numpy as np
import pytest

from adapters.inference.ocr.latin import GREY, HEIGHT, STEP, on_strip


@pytest.mark.parametrize(
    ("height", "width", "wide"), [(48, 64, 64), (48, 65, 128), (24, 100, 256), (96, 100, 64), (480, 2, 64)]
)
def test_a_line_gets_as_little_room_as_it_needs_in_steps(height: int, width: int, wide: int) -> None:
    strip = on_strip(np.zeros((height, width, 3), np.uint8))
    assert strip.shape == (HEIGHT, wide, 3)
    assert wide % STEP == 0


def test_what_is_beside_a_line_is_the_grey_that_networks_take_for_nothing() -> None:
    strip = on_strip(np.full((48, 40, 3), 255, np.uint8))
    assert (strip[:, :40] == 255).all()
    assert (strip[:, 40:] == GREY).all()
