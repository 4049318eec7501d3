"""Takes a file in by pieces, keeps it where it can be read twice, and tells its kind by content."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import IO, Final

from adapters.statements.limits import CHUNK, Limits
from contracts.errors import ErrorCode
from workers.ports.errors import StatementError
from workers.ports.statements import StatementKind

_HEAD: Final = 4096
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_OLE: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_OTHERS: Final = (
    (b"%PDF", "a PDF; ask the bank for CSV or XLSX"),
    (b"\x1f\x8b", "gzip; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"7z\xbc\xaf", "a 7-Zip archive; unpack it first"),
    (b"\xff\xd8\xff", "a picture; send it as an image"),
    (b"\x89PNG", "a picture; send it as an image"),
    (b"{\\rtf", "rich text; save it as CSV"),
)
_BOMS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


@contextmanager
def kept(chunks: Iterable[bytes], limits: Limits) -> Iterator[IO[bytes]]:
    """The file, complete and rewound. On disk it has no name: it is gone with the process, however that ends.

    Raises:
        StatementError: statement_too_large, as soon as that is known; statement_unreadable for an empty file.
    """
    with SpooledTemporaryFile(max_size=limits.buffered_bytes) as file:
        size = 0
        for chunk in chunks:
            size += len(chunk)
            if size > limits.file_bytes:
                raise StatementError(
                    ErrorCode.STATEMENT_TOO_LARGE, f"the file has more than {limits.file_bytes} bytes", field="file"
                )
            file.write(chunk)
        if size == 0:
            raise StatementError(ErrorCode.STATEMENT_UNREADABLE, "the file is empty", field="file")
        file.seek(0)
        yield file


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """The whole file from its beginning."""
    file.seek(0)
    while chunk := file.read(CHUNK):
        yield chunk


def kind_of(file: IO[bytes]) -> StatementKind:
    """What the file is, by its first bytes and never by a name.

    Raises:
        StatementError: statement_unsupported, saying what it is instead.
    """
    file.seek(0)
    head = file.read(_HEAD)
    if head.startswith(_ZIP):
        return StatementKind.XLSX
    _refuse_others(file, head)
    text = _plain(head).lstrip().upper()
    if text.startswith((b"OFXHEADER", b"<OFX", b"<?OFX")) or (text.startswith(b"<?XML") and b"<OFX>" in text):
        return StatementKind.OFX
    if text.startswith(b"<"):
        raise _unsupported("HTML or XML; files that banks name .xls are often such, save it as XLSX or CSV")
    return StatementKind.JSON if text.startswith((b"{", b"[")) else StatementKind.CSV


def _refuse_others(file: IO[bytes], head: bytes) -> None:
    if head.startswith(_OLE):
        if _holds(file, _ENCRYPTED):
            raise _unsupported("an XLSX file with a password; save it without one")
        raise _unsupported("an old Excel file (.xls); save it as XLSX or CSV")
    for magic, what in _OTHERS:
        if head.startswith(magic):
            raise _unsupported(what)


def _holds(file: IO[bytes], needle: bytes) -> bool:
    tail = b""
    for chunk in pieces(file):
        if needle in tail + chunk:
            return True
        tail = chunk[-len(needle) :]
    return False


def _plain(head: bytes) -> bytes:
    """The beginning without byte order mark and without the zeros of UTF-16: only ASCII is looked for in it."""
    for bom in _BOMS:
        head = head.removeprefix(bom)
    return head.replace(b"\0", b"")


def _unsupported(what: str) -> StatementError:
    return StatementError(ErrorCode.STATEMENT_UNSUPPORTED, f"the file is {what}", field="file")
