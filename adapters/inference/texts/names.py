"""Whom the money went to: a known merchant, a named temple, shop or market, or the words after "at"."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from adapters.inference.lexicon.data import word_list
from adapters.inference.lexicon.merchants import merchants_in
from adapters.inference.lexicon.purposes import sellers_in, words_in
from contracts.values import Category

if TYPE_CHECKING:
    from adapters.inference.lexicon.merchants import KnownMerchant
    from adapters.inference.lexicon.phrases import Found
    from adapters.inference.lexicon.prose import Prose
    from adapters.inference.texts.noise import Span


class Name(NamedTuple):
    """A merchant as written, the usual name where known, and how sure."""

    written: str
    canonical: str | None
    sure: float
    known: KnownMerchant | None = None


_PLACE_BEFORE: Final = re.compile(r"(?:ที่|จาก|ร้าน|ปั๊ม|@|\bat|\bfrom|\bin)\s*(?:ร้าน|ปั๊ม|the)?\s*$")
_KINDS: Final = "ร้าน|วัด|ตลาดนัด|ตลาด|โรงพยาบาล|รพ.|โรงแรม|คลินิก|ครัว|ห้าง|ปั๊ม|บจก.|บริษัท|มูลนิธิ|สวนอาหาร|หจก.|ร้านอาหาร|ร้านกาแฟ"
_THAI_NAME: Final = re.compile(rf"(?:{_KINDS.replace('.', '[.]')})[ก-๎.]{{0,30}}")
_STOP: Final = frozenset(word_list("name_ends"))
_GENERIC_TAILS: Final = frozenset(word_list("generic_shops"))
_ENGLISH_PLACE: Final = re.compile(
    r"(?:\b(?:at|from)\s+|@\s?)(?!the\b|a\b|an\b|my\b|our\b|home\b|work\b|school\b|\d)"
    r"([A-Za-z][\w'&.\-éÉ]{0,30}(?:\s[A-Za-z&][\w'&.\-éÉ]{0,30}){0,4})"
)
_ENGLISH_STOP: Final = re.compile(
    r"\s+(?:for|with|by|via|using|on|yesterday|today|last|paid|cash|card|in|and|to|then|this|at|from|credit|debit|promptpay|transfer\w*"
    r"|baht|thb|usd|was|cost|total|two|three|half|one|my|near|visa|scan\w*|about|line|true\w*|grabpay|around|each|lunch"
    r"|dinner|breakfast|plus|refund|qr)\b.*$",
    re.IGNORECASE,
)
_ENGLISH_GENERIC: Final = frozenset(word_list("generic_places"))
_WAT: Final = re.compile(r"\bWat\s+[A-Z][a-z]+(?:\s+[A-Z][a-z]+){0,2}")


def merchant_of(prose: Prose, payments: list[Span], *, wallet: bool = False) -> Name | None:
    """The merchant, or None where the text names none.

    Args:
        prose: the text.
        payments: where payment words stand; a wallet paid with is no merchant.
        wallet: a wallet was topped up: then the wallet is the one.
    """
    known = _known(prose, payments, wallet=wallet)
    named = _thai_name(prose) or _wat(prose)
    if known is not None and named is not None and _is_fuller(named, known.within(prose)):
        return Name(named, known.value.canonical, 0.9, known.value)
    if known is not None:
        return Name(known.within(prose), known.value.canonical, 0.95, known.value)
    if named is not None:
        return Name(named, None, 0.85)
    place = _english_name(prose)
    return None if place is None else Name(place, None, 0.75)


def _known(prose: Prose, payments: list[Span], *, wallet: bool) -> Found[KnownMerchant] | None:
    if wallet:
        return next((one for one in merchants_in(prose) if one.value.handles_money), None)
    free = [one for one in sellers_in(prose) if not any(start < one.end and one.start < end for start, end in payments)]
    placed = [one for one in free if _PLACE_BEFORE.search(prose.folded[: one.start][-12:])]
    return next(iter(placed or free), None)


def _is_fuller(name: str, known: str) -> bool:
    return known in name and not name.startswith(("ปั๊ม", "ห้าง", "ร้าน"))


def _thai_name(prose: Prose) -> str | None:
    for match in _THAI_NAME.finditer(prose.text):
        if match.start() not in prose.edges or prose.folded[: match.start()].endswith("ค่า"):
            continue
        kind = next(kind for kind in sorted(_KINDS.split("|"), key=len, reverse=True) if match[0].startswith(kind))
        name = _until_stop(prose, match.start() + len(kind), match.end())
        if not name and prose.text[match.end() : match.end() + 1] == " " and kind in {"ร้าน", "วัด", "บริษัท", "บจก."}:
            name = _latin_after(prose, match.end())
        if len(name.strip()) > 1 and name.strip() not in _GENERIC_TAILS and not _is_person_verb(name):
            return kind + name.rstrip()
    return None


def _is_person_verb(name: str) -> bool:
    return name.startswith(("ๆ", "ละ"))


def _latin_after(prose: Prose, start: int) -> str:
    match = re.match(r" [A-Za-z][A-Za-z'&. ]{1,30}", prose.text[start:])
    return match[0] if match else ""


def _until_stop(prose: Prose, start: int, end: int) -> str:
    edges = sorted(edge for edge in prose.edges if start <= edge <= end)
    stop = start
    for left, right in pairwise(edges):
        if prose.text[left:right] in _STOP:
            break
        stop = right
    return prose.text[start:stop].rstrip(".")


def _wat(prose: Prose) -> str | None:
    match = _WAT.search(prose.text)
    return None if match is None else match[0]


def _english_name(prose: Prose) -> str | None:
    rides = any(one.value is Category.TRANSPORTATION for one in words_in(prose))
    for match in _ENGLISH_PLACE.finditer(prose.text):
        if rides and match[0].startswith("from"):
            continue
        name = _ENGLISH_STOP.sub("", match[1]).strip(" .-")
        words = name.casefold().split()
        if words and words[0] not in _ENGLISH_GENERIC and len(name) > 1 and not name[0].isdigit():
            return name
    return None
