"""XML by pieces: expat as an iterator, with what hostile documents use switched off.

No document type is taken, so that there are no entities to expand and nothing to load from elsewhere; and no token may
be so long that the parser would have to hold much of the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final
from xml.parsers import expat

from adapters.statements.limits import Limits
from contracts.errors import ErrorCode
from workers.ports.errors import StatementError

_TEXT_BUFFER: Final = 8192

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]
Text = Callable[[str], None]


class _DoctypeError(Exception):
    """The document has a document type."""


def parsed(
    chunks: Iterable[bytes], on: tuple[Start, End, Text], limits: Limits, *, encoding: str | None = None
) -> Iterator[None]:
    """Feed the document to the three functions; yields after every piece, so that what they collected can be taken.

    Names come without their namespace. An encoding that is given overrides what the document says of itself.

    Raises:
        StatementError: statement_unreadable: no XML, a document type, or a token without an end.
    """
    parser = expat.ParserCreate(encoding, namespace_separator=" ")
    parser.buffer_text = True
    parser.buffer_size = _TEXT_BUFFER
    start, end, text = on

    def local_start(name: str, attributes: dict[str, str]) -> None:
        start(name.rpartition(" ")[2], attributes)

    def local_end(name: str) -> None:
        end(name.rpartition(" ")[2])

    parser.StartElementHandler = local_start
    parser.EndElementHandler = local_end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        yield from _fed(parser, chunks, limits)
    except expat.ExpatError as error:
        raise _unreadable(f"the XML breaks off or is wrong in line {error.lineno}") from None
    except _DoctypeError:
        raise _unreadable("the XML has a document type, which statements never have") from None


def _fed(parser: expat.XMLParserType, chunks: Iterable[bytes], limits: Limits) -> Iterator[None]:
    fed = 0
    for chunk in chunks:
        fed += len(chunk)
        parser.Parse(chunk, False)  # noqa: FBT003  expat takes it by position only
        if fed - parser.CurrentByteIndex > limits.silent_bytes:
            raise _unreadable("the XML has a tag without an end")
        yield
    parser.Parse(b"", True)  # noqa: FBT003
    yield


def _refuse_doctype(*_: object) -> None:
    raise _DoctypeError


def _unreadable(reason: str) -> StatementError:
    return StatementError(ErrorCode.STATEMENT_UNREADABLE, reason, field="file")
