"""Workbooks from their XML, for what no writer writes."""

from __future__ import annotations

import io
import zipfile
from typing import Final

_NS: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET: Final = (
    f'<worksheet xmlns="{_NS}"><sheetData>'
    "<row r='1'><c r='A1' t='str'><v>Date</v></c><c r='B1' t='str'><v>Description</v></c>"
    "<c r='C1' t='str'><v>Debit</v></c></row>"
    "<row r='2'><c r='A2' t='str'><v>2025-01-02</v></c><c r='B2' t='str'><v>x</v></c><c r='C2'><v>1.5</v></c></row>"
    "</sheetData></worksheet>"
)


def workbook(sheet: str = SHEET, strings: str | None = None, styles: str | None = None, properties: str = "") -> bytes:
    """One sheet; further parts as they are given."""
    parts = workbook_parts(sheet, properties)
    if strings is not None:
        parts["xl/sharedStrings.xml"] = strings
    if styles is not None:
        parts["xl/styles.xml"] = styles
    return packed(parts)


def workbook_parts(sheet: str = SHEET, properties: str = "") -> dict[str, str]:
    """The parts that every workbook has."""
    return {
        "xl/workbook.xml": f'<workbook xmlns="{_NS}" xmlns:r="{_RELATIONS}">{properties}'
        '<sheets><sheet name="One" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="rId1" '
        'Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet,
    }


def packed(parts: dict[str, str]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return data.getvalue()


def sheet_of(*rows: str) -> str:
    """A sheet with the usual header and these further rows of cells."""
    head = SHEET.partition("<row r='2'>")[0]
    return (
        head
        + "".join(f"<row r='{number}'>{cells}</row>" for number, cells in enumerate(rows, 2))
        + "</sheetData></worksheet>"
    )
