"""Who is who on a bank's slip where the words that tell it were misread.

A label fills a row or a cell of its own and is one of a few, so one that is nearly such a word is taken for it, and for
the nearest. Where none is, the accounts tell: the payee stands between the payer's account and his own.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from adapters.inference.receipts.misread import misfit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from adapters.inference.receipts.rows import Row


class Side(StrEnum):
    """What a label is of."""

    PAYER = "payer"
    PAYEE = "payee"


_LABELS: Final = {
    "จาก": Side.PAYER,
    "จากบัญชี": Side.PAYER,
    "โอนจาก": Side.PAYER,
    "ผู้โอน": Side.PAYER,
    "ไปยัง": Side.PAYEE,
    "ไปยังบัญชี": Side.PAYEE,
    "ไปที่": Side.PAYEE,
    "โอนไปยัง": Side.PAYEE,
    "โอนให้": Side.PAYEE,
    "ถึง": Side.PAYEE,
    "ผู้รับ": Side.PAYEE,
    "ผู้รับเงิน": Side.PAYEE,
    "ผู้รับโอน": Side.PAYEE,
    "ชำระให้": Side.PAYEE,
    "จ่ายให้": Side.PAYEE,
}
_BANKS: Final = (
    "กสิกรไทย", "ไทยพาณิชย์", "กรุงไทย", "กรุงเทพ", "กรุงศรี", "กรุงศรีอยุธยา", "ออมสิน", "ทหารไทยธนชาต", "ทีทีบี",
    "ธอส", "ธกส", "เกียรตินาคินภัทร", "ทิสโก้", "ซีไอเอ็มบี", "ยูโอบี", "แลนด์ แอนด์ เฮ้าส์", "อิสลาม",
)  # fmt: skip
_BANK_TITLE: Final = re.compile(r"^(?:ธนาคาร|ธ\.|ธ )\s*")
_NEAR: Final = 0.37
"""Of its letters; a letter of three may be wrong."""
_A_BANK: Final = 0.2
_FARTHEST: Final = 2
_ACCOUNT: Final = re.compile(r"x{2,}-|x-x|\*{2,}|\b[x*\d]{3}-[x*\d]-[x*\d]{4,5}-[x*\d]\b", re.IGNORECASE)


def side_of(text: str) -> Side | None:
    """Whose label a row or cell is, exactly or nearly; None for anything longer than a label, or near two of them."""
    return _side_of(text.strip(" :.-"))


@lru_cache(maxsize=1024)
def _side_of(text: str) -> Side | None:
    near = sorted(
        (misfit(text, label) / len(label), side)
        for label, side in _LABELS.items()
        if abs(len(text) - len(label)) <= _FARTHEST
    )
    if not near or near[0][0] > _NEAR:
        return None
    best, side = near[0]
    return side if all(other is side or far > best for far, other in near) else None


def is_bank(text: str) -> bool:
    """Whether a row is nothing but a bank's name, nearly at least."""
    name = _BANK_TITLE.sub("", text.strip())
    return any(abs(len(name) - len(bank)) <= _FARTHEST and misfit(name, bank) <= _A_BANK * len(bank) for bank in _BANKS)


def labelled(rows: Sequence[Row], side: Side) -> Iterator[tuple[int, str]]:
    """Rows that begin with that side's label in a cell of its own: where, and what else is in the row."""
    for place, row in enumerate(rows):
        label, *rest = row.cells or (row,)
        if side_of(label.text) is side:
            yield place, " ".join(cell.text for cell in rest)


def between_accounts(rows: Sequence[Row]) -> Sequence[Row]:
    """The rows after the first masked account number and before the second; none where there are not two."""
    places = [place for place, row in enumerate(rows) if _ACCOUNT.search(row.text)]
    return rows[places[0] + 1 : places[1]] if len(places) > 1 else ()
