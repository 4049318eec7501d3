import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.inference.ocr.margins import printed_part
from adapters.inference.ocr.spelling import Pixels


def page(height: int = 2_000, width: int = 1_400) -> Pixels:
    return np.full((height, width, 3), 250, np.uint8)


def print_lines(on: Pixels, left: int, top: int, right: int, bottom: int) -> None:
    """Letters as blocks, in lines 20 pixels high."""
    for line in range(top, bottom - 20, 40):
        for letter in range(left, right - 10, 20):
            on[line : line + 20, letter : letter + 10] = 20


@given(st.integers(0, 800), st.integers(0, 1_200))
def test_a_receipt_on_a_large_page_is_the_part_that_is_looked_at(left: int, top: int) -> None:
    scan = page()
    print_lines(scan, left, top, left + 500, top + 700)
    found = printed_part(scan)
    assert found[0] <= left
    assert found[1] <= top
    assert found[2] >= min(1_400, left + 490)
    assert found[3] >= min(2_000, top + 660)
    assert (found[2] - found[0]) * (found[3] - found[1]) < 650 * 850


def test_dust_does_not_count_as_print() -> None:
    scan = page()
    print_lines(scan, 400, 400, 800, 900)
    scan[1_900:1_908, 1_300:1_308] = 0
    assert printed_part(scan)[2:] < (900, 1_000)


@pytest.mark.parametrize("height", [40, 500, 2_000])
def test_a_blank_a_small_and_a_full_page_are_looked_at_as_a_whole(height: int) -> None:
    full = page(height, 900)
    assert printed_part(full) == (0, 0, 900, height)
    print_lines(full, 20, 5, 880, height - 5)
    assert printed_part(full) == (0, 0, 900, height)
