"""Pages and their cursors."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conformance.database.samples import spending
from workers.domain.spending import SpendingEntry
from workers.ports.queries import EntriesFilter, EntriesFound, PageKey
from workers.queries.entries import CursorError, EntriesPage, entries_page, read_cursor, write_cursor

WANTED = EntriesFilter(tenant="acme", owner="somchai")
ENTRIES = [spending(str(number), spent_on=date(2026, 3, 30 - number)) for number in range(9)]


def key(entry: SpendingEntry) -> PageKey:
    return PageKey(entry.spent_on, entry.id)


class SteppingModels:
    """Entries of which each answer looks at three, and finds those whose day is even."""

    def __init__(self, entries: Sequence[SpendingEntry] = ENTRIES) -> None:
        self._entries = list(entries)
        self.asked: list[int] = []

    async def entries(self, wanted: EntriesFilter, limit: int, after: PageKey | None = None) -> EntriesFound:
        assert wanted == WANTED
        self.asked.append(limit)
        start = 0 if after is None else 1 + [key(entry) for entry in self._entries].index(after)
        looked = self._entries[start : start + 3]
        found = [entry for entry in looked if entry.spent_on.day % 2 == 0]
        if len(found) > limit:
            return EntriesFound(tuple(found[:limit]), key(found[limit - 1]))
        return EntriesFound(tuple(found), key(looked[-1]) if start + 3 < len(self._entries) else None)


async def test_a_page_is_filled_in_steps() -> None:
    models = SteppingModels()
    page = await entries_page(models, WANTED, 3)  # type: ignore[arg-type]
    assert [entry.spent_on.day for entry in page.entries] == [30, 28, 26]
    assert models.asked == [3, 1]


async def test_pages_follow_each_other_to_the_last() -> None:
    models, days, cursor = SteppingModels(), [], None
    while True:
        page = await entries_page(models, WANTED, 2, cursor)  # type: ignore[arg-type]
        days += [entry.spent_on.day for entry in page.entries]
        cursor = page.cursor
        if cursor is None:
            break
    assert days == [30, 28, 26, 24, 22]


async def test_a_page_that_many_looks_do_not_fill_is_given_with_a_cursor() -> None:
    models = SteppingModels()
    page = await entries_page(models, WANTED, 9, most_looks=1)  # type: ignore[arg-type]
    assert page == EntriesPage((ENTRIES[0], ENTRIES[2]), write_cursor(key(ENTRIES[2])))


@given(st.dates(), st.uuids())
def test_a_cursor_is_read_back(day: date, identity: UUID) -> None:
    cursor = write_cursor(PageKey(day, identity))
    assert read_cursor(cursor) == PageKey(day, identity)
    assert cursor.replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize(
    "cursor",
    ["", "1", "2" + write_cursor(key(ENTRIES[0]))[1:], "1AAAA", "1" + "A" * 27, "1ไม่ใช่", "1 !", "1" + "_" * 27],
)
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(CursorError, match="no cursor"):
        read_cursor(cursor)
