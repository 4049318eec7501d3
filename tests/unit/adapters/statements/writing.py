"""Writes statements as banks do, from rows that are known: what is read back has to be what was written."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Final
from xml.sax.saxutils import escape

from openpyxl import Workbook

from workers.ports.statements import Direction

OPENING: Final = Decimal("10000.00")
_THAI: Final = ("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.")


@dataclass(frozen=True, slots=True)
class Entry:
    """A row to write; `bad` names the field that is to be wrong."""

    day: date
    at: time | None
    amount: Decimal
    direction: Direction
    description: str
    reference: str
    bad: str | None = None

    @property
    def signed(self) -> Decimal:
        return self.amount if self.direction is Direction.IN else -self.amount


@dataclass(frozen=True, slots=True)
class Style:
    """How a table is written."""

    dates: str
    money: str
    language: str
    negative: str
    thousands: bool
    balance: bool
    preamble: bool
    totals: bool
    newest_first: bool = False


DATES: Final[dict[str, Callable[[date], str]]] = {
    "iso": lambda day: day.isoformat(),
    "buddhist iso": lambda day: f"{day.year + 543}-{day.month:02}-{day.day:02}",
    "buddhist": lambda day: f"{day.day:02}/{day.month:02}/{day.year + 543}",
    "short buddhist": lambda day: f"{day.day}/{day.month}/{(day.year + 543) % 100:02}",
    "common": lambda day: f"{day.day:02}-{day.month:02}-{day.year}",
    "short common": lambda day: f"{day.day:02}/{day.month:02}/{day.year % 100:02}",
    "american": lambda day: f"{day.month}/{day.day}/{day.year}",
    "thai": lambda day: f"{day.day} {_THAI[day.month - 1]} {(day.year + 543) % 100:02}",
    "english": lambda day: day.strftime("%d %b %Y"),
    "compact": lambda day: day.strftime("%Y%m%d"),
    "compact thai": lambda day: f"{day.day:02}{day.month:02}{day.year + 543}",
}
MONEY: Final = ("two", "signed", "marked", "direction", "card")
NEGATIVE: Final = ("minus", "parentheses", "trailing")
LANGUAGES: Final = ("th", "en", "both")
_NAMES: Final = {
    "date": ("วันที่ทำรายการ", "Transaction Date"),
    "time": ("เวลา", "Time"),
    "description": ("รายละเอียด", "Description"),
    "reference": ("เลขที่อ้างอิง", "Reference No."),
    "debit": ("ถอนเงิน", "Withdrawal"),
    "credit": ("ฝากเงิน", "Deposit"),
    "amount": ("จำนวนเงิน (บาท)", "Amount (THB)"),
    "direction": ("เดบิต/เครดิต", "Dr/Cr"),
    "balance": ("ยอดคงเหลือ", "Balance"),
}


def balances(entries: Sequence[Entry]) -> list[Decimal]:
    """After each good row; a bad one moves nothing, so that the file's own arithmetic is that of the good rows."""
    found, now = [], OPENING
    for entry in entries:
        now += 0 if entry.bad else entry.signed
        found.append(now)
    return found


def total(entries: Sequence[Entry], direction: Direction) -> Decimal:
    return sum((each.amount for each in entries if not each.bad and each.direction is direction), Decimal("0.00"))


def table(entries: Sequence[Entry], style: Style) -> list[list[str]]:
    """The lines of a statement as cells of text."""
    columns = _columns(style)
    lines: list[list[str]] = []
    if style.preamble:
        lines += [
            ["ธนาคารตัวอย่าง, สำนักงานใหญ่"],
            ["เลขที่บัญชี", "123-4-56789-0"],
            ["บัตรเครดิต" if style.money == "card" else "Period: 2020"],
            [],
        ]
    lines.append([_name(column, style.language) for column in columns])
    body = [
        [_cell(entry, column, style, balance) for column in columns]
        for entry, balance in zip(entries, balances(entries), strict=True)
    ]
    lines += reversed(body) if style.newest_first else body
    if style.totals:
        lines.append([_total(column, entries) for column in columns])
    return lines


def _columns(style: Style) -> list[str]:
    money = {"two": ["debit", "credit"], "direction": ["amount", "direction"]}.get(style.money, ["amount"])
    return ["date", "time", "description", "reference", *money, *(["balance"] if style.balance else [])]


def _name(column: str, language: str) -> str:
    thai, english = _NAMES[column]
    return {"th": thai, "en": english, "both": f"{thai} / {english}"}[language]


