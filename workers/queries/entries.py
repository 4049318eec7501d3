"""Pages of entries, each with the cursor of the next."""

from __future__ import annotations

import base64
import binascii
from datetime import date
from typing import Final, NamedTuple
from uuid import UUID

from workers.domain.spending import SpendingEntry
from workers.ports.queries import EntriesFilter, PageKey, ReadModels

_FORM: Final = "1"
"""The first character of a cursor; another one is a release's whose cursors look different."""


class CursorError(ValueError):
    """A text is no cursor of ours."""


class EntriesPage(NamedTuple):
    """One page.

    Attributes:
        cursor: of the next page; None where this is the last.
    """

    entries: tuple[SpendingEntry, ...]
    cursor: str | None


async def entries_page(
    models: ReadModels, wanted: EntriesFilter, limit: int, cursor: str | None = None, most_looks: int = 4
) -> EntriesPage:
    """A page of entries. Which page it is costs nothing: each begins where the one before ended.

    A filter that fits few entries is looked up in several steps of bounded size; where even `most_looks` of them do not
    fill the page, it is given as it is, with a cursor to go on.

    Raises:
        CursorError: the cursor is none.
        UnavailableError: the database cannot be used.
    """
    after = None if cursor is None else read_cursor(cursor)
    entries: list[SpendingEntry] = []
    for _ in range(most_looks):
        found = await models.entries(wanted, limit - len(entries), after)
        entries += found.entries
        after = found.after
        if after is None or len(entries) >= limit:
            break
    return EntriesPage(tuple(entries), None if after is None else write_cursor(after))


def write_cursor(key: PageKey) -> str:
    """A place as text that needs no quoting anywhere."""
    packed = key.spent_on.toordinal().to_bytes(4, "big") + key.id.bytes
    return _FORM + base64.urlsafe_b64encode(packed).decode().rstrip("=")


def read_cursor(cursor: str) -> PageKey:
    """The place a cursor names.

    Raises:
        CursorError: it names none.
    """
    try:
        packed = base64.b64decode(cursor[1:] + "=" * (-(len(cursor) - 1) % 4), altchars=b"-_", validate=True)
        if cursor[:1] != _FORM or len(packed) != _LENGTH:
            raise CursorError("this is no cursor of this release")
        return PageKey(date.fromordinal(int.from_bytes(packed[:4], "big")), UUID(bytes=packed[4:]))
    except (binascii.Error, ValueError, OverflowError) as error:
        raise CursorError("this is no cursor of this release") from error


_LENGTH: Final = 20
