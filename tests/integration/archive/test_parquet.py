"""`EventArchive` as Parquet files in a folder."""

import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from arro3.io import read_parquet

from adapters.storage.archive import ParquetArchive
from tests.conformance.database.samples import THAI, event
from workers.ports.archive import ArchivedEvent, ArchiveError, Month, Sum

pytestmark = pytest.mark.integration

MARCH = Month(2026, 3)
AT = datetime(2026, 3, 31, 23, 59, 59, 999999, tzinfo=UTC)
ROWS = [
    ArchivedEvent(event(f"c-{number}", ordinal=number, terminal=bool(number % 2), version=2**31 - 1 - number), AT)
    for number in range(500)
]


@pytest.fixture
def archive(tmp_path: Path) -> ParquetArchive:
    return ParquetArchive(tmp_path / "deep" / "archive")


def kept(archive: ParquetArchive, place: Path) -> Path:
    with archive.locked():
        archive.begin(MARCH)
        archive.write(MARCH, 1, ROWS[:300])
        archive.write(MARCH, 2, ROWS[300:])
        archive.keep(MARCH, Sum(500, "abc"))
    return next((place / "deep" / "archive").glob("month=*"))


def test_events_come_back_as_they_were(archive: ParquetArchive, tmp_path: Path) -> None:
    kept(archive, tmp_path)
    assert list(archive.read(MARCH)) == ROWS
    assert archive.kept(MARCH) == Sum(500, "abc")
    assert archive.kept(MARCH.next) is None


def test_any_reader_of_parquet_finds_columns_with_their_types(archive: ParquetArchive, tmp_path: Path) -> None:
    folder = kept(archive, tmp_path)
    table = read_parquet(str(folder / "part-00001.parquet")).read_all()
    assert table.num_rows == 300
    assert table.column("data")[0].as_py() == THAI
    types = {name: str(table.schema.field(name).type) for name in ("tenant", "version", "occurred_at", "terminal")}
    assert all(word in types[name] for name, word in {"tenant": "Utf8", "version": "Int32", "terminal": "Bool"}.items())
    assert "UTC" in types["occurred_at"]


def test_files_are_for_their_owner_only(archive: ParquetArchive, tmp_path: Path) -> None:
    folder = kept(archive, tmp_path)
    for path in (folder, *folder.iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_what_was_begun_is_no_kept_month_and_is_begun_anew(archive: ParquetArchive) -> None:
    with archive.locked():
        archive.begin(MARCH)
        archive.write(MARCH, 7, ROWS)
        assert archive.kept(MARCH) is None
        archive.begin(MARCH)
        archive.write(MARCH, 1, ROWS[:2])
        assert list(archive.read(MARCH, kept=False)) == ROWS[:2]


def test_a_second_run_is_kept_out_while_the_first_goes_on(archive: ParquetArchive) -> None:
    with archive.locked(), pytest.raises(ArchiveError, match="another run is archiving"), archive.locked():
        pass
    with archive.locked():
        pass


def test_a_broken_part_and_a_broken_manifest_are_named(archive: ParquetArchive, tmp_path: Path) -> None:
    folder = kept(archive, tmp_path)
    part = folder / "part-00002.parquet"
    whole = part.read_bytes()
    # Cut short, empty, a footer that is none, and a page of a column overwritten.
    for broken in (whole[:-10], b"", whole[:-40] + b"?" * 32 + whole[-8:], whole[:400] + b"?" * 400 + whole[800:]):
        part.write_bytes(broken)
        with pytest.raises(ArchiveError, match=r"part-00002\.parquet cannot be read"):
            list(archive.read(MARCH))
    for manifest in ("{", json.dumps({"events": 1}), "[]"):
        (folder / "manifest.json").write_text(manifest)
        with pytest.raises(ArchiveError, match=r"manifest\.json cannot be read"):
            archive.kept(MARCH)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    archive = ParquetArchive(tmp_path / "file" / "archive")
    with pytest.raises(ArchiveError, match="file/archive cannot be written"), archive.locked():
        pass
