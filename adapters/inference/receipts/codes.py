"""What the QR codes on the paper add to its print. A code is what somebody encoded: it agrees or it is doubted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rapidfuzz.distance import Levenshtein

from adapters.inference.lexicon.promptpay import PromptPayCode, SlipCode, read_payment_code
from adapters.inference.receipts.entries import Entry
from adapters.inference.receipts.labels import Role
from adapters.inference.receipts.rows import Row
from adapters.inference.receipts.spelling import LOOKALIKES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contracts.money import Money

AGREEING_REFERENCE: Final = 0.99
CODE_REFERENCE: Final = 0.95
DISPUTED_REFERENCE: Final = 0.6
MISREAD_CHARACTERS: Final = 2
EVIDENCE: Final = 200


@dataclass(frozen=True, slots=True)
class PaperCodes:
    """The payment codes of a document whose checksums are right; of two that differ, neither."""

    payment: PromptPayCode | None = None
    slip: SlipCode | None = None

    @property
    def amount(self) -> Money | None:
        """What the code asks for, where that is more than nothing."""
        asked = self.payment.amount if self.payment else None
        return asked if asked is not None and asked.amount > 0 else None

    def entry(self, index: int) -> Entry | None:
        """The code's amount as if it were printed on row `index`."""
        asked = self.amount
        if asked is None:
            return None
        row = Row(f"PromptPay QR: {asked.amount} {asked.currency}", 0.0, 1.0)
        return Entry(Role.AMOUNT, asked.amount, True, False, asked.currency, "PromptPay QR", row, index)  # noqa: FBT003


@dataclass(frozen=True, slots=True)
class FoundReference:
    """A transaction's number and where it stands; `bank` is the sending bank's, known from the code alone."""

    value: str
    confidence: float
    evidence: str
    bank: str | None = None


def read_codes(payloads: Sequence[str]) -> PaperCodes:
    """The payment codes among the payloads."""
    read = {code for payload in payloads if (code := read_payment_code(payload)) is not None}
    payments = [code for code in read if isinstance(code, PromptPayCode)]
    slips = [code for code in read if isinstance(code, SlipCode)]
    return PaperCodes(payments[0] if len(payments) == 1 else None, slips[0] if len(slips) == 1 else None)


def reference_of(slip: SlipCode | None, printed: FoundReference | None) -> FoundReference | None:
    """The code's reference, which has no misread letters; one that differs from the print is doubted, and says so."""
    if slip is None:
        return printed
    said = f"slip QR: bank {slip.sending_bank}, {slip.reference}"
    if printed is None:
        return FoundReference(slip.reference, CODE_REFERENCE, said[:EVIDENCE], slip.sending_bank)
    trust = AGREEING_REFERENCE if _same(slip.reference, printed.value) else DISPUTED_REFERENCE
    return FoundReference(slip.reference, trust, f"{said} / {printed.evidence}"[:EVIDENCE], slip.sending_bank)


def _same(encoded: str, printed: str) -> bool:
    one, other = (text.upper().translate(LOOKALIKES) for text in (encoded, printed))
    return Levenshtein.distance(one, other, score_cutoff=MISREAD_CHARACTERS) <= MISREAD_CHARACTERS
