"""Recognition noise that is undone before anything is understood."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from rapidfuzz.distance import Levenshtein

_THAI_DIGITS: Final = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
LOOKALIKES: Final = str.maketrans("OoQDlI|SsBZ", "00001115582")
_DIGITLIKE: Final = r"[0-9OoQDlI|SsBZ]"
# An amount to the last digit: thousands groups and two decimals, some digits taken for letters.
_SPOILT_AMOUNT: Final = re.compile(
    rf"(?<![\w.,]){_DIGITLIKE}{{1,3}}(?:,{_DIGITLIKE}{{3}})*[.,]{_DIGITLIKE}{{2}}(?![\w.,])"
)
_SPACE_BEFORE_MARK: Final = re.compile(r"\s+(?=[\u0e30-\u0e3a\u0e45\u0e47-\u0e4e])")
_SPACE_AFTER_LEADING_VOWEL: Final = re.compile(r"(?<=[\u0e40-\u0e44])\s+(?=[\u0e01-\u0e2e])")
_SPACED_POINT: Final = re.compile(r"(?<=\d)(?: \. ?| ?\. )(?=\d{2}(?!\d))")
_SPACED_COMMA: Final = re.compile(r"(?<=\d)(?: , ?| ?, )(?=\d{3}[.,]\d{2}(?!\d))")
_FADED_POINT: Final = re.compile(r"(?<=[$฿])(\s?\d{1,4}) (?=\d\d$)|(?<=RM)(\s?\d{1,4}) (?=\d\d$)")
_GLUED_CURRENCY: Final = re.compile(r"(?<=\w)(?=(?:RM|THB|฿)\d[\d,]*\.\d\d(?!\d))")
_SPACES: Final = re.compile(r"\s+")
_NOT_A_LABEL: Final = re.compile(r"[^a-z0-9%\u0e00-\u0e7f]+")
_KEYWORDS: Final = ("total", "subtotal", "rounding", "discount", "amount", "inclusive", "payable", "tendered")
_MISREAD: Final = (str.maketrans("01", "ol"), str.maketrans("01iuv", "ottoo"))
"""How a faint print turns letters: digits first, then the T and O of "IUIAL"."""


def clean(text: str) -> str:
    """Thai digits to Arabic, spaces out of Thai words and amounts, letters in amounts back to digits."""
    text = unicodedata.normalize("NFC", text).translate(_THAI_DIGITS)
    text = _SPACE_BEFORE_MARK.sub("", text)
    text = _SPACE_AFTER_LEADING_VOWEL.sub("", text)
    text = _SPOILT_AMOUNT.sub(_digits, text)
    text = _SPACED_POINT.sub(".", text)
    text = _SPACED_COMMA.sub(",", text)
    text = _GLUED_CURRENCY.sub(" ", text)
    text = _FADED_POINT.sub(lambda found: f"{found[1] or found[2]}.", text)
    return _SPACES.sub(" ", text).strip()


def label(text: str) -> str:
    """A text folded for looking labels up: lower case, no punctuation, misread key words put right."""
    words = _NOT_A_LABEL.sub(" ", text.casefold()).split()
    return " ".join(_keyword(word) for word in words)


def _digits(match: re.Match[str]) -> str:
    found = match.group()
    return found.translate(LOOKALIKES) if any(char.isdigit() for char in found) else found


def _keyword(word: str) -> str:
    if word.isdigit() or not word.isascii():
        return word
    if word == "amt":
        return "amount"
    for misread in _MISREAD:
        letters = word.translate(misread)
        for keyword in _KEYWORDS:
            if abs(len(letters) - len(keyword)) <= 1 and Levenshtein.distance(letters, keyword, score_cutoff=1) <= 1:
                return keyword
    return word
