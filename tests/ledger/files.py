"""Statements whose every row is known, and what has to come of each."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

HEAD: Final = "Date,Description,Debit,Credit"
NO_STATEMENT: Final = b"Dear customer,\nwe have nothing to tell you.\n"
"""Text that is no statement."""
_FIRST_DAY: Final = date(2026, 1, 1)
_DAYS: Final = 59
_SHOPS: Final = ("7-ELEVEN", "BTS", "Grab", "ร้านข้าวแกง", "AIS", "Tops", "การไฟฟ้า", "PTT", "Cafe Amazon", "Netflix")


class Line(NamedTuple):
    """A row of a file.

    Attributes:
        number: of the line in the file, whose head is the first.
        amount: None where the row is wrong.
        out: whether the money was spent.
    """

    number: int
    amount: Decimal | None
    out: bool

    @property
    def is_spending(self) -> bool:
        """Whether it is to be an entry."""
        return self.out and self.amount is not None


@dataclass(frozen=True, slots=True)
class File:
    """A statement as CSV.

    Attributes:
        name: tells it from every other file of a run.
    """

    name: str
    data: bytes
    lines: tuple[Line, ...]

    @property
    def money_out(self) -> Decimal:
        """What its readable rows say was spent."""
        return sum((line.amount or Decimal(0) for line in self.lines if line.out), Decimal(0))

    @property
    def money_in(self) -> Decimal:
        """What its readable rows say came in."""
        return sum((line.amount or Decimal(0) for line in self.lines if not line.out), Decimal(0))


def make_file(rng: random.Random, name: str, rows: int) -> File:
    """A statement of so many rows; some are income, some wrong, and some are like the row before them."""
    lines: list[Line] = []
    written = [HEAD]
    for number in range(rows):
        text, line = _row(rng, name, number + 2)
        if lines and rng.random() < 0.05:
            text, line = written[-1], lines[-1]._replace(number=number + 2)
        written.append(text)
        lines.append(line)
    return File(name, "\n".join([*written, ""]).encode(), tuple(lines))


def _row(rng: random.Random, name: str, number: int) -> tuple[str, Line]:
    day = _FIRST_DAY + timedelta(days=rng.randrange(_DAYS))
    amount = Decimal(rng.randrange(100, 200_000)) / 100
    kind = rng.random()
    line = Line(number, None if kind < 0.05 else amount, out=kind < 0.85)
    told = "one" if line.amount is None else f"{amount:.2f}"
    money = f"{told}," if line.out else f",{told}"
    return f"{day:%d/%m/%Y},{rng.choice(_SHOPS)} {name},{money}", line
