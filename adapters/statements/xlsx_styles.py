"""Which cells of a workbook are dates: a spreadsheet stores a day as a number and says so in the cell's style alone."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from adapters.statements.limits import Limits
from adapters.statements.xlsx_package import Package
from adapters.statements.xml_events import parsed

_PART: Final = "xl/styles.xml"
_BUILT_IN: Final = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59), *range(71, 82)])
"""Numbers of formats that every spreadsheet program knows as dates and times; 71 to 81 are the Thai ones."""
_QUOTED: Final = re.compile(r'"[^"]*"|\\.|\[(?!(?:h+|m+|s+)\])[^\]]*\]|_.|\*.', re.IGNORECASE)
_DATE_LETTERS: Final = re.compile(r"[dmyhsbe]", re.IGNORECASE)
_GENERAL: Final = re.compile(r"general", re.IGNORECASE)
_EXPONENT: Final = re.compile(r"e[+-]", re.IGNORECASE)
_DAY_ZERO: Final = datetime(1899, 12, 30)  # noqa: DTZ001  a spreadsheet's days have no time zone
_DAY_ZERO_1904: Final = datetime(1904, 1, 1)  # noqa: DTZ001
_DAYS: Final = 2_958_466
_SECONDS_A_DAY: Final = 86_400


def date_styles(package: Package, limits: Limits) -> frozenset[int]:
    """The numbers of the cell styles that show a date or a time.

    Raises:
        StatementError: the part is damaged or beyond a limit.
    """
    reader = _Styles()
    if _PART in package:
        for _ in parsed(package.part(_PART), (reader.start, reader.end, reader.text), limits):
            pass
    return frozenset(reader.dates)


def shows_a_date(code: str) -> bool:
    """Whether a number format, for instance `[$-41E]d mmm bb;@`, shows a date or a time."""
    bare = _EXPONENT.sub("", _GENERAL.sub("", _QUOTED.sub("", code)))
    return _DATE_LETTERS.search(bare) is not None


def moment_of(serial: Decimal, *, since_1904: bool) -> date | time | datetime | None:
    """The day, the time of day or both that a number stands for; None where it stands for none."""
    if not 0 <= serial < _DAYS:
        return None
    days, part = divmod(serial, 1)
    seconds = int((part * _SECONDS_A_DAY).to_integral_value())
    moment = (_DAY_ZERO_1904 if since_1904 else _DAY_ZERO) + timedelta(days=int(days), seconds=seconds)
    if serial < 1:
        return moment.time()
    return moment if seconds else moment.date()


class _Styles:
    def __init__(self) -> None:
        self.dates: set[int] = set()
        self._formats: dict[str, bool] = {}
        self._in_cells = False
        self._count = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "numFmt":
            self._formats[attributes.get("numFmtId", "")] = shows_a_date(attributes.get("formatCode", ""))
        elif tag == "cellXfs":
            self._in_cells = True
        elif tag == "xf" and self._in_cells:
            if self._is_date(attributes.get("numFmtId", "0")):
                self.dates.add(self._count)
            self._count += 1

    def end(self, tag: str) -> None:
        if tag == "cellXfs":
            self._in_cells = False

    def text(self, _: str) -> None:
        """Styles have none."""

    def _is_date(self, number: str) -> bool:
        own = self._formats.get(number)
        return (number.isdigit() and int(number[:4]) in _BUILT_IN) if own is None else own
