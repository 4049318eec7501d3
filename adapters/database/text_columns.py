"""A column of texts as PostgreSQL's binary array: the bulk of what a batch sends.

psycopg looks each element's dumper up anew, which costs as much as everything else about storing a command. A column
here has one type, so one loop writes it. Format: `array_send` in PostgreSQL's source: number of dimensions, null flag,
element type, then for each dimension its length and lower bound, then each element as a length (-1 for NULL) and its
bytes, all numbers int32 big endian.
"""

from __future__ import annotations

import struct
from typing import Final

import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

_TEXT: Final = 25
_TEXT_ARRAY: Final = 1009
_EMPTY: Final = struct.pack(">iii", 0, 0, _TEXT)
_NULL: Final = struct.pack(">i", -1)
_HEADER: Final = struct.Struct(">iiiii")


class TextColumn(tuple[str | None, ...]):
    """Texts to be sent as one ``text[]`` parameter."""

    __slots__ = ()


class TextColumnDumper(Dumper):
    """Writes a `TextColumn`."""

    format = Format.BINARY
    oid = _TEXT_ARRAY

    def dump(self, obj: TextColumn) -> bytes:
        if not obj:
            return _EMPTY
        parts = [_HEADER.pack(1, 1, _TEXT, len(obj), 1)]
        for text in obj:
            if text is None:
                parts.append(_NULL)
            else:
                data = text.encode()
                parts += (len(data).to_bytes(4, "big"), data)
        return b"".join(parts)


psycopg.adapters.register_dumper(TextColumn, TextColumnDumper)
