"""Owners' patterns, on RE2: it has no backtracking, so no pattern makes it slower than linear in the text.

Linear still is the size of the pattern's program times the length of the text, so both are bounded, and so are the
patterns of an owner: all of them together cost the event loop a bounded time, whoever wrote them.
"""

from __future__ import annotations

from typing import Final

import re2

from workers.ports.mappings import InvalidPatternError

MOST_MEMORY: Final = 256 * 1024
"""Bytes one pattern may hold, its caches included."""
LARGEST_PROGRAM: Final = 500
"""Instructions; "a{100}" has about a hundred."""
LONGEST_TEXT: Final = 2_000
"""Characters a pattern is looked for in: a spending text. Of a longer one the first."""
_NOTHING_TO_FIND: Final = ("", "a", "ก 1")
"""What finds something in all of these, or finds nothing, is no pattern of a purchase."""


class OwnerPattern:
    """A pattern, compiled; found anywhere in a text, whatever the case.

    Raises:
        InvalidPatternError: it is none, it is too large, or it fits every text.
    """

    def __init__(self, pattern: str) -> None:
        try:
            self._compiled = re2.compile(pattern, _options())
        except re2.error as error:
            raise InvalidPatternError(_told(error)) from None
        size = self._compiled.programsize
        if size > LARGEST_PROGRAM:
            raise InvalidPatternError(f"is too large: {size} instructions, at most {LARGEST_PROGRAM} are allowed")

    def find(self, text: str) -> str | None:
        """The first words it fits, as they stand; None where there are none."""
        found = self._compiled.search(text[:LONGEST_TEXT])
        words = "" if found is None else str(found.group()).strip()
        return words or None

    def fits_nothing(self, text: str) -> bool:
        """Whether it fits a place between two letters."""
        found = self._compiled.search(text)
        return found is not None and not found.group().strip()


def check_pattern(pattern: str) -> None:
    """See `PatternCheck`.

    Raises:
        InvalidPatternError: no layer could use it.
    """
    compiled = OwnerPattern(pattern)
    if any(compiled.fits_nothing(text) for text in _NOTHING_TO_FIND):
        raise InvalidPatternError("fits where nothing is written")


def _options() -> re2.Options:
    options = re2.Options()
    options.max_mem = MOST_MEMORY
    options.case_sensitive = False
    options.log_errors = False
    return options


def _told(error: Exception) -> str:
    """What RE2 says of a pattern, which names the part of it that is wrong; the pattern is the owner's own words."""
    raw = error.args[0] if error.args else ""
    said = raw.decode(errors="replace") if isinstance(raw, bytes) else str(raw)
    kind, _, _ = said.partition(":")
    return f"RE2 says: {kind.strip() or 'not understood'}"
