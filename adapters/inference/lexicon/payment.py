"""How money was paid, by the words for it."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from adapters.inference.lexicon.data import payment_rows, table
from adapters.inference.lexicon.patterns import Sought
from adapters.inference.lexicon.phrases import Found, PhraseBook
from adapters.inference.lexicon.prose import A_FEW_TEXTS, Prose, is_thai, read_prose
from contracts.values import PaymentMethod

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_TELLING: Final = (
    PaymentMethod.DIGITAL_WALLET,
    PaymentMethod.PROMPTPAY,
    PaymentMethod.MOBILE_BANKING,
    PaymentMethod.DEBIT_CARD,
    PaymentMethod.CREDIT_CARD,
    PaymentMethod.QR_CODE,
    PaymentMethod.BANK_TRANSFER,
    PaymentMethod.CASH,
    PaymentMethod.OTHER,
)
"""Of "scanned the QR with TrueMoney" the wallet says most: the instrument before the way, the way before cash."""

_OWN_MONEY: Final = frozenset(
    (PaymentMethod.CASH, PaymentMethod.CREDIT_CARD, PaymentMethod.DEBIT_CARD, PaymentMethod.DIGITAL_WALLET)
)
_BARE_CASH: Final = Sought(
    r"(?:(?<=\s)|(?<=\d)|(?<=บาท)|(?<=บ\.)|(?<=\.-)|(?<=ถ้วน))"
    r"สด(?:ค่ะ|คะ|ครับ|คับ|คร้าบ|จ้า|จ้ะ|จ๊ะ|นะ|น้า|เลย|ไป|ล้วน|เน้น|ๆ|ด+)*(?=\s|$|[.,!)])"
)
_INTO: Final = re.compile(r"(?:\b(?:in)?to(?: my| the)?|เข้า|ใส่)$")
_BY_CARD: Final = re.compile(r"(?:\b(?:by|with|on|via|my|using)|บัตร|รูด|ใช้|ผ่าน|ด้วย|จ่าย|ตัด)\s?$")
_BACK: Final = re.compile(r"คืน|refund|back")
_ITS_SUM: Final = re.compile(r"\s?(?:ไป|อีก|แล้ว)?\s?[฿$]?\d")
_SUM_BEFORE: Final = re.compile(
    r"\d\s?(?:บาท|บ\.|baht|thb|฿)?\s?(?:in|on|by|with|from|via|เป็น|ด้วย|ผ่าน|จาก|จ่าย)?\s?(?:my|the|a)?\s?$"
)
TWO_PURSES: Final = Sought(
    r"\bhalf (?:with|by|in|on|from|cash|card|of)\b.{2,30}\bhalf\b"
    r"|ครึ่ง(?:นึง|หนึ่ง)?(?:จ่าย|โอน|เงินสด|สด|รูด|ใช้).{2,30}ครึ่ง"
)
"""Half by one purse and half by another: all of it was paid."""
_MARKS: Final = frozenset("ัิีึืฺุู็่้๊๋์ํ")
_SAME_SOUND: Final = str.maketrans(dict.fromkeys("ทธถดฎฏฐฑฒ", "ต") | dict.fromkeys("ศษซ", "ส") | {"ณ": "น", "ฬ": "ล"})
_BARE: Final = dict.fromkeys(map(ord, _MARKS)) | _SAME_SOUND
_SHORTEST_BARE: Final = 5
_FILLERS: Final = " \t\n:-("
_SPLIT_WORDS: Final = ("ที่เหลือ", "ส่วนที่เหลือ", "the rest", "rest by", "rest in", "rest with", "ครึ่งนึง", "half")


@cache
def _book() -> PhraseBook[PaymentMethod | None]:
    traps: list[tuple[str, PaymentMethod | None]] = [(trap, None) for trap in table("payment")["traps"]["nothing"]]
    return PhraseBook(traps + list(payment_rows()))


@lru_cache(maxsize=A_FEW_TEXTS)
def payments_in(prose: Prose) -> tuple[Found[PaymentMethod], ...]:
    """Every payment word that is neither negated nor the thing money was put on, left to right."""
    found = [Found(one.start, one.end, one.value) for one in _book().find(prose) if one.value is not None]
    found += [Found(one.start(), one.end(), PaymentMethod.CASH) for one in _BARE_CASH.finditer(prose.folded)]
    kept = [one for one in found or _misspelled(prose) if not _negated(prose, one) and not _topped_up(prose, one)]
    if any(one.value is PaymentMethod.CASH for one in kept):
        kept = [one for one in kept if not _is_permit(prose, one)]
    return tuple(sorted(kept, key=lambda one: one.start))


def _is_permit(prose: Prose, one: Found[PaymentMethod]) -> bool:
    """Whether a visa beside cash is what was paid for, and not the card that paid."""
    return prose.folded[one.start : one.end] == "visa" and not _BY_CARD.search(prose.folded, 0, one.start)


@cache
def _bare_phrases() -> dict[str, tuple[tuple[int, str, PaymentMethod], ...]]:
    """Thai phrases without the marks above and below, one letter for each sound at a word's end, by how they begin.

    Each with its rank, the longest being the first.
    """
    bare = {phrase.translate(_BARE): method for phrase, method in payment_rows() if is_thai(phrase[0])}
    known = sorted((one for one in bare.items() if len(one[0]) >= _SHORTEST_BARE), key=lambda one: -len(one[0]))
    found: dict[str, tuple[tuple[int, str, PaymentMethod], ...]] = {}
    for rank, (phrase, method) in enumerate(known):
        opening = phrase[:_SHORTEST_BARE]
        found[opening] = (*found.get(opening, ()), (rank, phrase, method))
    return found


def _misspelled(prose: Prose) -> list[Found[PaymentMethod]]:
    """A Thai payment word with other marks or a letter of the same sound: เงนสด, เดบิท; where none is spelled right."""
    kept = [place for place, char in enumerate(prose.folded) if char not in _MARKS]
    bare = "".join(prose.folded[place] for place in kept).translate(_SAME_SOUND)
    phrases = _bare_phrases()
    misspelled = (
        (rank, at, phrase, method)
        for at in range(len(bare) - _SHORTEST_BARE + 1)
        for rank, phrase, method in phrases.get(bare[at : at + _SHORTEST_BARE], ())
        if bare.startswith(phrase, at)
    )
    found_first = min(misspelled, default=None)
    if found_first is None:
        return []
    _, at, phrase, method = found_first
    start, last = kept[at], at + len(phrase)
    found = Found(start, kept[last] if last < len(kept) else len(prose.folded), method)
    return [] if found.within(prose).rstrip() in _spelled_right() else [found]


@cache
def _spelled_right() -> frozenset[str]:
    """What was already sought, and is no payment where it was not found: a phrase inside a trap or another word."""
    return frozenset(phrase for phrase, _ in payment_rows())


@lru_cache(maxsize=A_FEW_TEXTS)
def payment_of(prose: Prose) -> Found[PaymentMethod] | None:
    """The method a text tells, with the words for it; two purses for one purchase are Other."""
    found = payments_in(prose)
    if not found:
        return None
    if _is_split(prose, found) or TWO_PURSES.search(prose.folded):
        return Found(found[0].start, found[-1].end, PaymentMethod.OTHER)
    return min(found, key=lambda one: _MOST_TELLING.index(one.value))


def payment_method_of(text: str) -> PaymentMethod | None:
    """The method a text tells, None where it tells none."""
    found = payment_of(read_prose(text))
    return None if found is None else found.value


def _is_split(prose: Prose, found: Sequence[Found[PaymentMethod]]) -> bool:
    """Part by one purse, the rest by another: both named, a sum after each or a word of parting beside them."""
    if len({one.value for one in found}) == 1 or found[0].value not in _OWN_MONEY | {PaymentMethod.BANK_TRANSFER}:
        return False
    if _has_two_sums(prose, found):
        return True
    return any(word in prose.folded for word in _SPLIT_WORDS)


def _has_two_sums(prose: Prose, found: Sequence[Found[PaymentMethod]]) -> bool:
    """Whether two methods each have a number of their own, directly after or before them."""
    sums: dict[int, PaymentMethod] = {}
    apart = [one for one, last in zip(found, (None, *found), strict=False) if last is None or one.start > last.end + 1]
    for one in apart:
        after = _ITS_SUM.match(prose.folded, one.end)
        before = _SUM_BEFORE.search(prose.folded, max(0, one.start - 24), one.start)
        if after is not None:
            sums[after.end()] = one.value
        elif before is not None:
            sums[_number_start(prose, before.start()) + 1] = one.value
    return len(sums) > 1 and len(set(sums.values())) > 1


def _number_start(prose: Prose, last: int) -> int:
    while last and prose.folded[last - 1] in "0123456789,.":
        last -= 1
    return last


def _negated(prose: Prose, one: Found[PaymentMethod]) -> bool:
    before = prose.folded[: one.start].rstrip(_FILLERS)
    return _ends_with_word(before, _traps("negated"))


def _topped_up(prose: Prose, one: Found[PaymentMethod]) -> bool:
    """A wallet after "top up" is where the money went, not where it came from."""
    if one.value is not PaymentMethod.DIGITAL_WALLET:
        return False
    before = prose.folded[: one.start].rstrip(_FILLERS)
    destination = _INTO.search(before[-12:]) is not None and _BACK.search(prose.folded) is None
    return destination or _ends_with_word(before, _traps("topup"))


@cache
def _traps(name: str) -> tuple[str, ...]:
    return tuple(table("payment")["traps"][name])


def _ends_with_word(before: str, words: tuple[str, ...]) -> bool:
    if not before.endswith(words):
        return False
    for word in words:
        if before.endswith(word):
            rest = before[: -len(word)]
            if not word.isascii() or not rest or not rest[-1].isalpha():
                return True
    return False
