"""Which encoding a text file has, decided by all of its bytes.

A byte order mark rules. Without one: UTF-16 shows by its zeros, UTF-8 by being valid throughout, and TIS-620 (cp874,
its superset that banks use) by being valid and reading like Thai: Latin-1 text is valid cp874 too, but puts marks that
belong above or below a Thai consonant behind Latin letters. Anything else is refused, since a wrong guess gives wrong
names.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from typing import IO, Final

from adapters.statements.intake import pieces
from contracts.errors import ErrorCode
from workers.ports.errors import StatementError

_BOMS: Final = (
    (b"\xff\xfe\x00\x00", None),  # UTF-32, which begins like UTF-16
    (b"\x00\x00\xfe\xff", None),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_HIGH_BYTES: Final = bytes((0x00, 0x0E))  # of ASCII and of Thai in UTF-16
_SAMPLE: Final = 4096
_MOSTLY: Final = 0.9
_NOT_SO_OFTEN: Final = 0.05
_THAI: Final = bytes(range(0xA1, 0x100))
_MISPLACED: Final = re.compile(rb"[A-Za-z][\xd1\xd4-\xda\xe7-\xee]")


def encoding_of(file: IO[bytes]) -> str:
    """The Python name of the encoding.

    Raises:
        StatementError: statement_unreadable, field encoding.
    """
    file.seek(0)
    head = file.read(_SAMPLE)
    for bom, name in _BOMS:
        if head.startswith(bom):
            if name is None:
                raise _unreadable("the file is UTF-32; save it as UTF-8")
            return _valid(file, name)
    if b"\0" in head:
        return _valid(file, _utf16(head))
    try:
        return _valid(file, "utf-8")
    except StatementError as not_utf8:
        if not _reads_like_thai(pieces(file)):
            raise not_utf8 from None
    return _valid(file, "cp874")


def decoded(file: IO[bytes], encoding: str) -> Iterator[str]:
    """The text by pieces.

    Raises:
        StatementError: statement_unreadable; never after `encoding_of` said so.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    taken = 0
    try:
        for chunk in pieces(file):
            if text := decoder.decode(chunk):
                yield text
            taken += len(chunk)
        yield decoder.decode(b"", final=True)
    except UnicodeError as error:
        place = max(0, taken + getattr(error, "start", 0))
        raise _unreadable(
            f"near byte {place} the file is neither UTF-8, UTF-16 nor TIS-620 (cp874)"
            if encoding in {"utf-8", "cp874"}
            else f"near byte {place} the file is no valid {encoding}, as its beginning says it is"
        ) from None


def _valid(file: IO[bytes], encoding: str) -> str:
    for text in decoded(file, encoding):
        if "\0" in text:
            raise _unreadable("the file holds zero characters, as programs and pictures do, not text")
    return encoding


def _utf16(head: bytes) -> str:
    for name, first in (("utf-16-le", 1), ("utf-16-be", 0)):
        high = head[first::2]
        if high and sum(byte in _HIGH_BYTES for byte in high) >= _MOSTLY * len(high):
            return name
    raise _unreadable("the file holds zero bytes, as programs and pictures do, not text")


def _reads_like_thai(chunks: Iterable[bytes]) -> bool:
    thai = misplaced = 0
    for chunk in chunks:
        thai += len(chunk) - len(chunk.translate(None, _THAI))
        misplaced += len(_MISPLACED.findall(chunk))
    return misplaced <= _NOT_SO_OFTEN * thai


def _unreadable(reason: str) -> StatementError:
    return StatementError(ErrorCode.STATEMENT_UNREADABLE, reason, field="encoding")
