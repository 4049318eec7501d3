"""What a row of a receipt is about, by the words before its amount."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """The part an amount plays."""

    NET = "net"
    TOTAL = "total"
    AMOUNT = "amount"
    SUBTOTAL = "subtotal"
    TAX = "tax"
    SERVICE = "service"
    DISCOUNT = "discount"
    ROUNDING = "rounding"
    WITHHELD = "withheld"
    FEE = "fee"
    CASH = "cash"
    CHANGE = "change"
    PAYMENT = "payment"
    OTHER_PAYER = "other payer"
    IGNORED = "ignored"
    NONE = "none"


TAX_WORD: Final = r"(?:gst|vat|sst|tax)"

# The first pattern that fits decides, so the more special ones stand first.
_PATTERNS: Final = tuple(
    (re.compile(pattern), role)
    for pattern, role in (
        (r"tax (?:id|no|reg|invoice)|taxpayer|เลขประจำตัวผู้เสียภาษี|ใบกำกับภาษี", Role.IGNORED),
        (r"\bpoints?\b|แต้ม|คะแนน|\bstamps?\b|odometer|\bpin\b|member (?:no|card|id)", Role.IGNORED),
        (r"\bchange\b|เงินทอน|ทอนเงิน|(?:^|\s)ทอน(?:\s|$)|\bbaki\b", Role.CHANGE),
        (r"หัก ณ ที่จ่าย|withholding|\bwht\b", Role.WITHHELD),
        (r"insurance|insurer|ประกันจ่าย|ประกันสังคมจ่าย|covered by", Role.OTHER_PAYER),
        (r"price (?:per|litre|liter|unit|kg|l$)|unit price|ราคาต่อ", Role.IGNORED),
        (r"patient (?:pay|share)|ชำระเอง|จ่ายเอง", Role.NET),
        (
            (
                r"total (?:no of )?(?:qty|quantity|items?|item count|pcs|pieces|units?)\b|"
                r"^(?:qty|quantity|item count)(?!.*\btotal\b)"
            ),
            Role.IGNORED,
        ),
        (r"\bsaving|\bsaved\b|ประหยัด|\bbalance (?!due)|ยอดคงเหลือ|\bdeposit|มัดจำ", Role.IGNORED),
        (r"discount|\bdisc\b|voucher|coupon|rebate|ส่วนลด|คูปอง", Role.DISCOUNT),
        (
            rf"total (?:\d+% )?(?:includes?|{TAX_WORD})\b|{TAX_WORD} total|included in total|tax amount|\d% supplies",
            Role.TAX,
        ),
        (r"total.*(?:excl|exclud|before|w o|without)|(?:excl|exclud|before) .*total|sub ?total|sub ttl", Role.SUBTOTAL),
        (
            rf"amount (?:excl|before)|before {TAX_WORD}|taxable|มูลค่าสินค้า|gross amount|ราคาก่อน|มูลค่าก่อน|ยอดก่อน",
            Role.SUBTOTAL,
        ),
        (r"(?:amount|total) (?:paid|received|tendered)", Role.CASH),
        (r"(?:total|amount).*(?:rounded|after|payable|due)|rounded total|(?:grand|nett?) (?:total|amount)", Role.NET),
        (r"total.*(?:payable|inclusive|incl\b|inc\b|to pay)|balance due|^due$|\bnett?\b$", Role.NET),
        (r"ยอดสุทธิ|รวมสุทธิ|รวมทั้งสิ้น|รวมทั้งหมด|ยอดชำระ|ยอดที่ต้องชำระ|สุทธิ|ยอดเงินสุทธิ", Role.NET),
        (r"round|\bR?nd adj\b|ปัดเศษ", Role.ROUNDING),
        (r"service (?:charge|chg|tax)|\bsvc\b|\bserv\b|^s ?c(?: \d+%|$)|ค่าบริการ.*%|เซอร์วิสชาร์จ", Role.SERVICE),
        (
            rf"^(?:\d+% )?(?:add |inc(?:l|luded?)? )?(?:\d+% )?{TAX_WORD}\b|{TAX_WORD} (?:included|\d)|ภาษีมูลค่าเพิ่ม|^ภาษี",
            Role.TAX,
        ),
        (r"\bfee\b|ค่าธรรมเนียม", Role.FEE),
        (
            (
                r"tendered|^received|^pay$|(?:amount|total|cash) (?:received|paid)|\bcash\b(?! (?:and |n )?carry)|"
                r"\bpaid$|\btunai\b|เงินสด|รับเงิน|^รับมา"
            ),
            Role.CASH,
        ),
        (
            rf"inclusive (?:of )?{TAX_WORD}|\btotal\b|\bjumlah\b|\bttl\b|ยอดรวม|รวมเงิน|รวมเป็นเงิน|(?:^|\s)รวม(?:\s|$)",
            Role.TOTAL,
        ),
        (r"^amount\b|จำนวนเงิน|^จำนวน$|ยอดเงิน|ยอดโอน", Role.AMOUNT),
    )
)
_SUMMARY: Final = re.compile(rf"{TAX_WORD} (?:summary|analysis|details?)\b|summary of {TAX_WORD}")


def role_of(folded: str) -> Role:
    """The role a folded label gives to the amount after it."""
    for pattern, role in _PATTERNS:
        if pattern.search(folded):
            return role
    return Role.NONE


def opens_tax_summary(folded: str) -> bool:
    """Whether a table of tax rates begins here: its totals are not the receipt's."""
    return _SUMMARY.search(folded) is not None
