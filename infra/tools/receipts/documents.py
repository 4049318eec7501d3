"""What a demo document is: what is printed on it and what a careful reader makes of it.

A row of the markup is

    # text          large, bold, centred        ^ text         centred
    left | right    at both edges               ! left | right the same, bold
    ---             a rule                      (blank)        an empty row

Thai shop lines stand beside Latin key lines, as on many receipts.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Final, Literal

REFERENCE_DATE: Final = "2025-06-15"


@dataclass(frozen=True, slots=True)
class Key:
    """What is true of a document. `date` is ISO 8601; None where the document does not tell it."""

    file: str
    kind: Literal["receipt", "slip"]
    merchant: str
    date: str | None
    total: str
    currency: str
    category: str
    payment: str | None
    reference_date: str = REFERENCE_DATE

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


Look = Literal["till", "printed", "screen"]


@dataclass(frozen=True, slots=True)
class Document:
    """A document to render.

    Attributes:
        wear: 0 (as new) to 1 (badly worn and photographed).
    """

    key: Key
    look: Look
    wear: float
    markup: str