def _cell(entry: Entry, column: str, style: Style, balance: Decimal) -> str:
    own = (column == "debit") == (entry.direction is Direction.OUT)
    cells = {
        "date": "99/99/9999" if entry.bad == "date" else DATES[style.dates](entry.day),
        "time": entry.at.strftime("%H:%M") if entry.at else "",
        "description": entry.description,
        "reference": entry.reference,
        "balance": number(balance, style),
        "direction": "DR" if entry.direction is Direction.OUT else "CR",
    }
    if column in cells:
        return cells[column]
    return _amount(entry, style) if own or column == "amount" else ""


def _amount(entry: Entry, style: Style) -> str:
    if entry.bad == "amount":
        return "1.2.3"
    match style.money:
        case "signed":
            return number(entry.signed, style)
        case "card":
            return number(-entry.signed, style)
        case "marked":
            return f"{number(entry.amount, style)} {'DR' if entry.direction is Direction.OUT else 'CR'}"
        case _:
            return number(entry.amount, style)


def number(amount: Decimal, style: Style) -> str:
    digits = f"{abs(amount):,.2f}" if style.thousands else f"{abs(amount):.2f}"
    if amount >= 0:
        return digits
    return {"minus": f"-{digits}", "parentheses": f"({digits})", "trailing": f"{digits}-"}[style.negative]


def _total(column: str, entries: Sequence[Entry]) -> str:
    match column:
        case "description":
            return "รวม"
        case "debit":
            return f"{total(entries, Direction.OUT):,.2f}"
        case "credit":
            return f"{total(entries, Direction.IN):,.2f}"
        case _:
            return ""


def as_csv(lines: Sequence[Sequence[str]], delimiter: str, encoding: str, end: str) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=end).writerows(lines)
    return text.getvalue().encode(encoding)


def as_xlsx(lines: Sequence[Sequence[str]], *, typed: bool) -> bytes:
    """By openpyxl; `typed` makes numbers and days of the texts that are such."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("รายการ")
    for line in lines:
        sheet.append([_typed(cell) if typed else cell or None for cell in line])
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def _typed(text: str) -> str | Decimal | datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d")  # noqa: DTZ007  a cell has no time zone
    except ValueError:
        pass
    return Decimal(text.replace(",", "")) if re.fullmatch(r"-?[0-9,]+\.[0-9]{2}", text) else text or None


def as_json(entries: Sequence[Entry], *, lines: bool, numbers: bool) -> bytes:
    items = [
        {
            "transactionDate": "31/31/2020" if each.bad == "date" else each.day.isoformat(),
            "time": each.at.strftime("%H:%M") if each.at else None,
            "details": {"description": each.description},
            "reference": each.reference,
            "amount": "1.2.3" if each.bad == "amount" else float(each.signed) if numbers else str(each.signed),
        }
        for each in entries
    ]
    if lines:
        return "\n".join(json.dumps(item, ensure_ascii=False) for item in items).encode()
    return json.dumps({"account": {"accountNumber": "55"}, "transactions": items}).encode()


def as_ofx(entries: Sequence[Entry], *, xml: bool) -> bytes:
    rows = "".join(_ofx_row(entry, xml=xml) for entry in entries)
    account = "".join(_leaf(*pair, xml=xml) for pair in (("BANKID", "004"), ("ACCTID", "55")))
    closing = OPENING + total(entries, Direction.IN) - total(entries, Direction.OUT)
    body = (
        f"<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS>{_leaf('CURDEF', 'THB', xml=xml)}<BANKACCTFROM>{account}</BANKACCTFROM>"
        f"<BANKTRANLIST>{_leaf('DTSTART', '20200101', xml=xml)}{rows}</BANKTRANLIST>"
        f"<LEDGERBAL>{_leaf('BALAMT', str(closing), xml=xml)}</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
    )
    if xml:
        head = '<?xml version="1.0" encoding="UTF-8"?>\n<?OFX OFXHEADER="200" VERSION="211"?>\n'
    else:
        head = "OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nENCODING:UTF-8\r\nCHARSET:NONE\r\n\r\n"
    return (head + body).encode()


def _ofx_row(entry: Entry, *, xml: bool) -> str:
    at = entry.at.strftime("%H%M%S") if entry.at else "120000"
    fields = {
        "TRNTYPE": "DEBIT" if entry.direction is Direction.OUT else "CREDIT",
        "DTPOSTED": "20209999" if entry.bad == "date" else f"{entry.day:%Y%m%d}{at}[+7:ICT]",
        "TRNAMT": "1.2.3" if entry.bad == "amount" else str(entry.signed),
        "FITID": entry.reference,
        "NAME": entry.description,
    }
    return f"<STMTTRN>{''.join(_leaf(name, value, xml=xml) for name, value in fields.items())}</STMTTRN>\n"


def _leaf(name: str, value: str, *, xml: bool) -> str:
    return f"<{name}>{escape(value)}" + (f"</{name}>" if xml else "\n")
