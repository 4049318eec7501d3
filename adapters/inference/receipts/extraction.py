"""Receipts and slips understood by rules: no model, no network, every field with its evidence."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from adapters.inference.receipts.amounts import currency_said
from adapters.inference.receipts.arithmetic import SUM_ROLES
from adapters.inference.receipts.calibration import calibrated
from adapters.inference.receipts.codes import FoundReference, PaperCodes, read_codes, reference_of
from adapters.inference.receipts.dates import PrintedDate, find_date
from adapters.inference.receipts.entries import Entry, read_entries
from adapters.inference.receipts.identities import find_tax_id
from adapters.inference.receipts.items import read_items
from adapters.inference.receipts.labels import Role
from adapters.inference.receipts.merchants import find_merchant
from adapters.inference.receipts.payments import find_payment, pay_by_code
from adapters.inference.receipts.rows import Row, rows_of
from adapters.inference.receipts.slips import find_payee, find_reference, is_slip, slip_payment
from adapters.inference.receipts.totals import Account, FoundTotal, find_total
from contracts.errors import ErrorCode
from contracts.money import MAX_AMOUNT, Currency, Money
from contracts.readings import BackendAnswer, Read, ReceiptReading
from contracts.values import Confidence, PaymentMethod, TransactionKind
from workers.ports.errors import NothingFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from contracts.readings import ReadingContext
    from workers.ports.inference import RecognisedText

    PaymentWords = Callable[[str], PaymentMethod | None]
    MerchantNames = Callable[[str], str | None]

NAME: Final = "receipt-rules/3"
UNKNOWN_FIELD: Final = Confidence(0.5)
SLIP_PAYMENT: Final = 0.8
ARITHMETIC_PART: Final = 0.85

NO_CODES: Final = PaperCodes()

_VOID: Final = re.compile(r"^\W*(?:void(?:ed)?|cancelled|ยกเลิกรายการ|ยกเลิก)\W*$", re.IGNORECASE)
_REFUND: Final = re.compile(r"^\W*(?:refund|credit note|คืนเงิน|คืนสินค้า|ใบลดหนี้)\W*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Party:
    """The merchant or payee; on a slip also what kind of transfer it was."""

    merchant: Read[str] | None
    kind: TransactionKind


class RuleReceiptExtraction:
    """`ReceiptExtraction` by rules for Thai and English receipts and slips.

    `payment_method` tells the method a row names ("VISA", "เงินสด"), `canonical_merchant` a merchant's usual name,
    `total_confidence` how sure a total is by the weight of its evidence.
    """

    def __init__(
        self,
        payment_method: PaymentWords,
        canonical_merchant: MerchantNames = lambda _: None,
        total_confidence: Callable[[float], float] = calibrated,
    ) -> None:
        self._payment_method = payment_method
        self._canonical_merchant = canonical_merchant
        self._total_confidence = total_confidence

    async def extract(
        self, text: RecognisedText, context: ReadingContext
    ) -> tuple[ReceiptReading, tuple[BackendAnswer, ...]]:
        reading = self.read(rows_of(text.lines), context, read_codes(text.codes))
        return reading, (BackendAnswer(capability="receipt_extraction", backend=NAME),)

    def read(self, rows: Sequence[Row], context: ReadingContext, codes: PaperCodes = NO_CODES) -> ReceiptReading:
        """Understand rows and codes. Takes a few milliseconds and waits for nothing."""
        slip = is_slip(rows) or codes.slip is not None
        account = Account(read_entries(rows, self._names_payment, slip=slip), slip=slip, asked=codes.entry(len(rows)))
        total = find_total(account)
        if total is None or total.value > MAX_AMOUNT:
            raise NothingFoundError(ErrorCode.NO_TOTAL_FOUND, f"no total in {len(rows)} rows of text")
        currency = _currency(account, total, rows) or context.default_currency
        party = _slip_party(rows) if slip else _receipt_party(rows, account)
        when = find_date(rows, context.reference_date)
        fields = _Fields(account, currency)
        voided = party.kind is TransactionKind.VOID
        paid = fields.total(total, self._total_confidence(total.weight), voided=voided)
        tax_id, reference = find_tax_id(rows), reference_of(codes.slip, find_reference(rows))
        return ReceiptReading(
            kind=party.kind,
            document="slip" if slip else "receipt",
            total=paid,
            merchant=party.merchant,
            merchant_canonical=self._canonical_merchant(party.merchant.value) if party.merchant else None,
            spent_on=_read_date(when),
            spent_at=Read(value=when.at, confidence=Confidence(when.confidence), evidence=when.evidence)
            if when and when.at
            else None,
            subtotal=fields.part(Role.SUBTOTAL, unlike=total.value),
            tax=fields.part(Role.TAX),
            service_charge=fields.part(Role.SERVICE),
            discount=fields.part(Role.DISCOUNT),
            fee=fields.part(Role.FEE) if slip else None,
            payment_method=self._payment(rows, account, total, party.kind if slip else None),
            tax_id=_read_from(tax_id, 0.95),
            reference=_read_reference(reference),
            sending_bank=_read_bank(reference),
            items=() if slip else read_items(account.items(), rows, currency),
            confidence=_overall(paid, party.merchant, when),
        )

    def _names_payment(self, words: str) -> bool:
        return self._payment_method(words) is not None

    def _payment(
        self, rows: Sequence[Row], account: Account, total: FoundTotal, slip: TransactionKind | None
    ) -> Read[PaymentMethod] | None:
        if slip is not None:
            method, evidence = slip_payment(rows, slip)
            return Read(value=method, confidence=Confidence(SLIP_PAYMENT), evidence=evidence[:200])
        found = find_payment(account, rows, total.value, self._payment_method) or pay_by_code(account, total.value)
        if found is None:
            return None
        method, trust, evidence = found
        return Read(value=method, confidence=Confidence(trust), evidence=evidence)


@dataclass(frozen=True, slots=True)
class _Fields:
    """Amounts of the account as fields of the reading."""

    account: Account
    currency: Currency

    def total(self, found: FoundTotal, confidence: float, *, voided: bool) -> Read[Money]:
        """What was paid; nothing, when the receipt was voided."""
        value = Decimal(0) if voided else found.value
        return self._read(value, confidence, found.entry)

    def part(self, role: Role, unlike: Decimal | None = None) -> Read[Money] | None:
        """The part of the total with this role; zero is worth telling for a fee alone."""
        found = [
            entry
            for entry in self.account.of(role)
            if entry.value != unlike and entry.value <= MAX_AMOUNT and (entry.value or role is Role.FEE)
        ]
        if not found:
            return None
        return self._read(found[0].value, ARITHMETIC_PART * found[0].row.confidence, found[0])

    def _read(self, value: Decimal, trust: float, entry: Entry) -> Read[Money]:
        return Read(
            value=Money.of(value, self.currency),
            confidence=Confidence(round(trust, 3)),
            evidence=entry.row.text[:200],
        )


def _currency(account: Account, total: FoundTotal, rows: Sequence[Row]) -> Currency | None:
    """The currency beside the total, else the one most amounts name, else one a sum row names."""
    if total.entry.currency is not None:
        return total.entry.currency
    named = Counter(entry.currency for entry in account.entries if entry.firm)
    usual, times = named.most_common(1)[0] if named else (None, 0)
    if usual is not None and times > 1:
        return usual
    sums = {entry.index for entry in account.of(*SUM_ROLES)}
    return next((said for index in sorted(sums) if (said := currency_said(rows[index].text))), None)


def _receipt_party(rows: Sequence[Row], account: Account) -> _Party:
    kind = TransactionKind.PURCHASE
    if any(_VOID.match(row.text) for row in rows):
        kind = TransactionKind.VOID
    elif any(_REFUND.match(row.text) for row in rows):
        kind = TransactionKind.REFUND
    first = min((entry.index for entry in account.entries), default=len(rows))
    found = find_merchant(rows, first)
    if found is None:
        return _Party(None, kind)
    return _Party(Read(value=found.name, confidence=Confidence(found.confidence), evidence=found.evidence), kind)


def _slip_party(rows: Sequence[Row]) -> _Party:
    payee = find_payee(rows)
    if payee is None:
        return _Party(None, TransactionKind.PURCHASE)
    merchant = Read(value=payee.name, confidence=Confidence(payee.confidence), evidence=payee.evidence)
    return _Party(merchant, payee.kind)


def _read_date(when: PrintedDate | None) -> Read[date] | None:
    if when is None:
        return None
    return Read(value=when.day, confidence=Confidence(when.confidence), evidence=when.evidence)


def _read_from(found: tuple[str, Row] | None, trust: float) -> Read[str] | None:
    if found is None:
        return None
    value, row = found
    return Read(value=value, confidence=Confidence(round(trust * row.confidence, 3)), evidence=row.text[:200])


def _read_reference(found: FoundReference | None) -> Read[str] | None:
    if found is None:
        return None
    return Read(value=found.value, confidence=Confidence(round(found.confidence, 3)), evidence=found.evidence)


def _read_bank(found: FoundReference | None) -> Read[str] | None:
    if found is None or found.bank is None:
        return None
    return Read(value=found.bank, confidence=Confidence(round(found.confidence, 3)), evidence=found.evidence)


def _overall(total: Read[Money], merchant: Read[str] | None, when: PrintedDate | None) -> Confidence:
    """The total counts twice: a receipt without its merchant is still worth recording, one without a total is not."""
    name = merchant.confidence if merchant else UNKNOWN_FIELD
    day = Confidence(when.confidence) if when else UNKNOWN_FIELD
    combined = Confidence.combine(total.confidence, total.confidence, name, day)
    return Confidence(round(combined.value, 3))
