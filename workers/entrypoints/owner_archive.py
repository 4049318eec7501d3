"""Everything stored of an owner as one ZIP file: a JSON Lines file a table, the owner's files, and what is in it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import AbstractContextManager, aclosing
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from workers.domain.privacy import NOTHING_NAMED, Named
from workers.entrypoints.failures import InputError
from workers.entrypoints.output import json_text
from workers.handlers.privacy import named_in
from workers.ports.privacy import OwnerFiles, OwnerReader

MANIFEST: Final = "manifest.json"
_FORMAT: Final = 1
_DOCUMENTS: Final = frozenset({"data", "record_value", "edit_data", "record_headers", "removed"})
"""Columns whose text is JSON, most often: shown as such."""


class OwnerArchive:
    """Writes the archive of one owner. The same content makes the same bytes.

    Args:
        reader: reads the rows.
        files: holds the pictures and statements.
    """

    def __init__(self, reader: OwnerReader, files: OwnerFiles) -> None:
        self._reader = reader
        self._files = files

    async def write(self, tenant: str, owner: str, target: Path) -> dict[str, Any]:
        """Write it, whole or not at all, readable by its maker alone; tells what is in it.

        Raises:
            InputError: the file exists, or cannot be written.
            UnavailableError: the database cannot be used.
            StorageError: the store is unavailable.
            BrokenSealError: something that is sealed was changed.
        """
        _refuse_existing(target)
        begun = target.with_name(f".{target.name}.begun")
        try:
            with _private(begun) as file:
                contents = await self._filled(tenant, owner, file)
            begun.rename(target)
        except OSError as error:
            raise InputError(f"{target}: {error.strerror or 'cannot be written'}") from None
        finally:
            begun.unlink(missing_ok=True)
        return contents

    async def _filled(self, tenant: str, owner: str, file: IO[bytes]) -> dict[str, Any]:
        contents: dict[str, Any] = {"format": _FORMAT, "tenant": tenant, "owner": owner, "tables": {}, "files": {}}
        with ZipFile(file, "w") as archive:
            keys = await self._files.keys(tenant, owner, await self._tables(tenant, owner, archive, contents["tables"]))
            for key in keys:
                data = await self._files.load(tenant, owner, key)
                if data is not None:
                    archive.writestr(_entry(f"files/{key}", ZIP_STORED), data)
                    contents["files"][key] = {"bytes": len(data), "sha256": sha256(data).hexdigest()}
            archive.writestr(_entry(MANIFEST), json.dumps(contents, ensure_ascii=False, indent=2))
        return contents

    async def _tables(self, tenant: str, owner: str, archive: ZipFile, counts: dict[str, int]) -> Named:
        named = NOTHING_NAMED
        async with aclosing(self._reader.rows(tenant, owner)) as rows:
            row = await anext(rows, None)
            while row is not None:
                table = row.table
                counts[table] = 0
                with _opened(archive, f"{table}.jsonl") as lines:
                    while row is not None and row.table == table:
                        named = named.plus(named_in(row))
                        lines.write(f"{_line(row.values)}\n".encode())
                        counts[table] += 1
                        row = await anext(rows, None)
        return named


def _line(values: Mapping[str, object]) -> str:
    try:
        return json_text(shown(values))
    except TypeError:  # half a character, in a dead letter: only escapes can write it
        return json.dumps(shown(values), default=str)


def shown(values: Mapping[str, object]) -> dict[str, object]:
    """A row for people: what is JSON as such, bytes as text where they are some."""
    return {name: _shown(name, value) for name, value in values.items()}


def _shown(name: str, value: object) -> object:
    if isinstance(value, bytes):
        try:
            return _shown(name, value.decode())
        except UnicodeDecodeError:
            return {"hex": value.hex()}
    if name in _DOCUMENTS and isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _entry(name: str, compressed: int = ZIP_DEFLATED) -> ZipInfo:
    """An entry without the time it was written at, which would make every archive another."""
    entry = ZipInfo(name)
    entry.compress_type = compressed
    entry.external_attr = 0o600 << 16
    return entry


def _opened(archive: ZipFile, name: str) -> AbstractContextManager[IO[bytes]]:
    return archive.open(_entry(name), "w", force_zip64=True)


def _refuse_existing(target: Path) -> None:
    if target.exists():
        raise InputError(f"{target}: exists already")


def _private(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode=0o600), "wb")
