"""The category of a purchase: purpose, merchant, words, then likeness, and else nothing certain."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from adapters.inference.lexicon.merchants import known_merchant
from adapters.inference.lexicon.prose import Prose, read_prose
from adapters.inference.lexicon.purposes import Judgement, Step, judge
from adapters.inference.lexicon.similarity import Guess, guess, telling_word
from adapters.inference.texts.confidence import category_traits, weigh
from contracts.readings import BackendAnswer, Read
from contracts.values import Category, Confidence

if TYPE_CHECKING:
    from adapters.inference.lexicon.merchants import KnownMerchant
    from adapters.inference.texts.confidence import Traits
    from workers.ports.inference import Purchase

VERSION: Final = "9"
BACKEND: Final = f"rules/{VERSION}"
LETTERS: Final = "letters/5"
_LEAST_SHARE: Final = 0.25
"""Of a model's belief: with less it says no more than chance; letters nobody wrote before got 0.23."""
_NAMES_NOTHING: Final = re.compile(
    r"(?:ซื้อ|ค่า|จ่าย|โอน|ของ|เงิน|ตังค์|เมื่อ|วันที่|ให้|เพื่อน|ไป|มา|แล้ว|ที่|กับ|อะไร|หมด|เสีย|รวม|ทั้งหมด|ครับ|ค่ะ|นะ|\W|\d)*"
)
"""Words of buying and paying with nothing bought: no model has anything to go by."""
_MOST_SHARE: Final = 0.95


class Likeness(Protocol):
    """A guess at the category of words the lexicon does not know."""

    @property
    def backend(self) -> str:
        """Its name and version."""
        ...

    def __call__(self, words: str) -> Guess | None:
        """The likeliest category, None where the words say nothing; the same words give the same guess."""
        ...


class LetterLikeness:
    """By the letters: for misspelled words; a tenth of a millisecond."""

    backend: Final = LETTERS

    def __call__(self, words: str) -> Guess | None:
        return guess(words)


class Told(NamedTuple):
    """A judgement and how sure it is when everything known is weighed.

    Attributes:
        backend: which backend answered.
    """

    judgement: Judgement
    confidence: float
    traits: Traits
    backend: str = BACKEND

    def as_read(self) -> Read[Category]:
        """The judgement as a field of a reading."""
        evidence = None if self.judgement.evidence is None else self.judgement.evidence[:200]
        return Read(value=self.judgement.category, confidence=Confidence(self.confidence), evidence=evidence)


class RuleCategorization:
    """Categorization by the lexicon and, where that knows nothing, by likeness; answers always."""

    def __init__(self, likeness: Likeness | None = None) -> None:
        self._likeness = likeness or LetterLikeness()

    async def categorise(self, purchase: Purchase) -> tuple[Read[Category], tuple[BackendAnswer, ...]]:
        """Judge the category of what is known; Miscellaneous with low confidence where nothing speaks."""
        words = f"{purchase.merchant or ''} {purchase.text}"
        told = _weighed(_judged(purchase), words, self._likeness)
        share = BackendAnswer(capability="categorization", backend=told.backend, step=told.judgement.step)
        return told.as_read(), (share,)


def tell_category(prose: Prose, merchant: KnownMerchant | None, words: str, likeness: Likeness) -> Told:
    """Judge a spending text.

    Args:
        prose: the text.
        merchant: the known merchant found in it.
        words: the text without amount, day and payment.
        likeness: asked with those words where the lexicon knows nothing.
    """
    return _weighed(judge(prose, merchant), words, likeness)


def _weighed(ruled: Judgement, words: str, likeness: Likeness) -> Told:
    letters = guess(words)
    likely = _by_likeness(likeness(words), words) if ruled.step is Step.NOTHING else None
    judgement = likely or ruled
    traits = category_traits(judgement, letters)
    return Told(judgement, weigh("category", traits), traits, likeness.backend if likely else BACKEND)


def _by_likeness(likely: Guess | None, words: str) -> Judgement | None:
    if likely is None or likely.share < _LEAST_SHARE or likely.category is Category.MISCELLANEOUS:
        return None
    if _NAMES_NOTHING.fullmatch(words):
        return None
    share = min(round(likely.share, 3), _MOST_SHARE)
    return Judgement(likely.category, share, telling_word(words, likely.category), Step.LIKENESS)


def _judged(purchase: Purchase) -> Judgement:
    if not purchase.merchant:
        return judge(read_prose(purchase.text), None)
    merchant = known_merchant(purchase.merchant)
    if merchant is not None:
        return judge(read_prose(purchase.text), merchant)
    judged = judge(read_prose(f"{purchase.text} {purchase.merchant}"), None)
    by_name = judge(read_prose(purchase.merchant), None)
    # A shop says by its name what it is, and more surely than a single thing it sold; a purpose outranks both.
    named = by_name.category is not Category.MISCELLANEOUS and not judged.category.is_cultural
    return by_name if named else judged
