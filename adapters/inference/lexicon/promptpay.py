"""QR payloads of Thai payments: PromptPay (EMVCo merchant-presented) and the mini-QR of a transfer slip."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from contracts.money import Currency, Money

_NUMERIC_CURRENCIES: Final = {
    "764": Currency.THB,
    "840": Currency.USD,
    "978": Currency.EUR,
    "826": Currency.GBP,
    "702": Currency.SGD,
    "458": Currency.MYR,
    "608": Currency.PHP,
    "392": Currency.JPY,
}
_CREDIT_TRANSFER: Final = "29"
_PROMPTPAY_APPLICATION: Final = "A000000677010111"
_SLIP_APPLICATION: Final = "000001"
_PHONE, _TAX_ID, _WALLET = "01", "02", "03"


@dataclass(frozen=True, slots=True)
class PromptPayCode:
    """A code to pay by.

    Attributes:
        proxy: the payee's phone (national form), citizen or tax id, or wallet id.
        amount: None where the payer types it.
    """

    proxy: str | None
    amount: Money | None


@dataclass(frozen=True, slots=True)
class SlipCode:
    """The code on a slip: which bank sent it and its reference, for finding duplicates. No amount."""

    sending_bank: str
    reference: str


def read_payment_code(payload: str) -> PromptPayCode | SlipCode | None:
    """Read a QR payload; None for any other code and for one whose checksum is wrong."""
    text = payload.strip()
    if not text.isascii() or not _checksum_holds(text):
        return None
    fields = _fields(text)
    if fields is None:
        return None
    return _slip(fields) or _promptpay(fields)


def crc16(data: bytes) -> int:
    """CRC-16/CCITT-FALSE: polynomial 0x1021, start 0xFFFF."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021) & 0xFFFF if crc & 0x8000 else crc << 1
    return crc


def _checksum_holds(text: str) -> bool:
    return text[-8:-4] in {"6304", "9104"} and f"{crc16(text[:-4].encode('ascii')):04X}" == text[-4:].upper()


def _fields(text: str) -> dict[str, str] | None:
    """Tag, two digits of length, value, again and again; None when the lengths do not fit."""
    fields: dict[str, str] = {}
    position = 0
    while position < len(text):
        tag, length = text[position : position + 2], text[position + 2 : position + 4]
        end = position + 4 + int(length) if length.isdigit() else len(text) + 1
        if end > len(text):
            return None
        fields[tag] = text[position + 4 : end]
        position = end
    return fields


def _slip(fields: dict[str, str]) -> SlipCode | None:
    inner = _fields(fields.get("00", "")) or {}
    if inner.get("00") != _SLIP_APPLICATION or "01" not in inner or "02" not in inner:
        return None
    return SlipCode(sending_bank=inner["01"], reference=inner["02"])


def _promptpay(fields: dict[str, str]) -> PromptPayCode | None:
    account = _fields(fields.get(_CREDIT_TRANSFER, "")) or {}
    if account.get("00") != _PROMPTPAY_APPLICATION:
        return None
    phone = account.get(_PHONE)
    proxy = _national(phone) if phone else account.get(_TAX_ID) or account.get(_WALLET)
    return PromptPayCode(proxy, _amount(fields))


def _national(phone: str) -> str:
    digits = phone.removeprefix("00")
    return f"0{digits.removeprefix('66')}" if digits.startswith("66") else phone


def _amount(fields: dict[str, str]) -> Money | None:
    currency = _NUMERIC_CURRENCIES.get(fields.get("53", ""))
    if currency is None or "54" not in fields:
        return None
    try:
        return Money.of(Decimal(fields["54"]), currency)
    except (InvalidOperation, ValueError):
        return None
