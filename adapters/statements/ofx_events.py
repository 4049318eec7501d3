"""OFX and QFX as events: version 1 is SGML, whose values have no closing tags, version 2 is XML."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from typing import IO, Final

from adapters.statements.encoding import decoded
from adapters.statements.limits import Limits
from adapters.statements.xml_events import End, Start, Text, parsed
from contracts.errors import ErrorCode
from workers.ports.errors import StatementError

_TAG: Final = re.compile(r"<(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9._]{0,40})\s*>")
_LONGEST_TAG: Final = 64
_CHARACTER: Final = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});")
_HEAD: Final = 2048
_NO_DOCTYPE: Final = "<!"


def events(file: IO[bytes], encoding: str, on: tuple[Start, End, Text], limits: Limits) -> Iterator[None]:
    """Call the three functions for what the file holds; yields after every piece.

    Raises:
        StatementError: statement_unreadable: it is damaged, or has what no bank sends.
    """
    texts = decoded(file, encoding)
    if _is_xml(file, encoding):
        return parsed((text.encode() for text in texts), on, limits, encoding="utf-8")
    return _sgml(texts, on)


def _is_xml(file: IO[bytes], encoding: str) -> bool:
    head = next(decoded(file, encoding), "")[:_HEAD].lstrip("\ufeff \r\n\t").lower()
    return head.startswith(("<?xml", '<?ofx ofxheader="200"', "<?ofx ofxheader='200'"))


def _sgml(texts: Iterable[str], on: tuple[Start, End, Text]) -> Iterator[None]:
    start, end, text = on
    rest, closed = "", False
    for piece in texts:
        rest += piece
        if _NO_DOCTYPE in rest:
            raise _unreadable("the file declares a document type, which statements never have")
        place = 0
        for tag in _TAG.finditer(rest):
            text(_unescaped(rest[place : tag.start()]))
            place = tag.end()
            name = tag["name"].upper()
            if tag["close"]:
                end(name)
                closed = closed or name == "OFX"
            else:
                start(name, {})
        held = _incomplete(rest, place)
        text(_unescaped(rest[place:held]))
        rest = rest[held:]
        yield
    if not closed:
        raise _unreadable("the file breaks off")


def _incomplete(text: str, place: int) -> int:
    """Where the end of a piece begins that may be half a tag or half a character's name."""
    found = max(text.rfind("<", place), text.rfind("&", place))
    return found if found >= len(text) - _LONGEST_TAG and found >= 0 else len(text)


def _unescaped(text: str) -> str:
    return _CHARACTER.sub(lambda found: html.unescape(found[0]), text) if "&" in text else text


def _unreadable(reason: str) -> StatementError:
    return StatementError(ErrorCode.STATEMENT_UNREADABLE, reason, field="file")
