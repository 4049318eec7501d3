"""A legend keeps to its rows, and says how many curves it does not name."""

import pytest

from tests.pictures.curves import Curve
from tests.pictures.legend import BEFORE_NAME, DASH, GAP, MOST_ROWS, Entry, legend, row_width, short_name

NAME_WIDTH = 63.0
ENTRY_WIDTH = DASH + BEFORE_NAME + NAME_WIDTH + GAP


def measure(_: str) -> float:
    return NAME_WIDTH


def entries(count: int) -> list[Entry]:
    return [Entry(Curve(f"{number}", {}, (1.0,)), f"{number}", "#000000", "-") for number in range(count)]


def names(count: int, width: float) -> list[list[str]]:
    return [[entry.name for entry in row] for row in legend(entries(count), width, measure).rows]


def test_entries_stand_beside_each_other_as_far_as_they_fit() -> None:
    assert names(3, 2 * ENTRY_WIDTH - GAP) == [["0", "1"], ["2"]]
    assert names(3, 2 * ENTRY_WIDTH - GAP - 1) == [["0"], ["1"], ["2"]]


def test_where_all_are_named_nothing_is_said_of_others() -> None:
    assert legend(entries(2 * MOST_ROWS), 2 * ENTRY_WIDTH, measure).rest == ""


@pytest.mark.parametrize("count", [7, 12, 40])
def test_those_without_room_are_counted_within_the_last_row(count: int) -> None:
    width = 2 * ENTRY_WIDTH + 10
    told = legend(entries(count), width, measure)
    named = sum(map(len, told.rows))
    assert len(told.rows) == MOST_ROWS
    assert told.rest == f"and {count - named} more"
    assert row_width(told.rows[-1], measure) + measure(told.rest) <= width


def test_a_name_longer_than_a_row_keeps_both_of_its_ends() -> None:
    width = DASH + BEFORE_NAME + 15
    assert short_name("rapidocr-3.10.0/pp-ocrv6, at most", width, len) == "rapidoc…at most"
