import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.inference.receipts.identities import find_tax_id, is_thai_tax_id
from adapters.inference.receipts.rows import Row


def test_the_check_digit_decides() -> None:
    assert is_thai_tax_id("0105544000122")
    assert not is_thai_tax_id("0105544000123")
    assert not is_thai_tax_id("01055440001")


@given(st.integers(0, 12).filter(lambda place: place != 2), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(place: int, change: int) -> None:
    """But for the third digit: its weight is 11, which the check, modulo 11, cannot see."""
    good = "0105544000122"
    wrong = good[:place] + str((int(good[place]) + change) % 10) + good[place + 1 :]
    assert not is_thai_tax_id(wrong)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("TAX ID 0105544000122", "0105544000122"),
        ("เลขประจำตัวผู้เสียภาษี 0-1055-44000-12-2", "0105544000122"),
        ("TAX ID 0105544000123", None),
        ("Biller 0105544000122", None),
    ],
)
def test_only_a_labelled_right_number_is_a_tax_id(text: str, found: str | None) -> None:
    result = find_tax_id([Row(text, 20.0, 1.0)])
    assert (result[0] if result else None) == found
