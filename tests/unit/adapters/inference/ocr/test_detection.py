import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.inference.ocr.detection import LARGEST, STEP, sheet_for

SIDES = st.integers(64, 2_000)


@given(st.integers(400, 2_000), st.integers(400, 2_000))
def test_a_page_costs_the_same_whatever_its_size(width: int, height: int) -> None:
    across, down = sheet_for(width, height, 0.4)
    assert across * down == pytest.approx(0.4e6, rel=0.1)


@given(SIDES, SIDES)
def test_a_page_keeps_its_proportions_and_grows_little(width: int, height: int) -> None:
    across, down = sheet_for(width, height, 0.7)
    assert across % STEP == down % STEP == 0
    assert across * down <= (LARGEST**2 * width * height) + STEP * (across + down)
    if max(width, height) < 3 * min(width, height) and min(across, down) > 8 * STEP:
        assert abs(math.log(across / down * height / width)) < 0.2


def test_pages_of_all_proportions_share_few_sheets() -> None:
    sheets = {sheet_for(width, 1_600, 0.7) for width in range(400, 1_600)}
    assert len(sheets) < 12


def test_a_page_of_fine_print_is_shown_larger_than_a_receipt() -> None:
    receipt, invoice = sheet_for(860, 2_000, 0.7, 0.55), sheet_for(1_414, 2_000, 0.7, 0.55)
    assert receipt[0] * receipt[1] == pytest.approx(0.7e6, rel=0.1)
    assert invoice[0] * invoice[1] == pytest.approx(1.12e6, rel=0.1)
