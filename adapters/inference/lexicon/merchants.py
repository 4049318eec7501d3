"""Known merchants: found in texts as whole words, recognised on receipts in spite of misread letters."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Final, NamedTuple

from adapters.inference.lexicon.data import merchant_rows, table
from adapters.inference.lexicon.phrases import EXACT, Found, PhraseBook
from adapters.inference.lexicon.prose import A_FEW_TEXTS, Prose, fold, is_thai, normalise, read_prose
from contracts.values import Category

_MISREAD_THRESHOLD: Final = 85.0
_SHORTEST_MISREAD: Final = 5
_MOST_WORDS: Final = 12
_LOOK_ALIKES: Final = str.maketrans({"0": "o", "1": "l", "5": "s", "8": "b", "|": "l"})
_BANKS_AND_WALLETS: Final = Category.MISCELLANEOUS


class MerchantMatch(NamedTuple):
    """A known merchant: the name as written, its usual name and what people buy there."""

    written: str
    canonical: str
    category: Category


class KnownMerchant(NamedTuple):
    """An entry of the merchant table.

    Attributes:
        broad: sells so many things that other words of the text say more about the category.
    """

    canonical: str
    category: Category
    broad: bool = False

    @property
    def handles_money(self) -> bool:
        """A bank or wallet: more often how money was paid than whom."""
        return self.category is _BANKS_AND_WALLETS


@cache
def _book(*, thai: bool) -> PhraseBook[KnownMerchant | None]:
    """In a Thai sentence an English everyday word is no everyday word: capitals do not matter there."""
    rows: list[tuple[str, KnownMerchant | None]] = [(trap, None) for trap in table("merchants")["traps"]]
    for spelling, canonical, category, broad in merchant_rows():
        shown = spelling.removeprefix(EXACT) if thai and len(spelling) > _SHORTEST_MISREAD - 1 else spelling
        rows.append((shown, KnownMerchant(canonical, category, broad)))
    return PhraseBook(rows)


@lru_cache(maxsize=A_FEW_TEXTS)
def merchants_in(prose: Prose) -> tuple[Found[KnownMerchant], ...]:
    """Every known merchant of a text, left to right."""
    found = _book(thai=not prose.text.isascii() and any(map(is_thai, prose.text))).find(prose)
    return tuple(Found(one.start, one.end, one.value) for one in found if one.value is not None)


def find_merchant(text: str) -> MerchantMatch | None:
    """The first known merchant of a text; one that sells things before a bank or wallet."""
    prose = read_prose(text)
    found = merchants_in(prose)
    best = next((one for one in found if not one.value.handles_money), found[0] if found else None)
    if best is None:
        return None
    return MerchantMatch(best.within(prose), best.value.canonical, best.value.category)


def canonical_merchant(name: str) -> MerchantMatch | None:
    """The known merchant a printed name most likely is, a few misread letters forgiven."""
    exact = find_merchant(name)
    if exact is not None:
        return exact
    from rapidfuzz import fuzz, process  # noqa: PLC0415  only receipts need it

    best: tuple[float, str] = (0.0, "")
    for window in _windows(name):
        found = process.extractOne(window, _as_long_as(len(window)), scorer=fuzz.ratio, score_cutoff=_MISREAD_THRESHOLD)
        if found is not None:
            best = max(best, (found[1], found[0]))
    if not best[1]:
        return None
    known = _long_spellings()[best[1]]
    return MerchantMatch(name.strip(), known.canonical, known.category)


@cache
def _as_long_as(length: int) -> tuple[str, ...]:
    """Spellings of that length: a misread letter is replaced, lost or doubled, but a whole word is not.

    Without this "Fresh Mart" would be CP Fresh Mart, and every restaurant MK Restaurant.
    """
    return tuple(spelling for spelling in _long_spellings() if abs(len(spelling) - length) <= 1)


def _windows(name: str) -> list[str]:
    """One to three neighbouring words, spelled together, long enough that likeness is no accident."""
    words = name.split()[:_MOST_WORDS]
    runs = [words[start : start + size] for size in (1, 2, 3) for start in range(len(words) - size + 1)]
    spelled = (_letters("".join(run)) for run in [*runs, words])
    return [letters for letters in dict.fromkeys(spelled) if len(letters) >= _SHORTEST_MISREAD]


def known_merchant(name: str) -> KnownMerchant | None:
    """The table's entry for a merchant's usual or printed name."""
    match = canonical_merchant(name)
    return None if match is None else _by_canonical_name().get(match.canonical)


@cache
def _by_canonical_name() -> dict[str, KnownMerchant]:
    return {canonical: KnownMerchant(canonical, category, broad) for _, canonical, category, broad in merchant_rows()}


@cache
def _long_spellings() -> dict[str, KnownMerchant]:
    spellings: dict[str, KnownMerchant] = {}
    for spelling, canonical, category, broad in merchant_rows():
        letters = _letters(spelling)
        if len(letters) >= _SHORTEST_MISREAD:
            spellings.setdefault(letters, KnownMerchant(canonical, category, broad))
    return spellings


def _letters(name: str) -> str:
    """Letters only: OCR loses spaces, invents punctuation and takes letters for digits."""
    folded = fold(normalise(name)).translate(_LOOK_ALIKES)
    return "".join(char for char in folded if char.isalnum() or is_thai(char))
