"""Statements of very many rows, made by pieces: one row in twenty is wrong, and the sums are known."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from tests.unit.adapters.statements.workbooks import workbook_parts

_WRONG_EACH: Final = 20
_SMALLEST: Final = Decimal("0.25")
_HEAD: Final = ("Date", "Description", "Debit", "Credit")


@dataclass(frozen=True, slots=True)
class Line:
    """A row; the amount of a wrong one is no number."""

    number: int

    @property
    def wrong(self) -> bool:
        return self.number % _WRONG_EACH == 0

    @property
    def amount(self) -> Decimal:
        return (self.number % 997 + 1) * _SMALLEST

    @property
    def out(self) -> bool:
        return self.number % 3 != 0

    @property
    def cells(self) -> tuple[str, str, str, str]:
        amount = "one" if self.wrong else str(self.amount)
        day = f"{self.number % 28 + 1:02}/{self.number % 12 + 1:02}/2568"
        return (day, f"ร้านค้า {self.number}", amount if self.out else "", "" if self.out else amount)


@dataclass(frozen=True, slots=True)
class Sums:
    good: int
    bad: int
    money_out: Decimal
    money_in: Decimal


def sums(rows: int) -> Sums:
    lines = [Line(number) for number in range(rows)]
    good = [line for line in lines if not line.wrong]
    return Sums(
        len(good),
        rows - len(good),
        sum((line.amount for line in good if line.out), Decimal(0)),
        sum((line.amount for line in good if not line.out), Decimal(0)),
    )


def write_csv(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(_HEAD) + "\n")
        file.writelines(",".join(Line(number).cells) + "\n" for number in range(rows))


def write_json(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write('{"transactions": [')
        for number in range(rows):
            pairs = ", ".join(f'"{name}": "{cell}"' for name, cell in zip(_HEAD, Line(number).cells, strict=True))
            file.write(("," if number else "") + "{" + pairs + "}\n")
        file.write("]}")


def write_xlsx(path: Path, rows: int) -> None:
    """As Excel does: texts stand apart and are referred to by number, amounts are numbers."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in workbook_parts().items():
            if "sheet1" not in name:
                archive.writestr(name, content)
        _write_part(archive, "xl/worksheets/sheet1.xml", _sheet(rows))
        _write_part(archive, "xl/sharedStrings.xml", _strings(rows))


def write_ofx(path: Path, rows: int) -> None:
    _write_ofx(path, rows, "OFXHEADER:100\n\n", lambda name, value: f"<{name}>{value}")


def write_ofx_xml(path: Path, rows: int) -> None:
    _write_ofx(path, rows, '<?xml version="1.0"?>', lambda name, value: f"<{name}>{value}</{name}>")


WRITERS: Final = {"csv": write_csv, "json": write_json, "xlsx": write_xlsx, "ofx": write_ofx, "ofx 2": write_ofx_xml}


def _write_part(archive: zipfile.ZipFile, name: str, pieces: Iterator[str]) -> None:
    with archive.open(name, "w") as part:
        for piece in pieces:
            part.write(piece.encode())


def _sheet(rows: int) -> Iterator[str]:
    head = "".join(f"<c t='str'><v>{name}</v></c>" for name in _HEAD)
    yield f"<worksheet><sheetData><row r='1'>{head}</row>"
    for number in range(rows):
        day, _, *money = Line(number).cells
        amounts = "".join(
            f"<c r='{column}{number + 2}' t='{'str' if value == 'one' else 'n'}'><v>{value}</v></c>"
            for column, value in zip("CD", money, strict=True)
            if value
        )
        yield (
            f"<row r='{number + 2}'><c r='A{number + 2}' t='str'><v>{day}</v></c>"
            f"<c r='B{number + 2}' t='s'><v>{number}</v></c>{amounts}</row>"
        )
    yield "</sheetData></worksheet>"


def _strings(rows: int) -> Iterator[str]:
    yield "<sst>"
    for number in range(rows):
        yield f"<si><t>{Line(number).cells[1]}</t></si>"
    yield "</sst>"


def _write_ofx(path: Path, rows: int, head: str, leaf: Callable[[str, str], str]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{head}<OFX><STMTRS>{leaf('CURDEF', 'THB')}<BANKTRANLIST>\n")
        for number in range(rows):
            line = Line(number)
            amount = "one" if line.wrong else str(-line.amount if line.out else line.amount)
            fields = {
                "DTPOSTED": f"2025{number % 12 + 1:02}{number % 28 + 1:02}",
                "TRNAMT": amount,
                "FITID": str(number),
            }
            file.write(f"<STMTTRN>{''.join(leaf(*field) for field in fields.items())}</STMTTRN>\n")
        file.write("</BANKTRANLIST></STMTRS></OFX>")
