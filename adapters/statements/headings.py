"""What the head of a column, or a label beside the rows, means."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

from adapters.statements.records import Cell, text_of
from contracts.errors import ErrorCode
from contracts.money import Currency
from workers.ports.errors import StatementError
from workers.ports.statements import Direction

_LONGEST: Final = 80
_THAI_MARKS: Final = "\u0e31\u0e33-\u0e3a\u0e47-\u0e4e"
_SEPARATORS: Final = re.compile(rf"[^\w{_THAI_MARKS}]|_")
_PARENTHESIS: Final = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_TRANSLATIONS: Final = re.compile(r"\s/\s|[|\n\r]|\s-\s")
_PARTS: Final = re.compile(r"[/|\n\r]|\s-\s")
_JOINED: Final = frozenset({"description", "reference", "channel", "unused", "posted"})
"""Meanings that several columns may have."""
_TEXT: Final = "description"
_UNUSED: Final = "unused"
_MONEY: Final = frozenset({"amount", "debit", "credit"})


@dataclass(frozen=True, slots=True)
class Heading:
    """A header line that was understood.

    Attributes:
        names: of the columns, as they stand.
        meanings: for each column; None where it is unknown or not used.
        currency: that a column of amounts names in its head.
        places: of the columns, by meaning.
    """

    names: tuple[str, ...]
    meanings: tuple[str | None, ...]
    currency: Currency | None
    places: Mapping[str | None, tuple[int, ...]]

    def columns(self, meaning: str) -> tuple[int, ...]:
        """The places of the columns that mean this."""
        return self.places.get(meaning, ())

    def column(self, meaning: str) -> int | None:
        """The place of the first one."""
        places = self.places.get(meaning)
        return places[0] if places else None

    def with_texts_for(self, meaning: str) -> Heading:
        """The same header, in which the columns that seemed to mean this are texts."""
        meanings = tuple(_TEXT if found == meaning else found for found in self.meanings)
        return replace(self, meanings=meanings, places=_places(meanings))


def _places(meanings: Sequence[str | None]) -> dict[str | None, tuple[int, ...]]:
    return {each: tuple(place for place, found in enumerate(meanings) if found == each) for each in set(meanings)}


def key(text: str) -> str:
    """What is left to compare: letters, digits and Thai marks, without case; sara am as one letter."""
    composed = unicodedata.normalize("NFC", text).replace("\u0e4d\u0e32", "\u0e33").casefold()
    return _SEPARATORS.sub("", composed)


@cache
def _table(section: str) -> dict[str, str]:
    content = tomllib.loads(files("adapters.statements").joinpath("headings.toml").read_text("utf-8"))
    return {key(name): meaning for meaning, names in content[section].items() for name in names}


def heading_of(cells: Sequence[Cell]) -> Heading | None:
    """The header that these cells are; None if they are none: it names a date and some money.

    Raises:
        StatementError: statement_not_understood: two columns mean the same, or contradict each other.
    """
    names = tuple(text_of(cell) for cell in cells)
    meanings = tuple(meaning_of(name) for name in names)
    counts = Counter(meaning for meaning in meanings if meaning)
    if not ((counts["date"] or counts["posted"]) and any(counts[money] for money in _MONEY)):
        return None
    for meaning, count in counts.items():
        if count > 1 and meaning not in _JOINED:
            places = [str(place) for place, found in enumerate(meanings, 1) if found == meaning]
            raise _not_understood(f"columns {' and '.join(places)} both mean {meaning}")
    if counts["amount"] and (counts["debit"] or counts["credit"]):
        raise _not_understood("there is a column for the amount beside those for debit and credit")
    used = tuple(None if meaning == _UNUSED else meaning for meaning in meanings)
    return Heading(names, used, _currency(names, meanings), _places(used))


@lru_cache(maxsize=1024)
def meaning_of(name: str) -> str | None:
    """What the head of a column means, in Thai, English or both."""
    found = _looked_up(name, "columns")
    if found is None and _looked_up(name.rpartition(".")[2], "columns") == _TEXT:
        return _TEXT  # details.description in JSON; but fee.amount is not the amount
    return found


@lru_cache(maxsize=1024)
def label_of(text: str) -> str | None:
    """What the label of a line beside the rows means."""
    return _looked_up(text.rstrip(" :："), "labels")


def direction_of(text: str) -> Direction | None:
    """The way that a word such as DR or ฝากเงิน tells; also `+` and `-`."""
    if text in {"+", "-"}:
        return Direction.IN if text == "+" else Direction.OUT
    found = _table("words").get(key(text))
    return Direction(found) if found in {"in", "out"} else None


def tells_a_card(text: str) -> bool:
    """Whether a text beside the rows says that this is the statement of a credit card."""
    found = key(text)
    return any(meaning == "card" and word in found for word, meaning in _table("words").items())


def _looked_up(text: str, section: str) -> str | None:
    if not text or len(text) > _LONGEST:
        return None
    table = _table(section)
    for candidate in (text, _PARENTHESIS.sub(" ", text)):
        if found := table.get(key(candidate)):
            return found
    for separator in (_TRANSLATIONS, _PARTS):
        told = {meaning for part in _parts(text, separator) if (meaning := table.get(key(part)))}
        told = told - {_UNUSED} or told
        if len(told) == 1:
            return told.pop()
    return None


def _parts(text: str, separator: re.Pattern[str]) -> Iterator[str]:
    yield from separator.split(_PARENTHESIS.sub(" ", text))
    for found in _PARENTHESIS.finditer(text):
        yield found[1] or found[2] or ""


def _currency(names: Sequence[str], meanings: Sequence[str | None]) -> Currency | None:
    told = set()
    for name, meaning in zip(names, meanings, strict=True):
        if meaning not in _MONEY:
            continue
        for word in [*(found[1] or found[2] or "" for found in _PARENTHESIS.finditer(name)), *name.split()]:
            currency = currency_of(word)
            if currency is not None:
                told.add(currency)
    if len(told) > 1:
        raise _not_understood("the columns of amounts name different currencies")
    return told.pop() if told else None


def currency_of(text: str) -> Currency | None:
    """The currency that a code, symbol or word names."""
    try:
        return Currency.parse(text)
    except ValueError:
        return None


def _not_understood(reason: str) -> StatementError:
    return StatementError(ErrorCode.STATEMENT_NOT_UNDERSTOOD, reason, field="header")
