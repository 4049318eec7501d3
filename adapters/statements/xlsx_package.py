"""The zip archive around an XLSX file, inflated by pieces and within limits that a bomb runs into first."""

from __future__ import annotations

import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Final

from adapters.statements.limits import CHUNK, Limits
from adapters.statements.xml_events import parsed
from contracts.errors import ErrorCode
from workers.ports.errors import StatementError

_END: Final = b"PK\x05\x06"
_END_64: Final = b"PK\x06\x07"
_END_SIZE: Final = 22
_END_64_SIZE: Final = 20
_LONGEST_COMMENT: Final = 65_535
_ENCRYPTED: Final = 0x1
_SMALL: Final = 1024 * 1024
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_WORKBOOK: Final = "xl/workbook.xml"


class Package:
    """The parts of an XLSX file by name."""

    def __init__(self, file: IO[bytes], limits: Limits) -> None:
        """Read the list of parts.

        Raises:
            StatementError: statement_unreadable, _unsupported (some other zip archive) or _too_large.
        """
        self._limits = limits
        self._inflated: dict[str, int] = {}
        _check_directory(file, limits)
        try:
            self._archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError):
            raise _unreadable("the zip archive is damaged") from None
        self._parts = {info.filename: info for info in self._archive.infolist()}
        if _WORKBOOK not in self._parts:
            raise StatementError(
                ErrorCode.STATEMENT_UNSUPPORTED, "the file is a zip archive, but no XLSX workbook", field="file"
            )

    def __contains__(self, name: str) -> bool:
        return name in self._parts

    def part(self, name: str) -> Iterator[bytes]:
        """One part by pieces. Every byte counts towards the limit, whatever the archive says of its sizes.

        Raises:
            StatementError: it is missing, damaged, encrypted, or grows beyond a limit.
        """
        info = self._parts.get(name)
        if info is None:
            raise _unreadable(f"the workbook lacks its part {name if name.isascii() else 'with the sheet'}")
        self._check(info)
        self._inflated[name] = 0  # a part may be read again
        try:
            with self._archive.open(info) as part:
                while chunk := part.read(CHUNK):
                    self._count(name, len(chunk))
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, struct.error):
            raise _unreadable("a part of the workbook is damaged") from None

    def relations(self, of: str) -> dict[str, str]:
        """The parts a part refers to, by relation id."""
        folder, name = posixpath.split(of)
        found: dict[str, str] = {}

        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag == "Relationship" and attributes.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/" + folder, attributes.get("Target", "")))
                found[attributes.get("Id", "")] = target.lstrip("/")

        place = f"{folder}/_rels/{name}.rels"
        for _ in parsed(self.part(place), (start, _nothing, _nothing), self._limits):
            if len(found) > self._limits.columns:
                raise _unreadable("the workbook has too many parts")
        return found

    def _check(self, info: zipfile.ZipInfo) -> None:
        if info.flag_bits & _ENCRYPTED:
            reason = "the file is a zip archive with a password; save it without one"
            raise StatementError(ErrorCode.STATEMENT_UNSUPPORTED, reason, field="file")
        if info.compress_type not in _METHODS:
            raise _unreadable("the workbook is packed in a way that Excel does not use")
        grows = info.file_size > _SMALL and info.file_size > self._limits.inflation * info.compress_size
        if grows or info.file_size > self._limits.inflated_bytes:
            raise self._too_large()

    def _count(self, name: str, size: int) -> None:
        self._inflated[name] += size
        if sum(self._inflated.values()) > self._limits.inflated_bytes:
            raise self._too_large()

    def _too_large(self) -> StatementError:
        limits = self._limits
        reason = f"unpacked, the workbook has more than {limits.inflated_bytes} bytes or grows {limits.inflation}-fold"
        return StatementError(ErrorCode.STATEMENT_TOO_LARGE, reason, field="file")


def _check_directory(file: IO[bytes], limits: Limits) -> None:
    """Look at the archive's end before the library does, which makes an object of each of what may be millions."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _LONGEST_COMMENT - _END_SIZE - _END_64_SIZE))
    tail = file.read()
    place = tail.rfind(_END)
    if place < 0 or len(tail) - place < _END_SIZE:
        raise _unreadable("the zip archive breaks off")
    (directory,) = struct.unpack_from("<I", tail, place + 12)
    if directory > limits.directory_bytes or tail[max(0, place - _END_64_SIZE) :].startswith(_END_64):
        raise StatementError(ErrorCode.STATEMENT_TOO_LARGE, "the zip archive has too many files", field="file")


def _nothing(*_: object) -> None:
    """An event nobody needs."""


def _unreadable(reason: str) -> StatementError:
    return StatementError(ErrorCode.STATEMENT_UNREADABLE, reason, field="file")
