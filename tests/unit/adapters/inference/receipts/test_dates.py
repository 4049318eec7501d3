from datetime import date, time

import pytest

from adapters.inference.receipts.dates import find_date
from adapters.inference.receipts.rows import Row

REFERENCE = date(2025, 6, 15)


def row(text: str) -> Row:
    return Row(text, 20.0, 1.0)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("15/06/68", date(2025, 6, 15)),
        ("15/06/25", date(2025, 6, 15)),
        ("15-06-2568", date(2025, 6, 15)),
        ("2025-06-01", date(2025, 6, 1)),
        ("2568/06/01", date(2025, 6, 1)),
        ("1.6.2025", date(2025, 6, 1)),
        ("3 มิ.ย. 2568", date(2025, 6, 3)),
        ("3 มิย 68", date(2025, 6, 3)),
        ("3 มิถุนายน พ.ศ. 2568", date(2025, 6, 3)),
        ("12 มกราคม 2568", date(2025, 1, 12)),
        ("28 Feb 2025", date(2025, 2, 28)),
        ("28-FEB-25", date(2025, 2, 28)),
        ("June 3, 2025", date(2025, 6, 3)),
        ("06/14/2025", date(2025, 6, 14)),
        ("18/03/201823:02:16", date(2018, 3, 18)),
        ("23/06/1812:46:33 PM", date(2018, 6, 23)),
        ("31/12/24", date(2024, 12, 31)),
    ],
)
def test_a_printed_date_is_read(text: str, day: date) -> None:
    found = find_date([row(text)], REFERENCE)
    assert found is not None
    assert found.day == day


@pytest.mark.parametrize("text", ["16/06/2025", "31/02/2025", "1234567890", "12.50", "TEL 02-123-4567", "99/99/99"])
def test_what_is_no_past_day_is_no_date(text: str) -> None:
    assert find_date([row(text)], REFERENCE) is None


def test_the_labelled_date_outranks_an_expiry_and_another_day() -> None:
    rows = [row("MEMBER UNTIL 01/01/2025"), row("01/05/2025"), row("DATE 02/06/2025 10:15")]
    found = find_date(rows, REFERENCE)
    assert found is not None
    assert (found.day, found.at) == (date(2025, 6, 2), time(10, 15))


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("3 Jun 25 2:22 PM", time(14, 22)),
        ("3 Jun 25 12:05 AM", time(0, 5)),
        ("3 มิ.ย. 68 14.22 น.", time(14, 22)),
        ("3 Jun 25 - 14:22:59", time(14, 22)),
        ("3 Jun 25 31.94", None),
    ],
)
def test_the_time_beside_the_date_is_read(text: str, at: time | None) -> None:
    found = find_date([row(text)], REFERENCE)
    assert found is not None
    assert found.at == at


def test_a_time_may_stand_on_a_row_of_its_own() -> None:
    found = find_date([row("DATE 3/6/2568"), row("TIME 17:20")], REFERENCE)
    assert found is not None
    assert found.at == time(17, 20)
