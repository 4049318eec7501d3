"""Bank transfer slips: who was paid, the fee, the reference."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from adapters.inference.receipts.amounts import amounts_in
from adapters.inference.receipts.codes import FoundReference
from adapters.inference.receipts.merchants import tidy
from adapters.inference.receipts.parties import Side, between_accounts, is_bank, labelled, side_of
from contracts.values import PaymentMethod, TransactionKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.inference.receipts.rows import Row

_DONE: Final = re.compile(
    r"(?:transfer|payment|transaction|top.?up|scan|bill)[a-z ]*(?:comp\w+ted?|suc\w*s\w*)|"
    r"suc\w*s\w* (?:transfer|payment)|"
    r"(?:โอนเงิน|จ่ายบิล|ชำระเงิน|ทำรายการ|รายการ|เติมเงิน|จ่ายเงิน|ชำระบิล)\s?สำเร็จ",
    re.IGNORECASE,
)
_PARTY_OR_FEE: Final = re.compile(r"^(?:from|to)\b|^(?:จาก|ไปยัง|ไปที่|ถึง)|\bfee\b|ค่าธรรมเนียม", re.IGNORECASE)
_PAYER: Final = re.compile(r"^(?:from(?: account)?|จาก(?:บัญชี)?|ผู้โอน)\b\s*:?\s*", re.IGNORECASE)
_PAYEE: Final = re.compile(
    r"^(?:to(?: account)?|paid to|pay to|payee|ไปยัง(?:บัญชี)?|ไปที่|ถึง|ผู้รับ(?:เงิน|โอน)?|ชำระให้)(?![a-z])\s*:?\s*",
    re.IGNORECASE,
)
_NO_PARTY: Final = re.compile(
    r"x{2,}[-\dx]|x-x|\*{2,}[\d-]|prompt\s?pay|\b(?:bank|biller|fee|note)\b|\bref|transaction|^account\b|^amount|^date|"
    r"พร้อมเพย์|ธนาคาร|^ธ\.|เลขที่|รหัส|บัญชี|ค่าธรรมเนียม|^จำนวน|วันที่|บันทึก|น\.$",
    re.IGNORECASE,
)
_FEE: Final = re.compile(r"(?:transfer )?fee\b|ค่าธรรมเนียม", re.IGNORECASE)
_ACCOUNT_MASK: Final = re.compile(r"\bx{2,}-|x-x", re.IGNORECASE)
_MASKED: Final = re.compile(r"\s*[xX*-]*[xX*]{2,}[xX*\d-]*\s*$")
_ACCOUNT: Final = re.compile(r"\s+\+?\d[\d-]{6,}$")
_TOP_UP: Final = re.compile(r"\s*(?:top.?up|เติมเงิน)\s*", re.IGNORECASE)
_PROMPTPAY: Final = re.compile(r"prompt\s?pay|พร้อมเพย์", re.IGNORECASE)
_BY_APP: Final = re.compile(r"\bbill(?:er)?\b|จ่ายบิล|ชำระบิล|mobile banking", re.IGNORECASE)
_REFERENCE: Final = re.compile(
    r"(?:transaction (?:id|no\.?)|reference(?: no\.?| id)?|ref\.?\s?(?:id|no\.?)?|"
    r"เลขที่รายการ|รหัสอ้างอิง|(?:หมาย)?เลข(?:ที่)?อ้างอิง|รหัสรายการ)"
    r"\s*[:.]?\s*(?P<code>[A-Za-z0-9]{8,40})\s*$",
    re.IGNORECASE,
)
_SURE_PAYEE: Final = 0.9
_NEXT_ROW: Final = 0.85 / 0.9
_MISREAD_LABEL: Final = 0.9
_BETWEEN_ACCOUNTS: Final = 0.75
_SECOND_NAME: Final = 0.65
_PRINTED_REFERENCE: Final = 0.9


@dataclass(frozen=True, slots=True)
class Payee:
    """Who received the money."""

    name: str
    confidence: float
    evidence: str
    kind: TransactionKind


def is_slip(rows: Sequence[Row]) -> bool:
    """A banking app's page: it says that the transfer succeeded, and names a party or a fee.

    Where its heading is misread: it names a party, a fee and either its reference or an account behind a mask.
    """
    if any(_DONE.search(row.text) for row in rows[:4]):
        return any(_PARTY_OR_FEE.search(row.text) for row in rows)
    party = any(_PAYER.match(row.text) or _PAYEE.match(row.text) for row in rows)
    fee = any(_FEE.match(row.text) for row in rows)
    return party and fee and any(_REFERENCE.search(row.text) or _ACCOUNT_MASK.search(row.text) for row in rows)


def find_payee(rows: Sequence[Row]) -> Payee | None:
    """The party after the word for "to", or nearly that word; else the one between the accounts, else the second."""
    return _after_the_word(rows) or _after_a_misread_word(rows) or _by_place(rows)


def _after_the_word(rows: Sequence[Row]) -> Payee | None:
    for index, row in enumerate(rows):
        label = _PAYEE.match(row.text)
        if label is not None and (found := _named(rows, index, row.text[label.end() :], _SURE_PAYEE)):
            return found
    return None


def _after_a_misread_word(rows: Sequence[Row]) -> Payee | None:
    for index, rest in labelled(rows, Side.PAYEE):
        if found := _named(rows, index, rest, _MISREAD_LABEL * _SURE_PAYEE):
            return found
    return None


def _named(rows: Sequence[Row], index: int, rest: str, trust: float) -> Payee | None:
    """The payee whose label stands at the beginning of that row: beside it, else in the next row or the one after."""
    if name := _name(rest):
        return _payee(name, trust * rows[index].confidence, rows[index])
    for after in rows[index + 1 : index + 3]:
        if _is_party(after):
            return _payee(_name(after.text), trust * _NEXT_ROW * after.confidence, after)
    return None


def _by_place(rows: Sequence[Row]) -> Payee | None:
    inside = next(filter(_is_party, between_accounts(rows)), None)
    if inside is not None:
        return _payee(_name(inside.text), _BETWEEN_ACCOUNTS * inside.confidence, inside)
    names = [row for row in rows if _is_party(row)]
    if len(names) > 1:
        return _payee(_name(names[1].text), _SECOND_NAME * names[1].confidence, names[1])
    return None


def find_reference(rows: Sequence[Row]) -> FoundReference | None:
    """The transaction's own number, which finds duplicates."""
    for row in rows:
        match = _REFERENCE.search(row.text)
        if match and sum(char.isdigit() for char in match["code"]) >= len(match["code"]) // 2:
            return FoundReference(match["code"], _PRINTED_REFERENCE * row.confidence, row.text[:200])
    return None


