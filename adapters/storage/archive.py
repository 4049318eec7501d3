"""`EventArchive` in a folder: a month is a folder of Parquet files that any tool reads, kept by one rename.

``FOLDER/month=2026-04/part-00001.parquet`` is how Parquet data sets are laid out, so that DuckDB, Spark or pandas take
the month for a column. ``manifest.json`` beside the parts says how many events there are and what they sum up to.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any, Final
from uuid import UUID

from arro3.core import Array, DataType, Field, RecordBatch, Schema
from arro3.io import read_parquet, write_parquet

from workers.ports.archive import ArchivedEvent, ArchiveError, Month, Sum
from workers.ports.store import StoredEvent

_FIELDS: Final = (*StoredEvent._fields, "recorded_at")
_NUMBERS: Final = frozenset({"version", "ordinal"})
_MOMENTS: Final = frozenset({"occurred_at", "recorded_at"})
_MOMENT: Final = DataType.timestamp("us", tz="UTC")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_COMPRESSION: Final = "zstd(3)"
_ROWS_AT_ONCE: Final = 200
"""Rows that are in memory while a part is read: an event may hold an image."""
_MANIFEST: Final = "manifest.json"
_LOCK: Final = ".lock"
_KEPT: Final = "month="
_BEFORE: Final = ".before"
"""Ends the name of a month while another one takes its place."""
_MAGIC: Final = b"PAR1"
_PANIC: Final = "PanicException"


class ParquetArchive:
    """`EventArchive` in a folder. Files are for their owner only: events hold personal texts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()

    @contextmanager
    def locked(self) -> Iterator[None]:
        with self._told():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = _private(self._folder / _LOCK)
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ArchiveError(f"another run is archiving into {self._folder}: wait for its end") from None
            with self._told():
                self._mend()
            yield

    def months(self) -> Sequence[Month]:
        return sorted(Month.of(path.name.removeprefix(_KEPT)) for path in self._folder.glob(f"{_KEPT}*"))

    def kept(self, month: Month) -> Sum | None:
        folder = self._kept(month)
        if not folder.exists():
            return None
        try:
            told = json.loads((folder / _MANIFEST).read_text())
            return Sum(int(told["events"]), str(told["sha256"]))
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise ArchiveError(f"{folder / _MANIFEST} cannot be read: {error}") from error

    def begin(self, month: Month) -> None:
        with self._told():
            shutil.rmtree(self._begun(month), ignore_errors=True)
            self._begun(month).mkdir(mode=0o700)

    def write(self, month: Month, part: int, events: Sequence[ArchivedEvent]) -> None:
        batch = _batch(events)
        with self._told(), _durable(self._begun(month) / f"part-{part:05}.parquet") as file:
            write_parquet(batch, file, compression=_COMPRESSION)

    def keep(self, month: Month, total: Sum) -> None:
        with self._told():
            begun = self._sealed(month, total)
            begun.rename(self._kept(month))
            _sync_folder(self._folder)

    def replace(self, month: Month, total: Sum) -> None:
        with self._told():
            begun, before = self._sealed(month, total), self._folder / f".{_KEPT}{month}{_BEFORE}"
            self._kept(month).rename(before)
            # Killed here, the month is put back by the next run: see `_mend`.
            begun.rename(self._kept(month))
            _sync_folder(self._folder)
            shutil.rmtree(before)

    def _sealed(self, month: Month, total: Sum) -> Path:
        begun = self._begun(month)
        with _durable(begun / _MANIFEST) as file:
            file.write(json.dumps({"month": str(month), **total._asdict()}).encode())
        _sync_folder(begun)
        return begun

    def _mend(self) -> None:
        for before in self._folder.glob(f".{_KEPT}*{_BEFORE}"):
            kept = self._folder / before.name.removeprefix(".").removesuffix(_BEFORE)
            if kept.exists():
                shutil.rmtree(before)
            else:
                before.rename(kept)

    def read(self, month: Month, *, kept: bool = True) -> Iterator[ArchivedEvent]:
        folder = self._kept(month) if kept else self._begun(month)
        for part in sorted(folder.glob("part-*.parquet")):
            with _read(part):
                for batch in read_parquet(str(part), batch_size=_ROWS_AT_ONCE):
                    yield from _events(batch)

    def _kept(self, month: Month) -> Path:
        return self._folder / f"{_KEPT}{month}"

    def _begun(self, month: Month) -> Path:
        return self._folder / f".{_KEPT}{month}.begun"

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # the library has errors of its own for what the disk refuses
            raise ArchiveError(f"{self._folder} cannot be written: {error}") from error


def _batch(events: Iterable[ArchivedEvent]) -> RecordBatch:
    columns = zip(*((*archived.event, archived.recorded_at) for archived in events), strict=True)
    arrays = [_column(name, column) for name, column in zip(_FIELDS, columns, strict=True)]
    fields = [Field(name, _type(name), nullable=False) for name in _FIELDS]
    return RecordBatch.from_arrays(arrays, schema=Schema(fields))


def _column(name: str, values: Sequence[Any]) -> Array:
    if name in _MOMENTS:
        return Array([(moment - _EPOCH) // _MICROSECOND for moment in values], type=DataType.int64()).cast(_MOMENT)
    return Array([str(value) for value in values] if name == "id" else list(values), type=_type(name))


def _type(name: str) -> DataType:
    if name in _MOMENTS:
        return _MOMENT
    if name in _NUMBERS:
        return DataType.int32()
    return DataType.bool() if name == "terminal" else DataType.utf8()


def _events(batch: RecordBatch) -> Iterator[ArchivedEvent]:
    columns: list[Any] = [batch.column(name).to_pylist() for name in _FIELDS]
    for values in zip(*columns, strict=True):
        row = dict(zip(_FIELDS, values, strict=True))
        row |= {name: row[name].astimezone(UTC) for name in _MOMENTS}
        recorded_at = row.pop("recorded_at")
        yield ArchivedEvent(StoredEvent(**row | {"id": UUID(row["id"])}), recorded_at)


@contextmanager
def _read(part: Path) -> Iterator[None]:
    """Turn what the library raises into our error: of a broken file it also panics, which is no `Exception`."""
    try:
        if _is_whole(part):
            yield
            return
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != _PANIC:
            raise
        raise ArchiveError(f"{part} cannot be read: {error}") from error
    raise ArchiveError(f"{part} cannot be read: its end is missing")


def _is_whole(part: Path) -> bool:
    """Whether it ends as every Parquet file does."""
    with part.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - len(_MAGIC)))
        return file.read() == _MAGIC


@contextmanager
def _durable(path: Path) -> Iterator[IO[bytes]]:
    """A new file, whose bytes are on the disk in the end."""
    with _private(path) as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _private(path: Path) -> IO[bytes]:
    """A file to write that nobody else may read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode=0o600), "wb")
