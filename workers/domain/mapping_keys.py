"""What makes two spellings of a merchant or phrase the same."""

from __future__ import annotations

import unicodedata
from typing import Final

_THAI_DIGITS: Final = {ord("๐") + value: str(value) for value in range(10)}
_TYPED_IN_PARTS: Final = (("\u0e4d\u0e32", "\u0e33"), ("\u0e40\u0e40", "\u0e41"))
"""Thai letters that keyboards also write as two: sara am, sara ae."""


def key_of(text: str) -> str:
    """A merchant or phrase as it is compared: letters and digits in one spelling, one space for all between them.

    Returns:
        The key; empty for a text without letters and digits. The key of a key is the key.
    """
    spelled = _spelled(_spelled(text).casefold())
    return " ".join("".join(char if _counts(char) else " " for char in spelled).split())


def _spelled(text: str) -> str:
    spelled = unicodedata.normalize("NFKC", text).translate(_THAI_DIGITS)
    for parts, letter in _TYPED_IN_PARTS:
        spelled = spelled.replace(parts, letter)
    return "".join(char for char in spelled if unicodedata.category(char) != "Cf")


def _counts(char: str) -> bool:
    """Whether it is a letter, a digit or a mark on a letter, as Thai vowels and tones are."""
    return unicodedata.category(char)[0] in "LNM"