def slip_payment(rows: Sequence[Row], kind: TransactionKind) -> tuple[PaymentMethod, str]:
    """How the slip's money went, with the words that tell: PromptPay, the bank's app or a plain transfer."""
    for row in rows:
        if _PROMPTPAY.search(row.text):
            return PaymentMethod.PROMPTPAY, row.text
    for row in rows:
        if _BY_APP.search(row.text) or (kind is TransactionKind.WALLET_TOPUP and _TOP_UP.search(row.text)):
            return PaymentMethod.MOBILE_BANKING, row.text
    return PaymentMethod.BANK_TRANSFER, next((row.text for row in rows if _DONE.search(row.text)), "slip QR")


def _payee(name: str, confidence: float, row: Row) -> Payee:
    topped_up = _TOP_UP.search(name) is not None
    kind = TransactionKind.WALLET_TOPUP if topped_up else TransactionKind.PURCHASE
    return Payee(tidy(_TOP_UP.sub(" ", name).strip() or name), round(confidence, 3), row.text[:200], kind)


def _is_party(row: Row) -> bool:
    text = row.text
    excluded = _DONE.search(text) or _NO_PARTY.search(text) or _PAYER.match(text) or _PAYEE.match(text)
    letters = sum(char.isalpha() for char in text)
    if excluded or side_of(text) is not None or is_bank(text):
        return False
    return letters > sum(char.isdigit() for char in text) and not amounts_in(text)


def _name(text: str) -> str:
    return _ACCOUNT.sub("", _MASKED.sub("", text)).strip(" :-")
