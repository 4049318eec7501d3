"""Archiving: what is kept, what is trusted, and what is deleted."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.conformance.database.samples import event
from tests.fakes.archive import MemoryArchive, MemoryMonths
from workers.ports.archive import ArchivedEvent, ArchiveError, Month
from workers.runtime import archiving
from workers.runtime.archiving import Archiver, Progress, Step, TooEarlyError

MARCH, APRIL, MAY, JUNE = (Month(2026, month) for month in (3, 4, 5, 6))
LATER = datetime(2026, 6, 20, tzinfo=UTC)


def row(stream: str, version: int, day: int, month: int = 3) -> ArchivedEvent:
    stored = event(f"{stream}-{version}", stream=stream, version=version)
    return ArchivedEvent(stored, datetime(2026, month, day, tzinfo=UTC))


ROWS = [row("a", 1, 1), row("a", 2, 5, 4), row("b", 1, 31), row("b", 2, 31), row("c", 1, 2, 5)]


async def run(
    stored: MemoryMonths, archive: MemoryArchive, before: Month = MAY, *, delete: bool = False
) -> list[Progress]:
    told: list[Progress] = []
    await Archiver(stored, archive, told.append, part_events=2).run(before, delete=delete)
    return told


async def test_complete_months_are_kept_and_others_left_alone() -> None:
    stored, archive = MemoryMonths(ROWS, LATER), MemoryArchive()
    told = await run(stored, archive)
    assert archive.held == {MARCH: [ROWS[0], ROWS[2], ROWS[3]], APRIL: [ROWS[1]]}
    assert archive.parts == [1, 2, 1]
    assert [each for each in told if each.step is Step.KEPT] == [
        Progress(Step.KEPT, 3, MARCH), Progress(Step.KEPT, 1, APRIL),
    ]  # fmt: skip
    assert stored.rows == ROWS


async def test_a_month_that_is_kept_is_not_written_again() -> None:
    stored, archive = MemoryMonths(ROWS, LATER), MemoryArchive()
    await run(stored, archive)
    kept = dict(archive.held)
    assert await run(stored, archive) == []
    assert archive.held == kept


async def test_a_large_payload_makes_a_part_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archiving, "PART_BYTES", 1)
    archive = MemoryArchive()
    await run(MemoryMonths(ROWS, LATER), archive)
    assert archive.parts == [1, 2, 3, 1]


async def test_what_is_over_is_deleted_after_it_was_compared() -> None:
    stored, archive = MemoryMonths(ROWS, LATER, over=["b", "c"]), MemoryArchive()
    told = await run(stored, archive, delete=True)
    assert stored.rows == [ROWS[0], ROWS[1], ROWS[4]]
    assert [(each.step, each.events) for each in told[-5:]] == [
        (Step.COMPARED, 3), (Step.COMPARED, 1), (Step.DELETED, 0), (Step.DELETED, 2), (Step.DELETED, 0),
    ]  # fmt: skip
    again = await run(stored, archive, delete=True)
    assert [each.events for each in again if each.step is Step.COMPARED] == [1, 1]
    assert len(archive.held[MARCH]) == 3


async def test_what_the_disk_changed_is_not_kept() -> None:
    stored, archive = MemoryMonths(ROWS, LATER, over=["b"]), MemoryArchive(flaw=2)
    with pytest.raises(ArchiveError, match="what was written of 2026-03 is not what is read back"):
        await run(stored, archive, delete=True)
    assert (archive.held, stored.rows) == ({}, ROWS)


async def test_nothing_is_deleted_that_the_archive_does_not_hold() -> None:
    stored, archive = MemoryMonths(ROWS[:2], LATER, over=["b"]), MemoryArchive()
    await run(stored, archive)
    more = MemoryMonths(ROWS, LATER, over=["b"])
    with pytest.raises(ArchiveError, match="version 1 of b is not in the archive of 2026-03"):
        await run(more, archive, delete=True)
    assert more.rows == ROWS


async def test_nothing_is_deleted_where_a_file_has_changed_since() -> None:
    stored, archive = MemoryMonths(ROWS, LATER, over=["b"]), MemoryArchive()
    await run(stored, archive)
    archive.held[MARCH].append(row("z", 1, 3))
    with pytest.raises(ArchiveError, match="the archive of 2026-03 is not as it was kept"):
        await run(stored, archive, delete=True)
    assert stored.rows == ROWS


@pytest.mark.parametrize(
    ("now", "delete", "message"),
    [
        (datetime(2026, 5, 31, tzinfo=UTC), False, "archived from 2026-06-02"),
        (datetime(2026, 6, 1, 23, tzinfo=UTC), True, "archived from 2026-06-02"),
        (datetime(2026, 6, 2, tzinfo=UTC), False, None),
        (datetime(2026, 6, 2, tzinfo=UTC), True, "topics keep records for 30 days.*delete it from 2026-07-01"),
        (datetime(2026, 7, 1, tzinfo=UTC), True, None),
    ],
)
async def test_a_month_is_left_alone_until_it_is_over_and_nobody_asks_for_it(
    now: datetime,
    message: str | None,
    *,
    delete: bool,
) -> None:
    stored, archive = MemoryMonths(ROWS, now), MemoryArchive()
    if message is None:
        await run(stored, archive, JUNE, delete=delete)
        assert MAY in archive.held
        return
    with pytest.raises(TooEarlyError, match=message):
        await run(stored, archive, JUNE, delete=delete)
    assert archive.held == {}


async def test_a_second_run_waits_its_turn() -> None:
    archive = MemoryArchive()
    with archive.locked(), pytest.raises(ArchiveError, match="another run"):
        await run(MemoryMonths(ROWS, LATER), archive)


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "2026-5", "26-05", "0000-01", "2026-05-01", " 2026-05", "May"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no month"):
        Month.of(text)


def test_a_month_is_written_as_it_is_read_and_ends_where_the_next_begins() -> None:
    december = Month.of("2026-12")
    assert (str(december), str(december.next)) == ("2026-12", "2027-01")
    assert december.next.begins - december.begins == timedelta(days=31)
    assert Month.of("2027-01") == december.next
