"""Held-out fonts for the generator of documents, so that whole receipts can be measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from infra.tools.receipts.render import FONTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infra.tools.receipts.documents import Look
    from infra.tools.receipts.render import Run
    from infra.tools.recogniser.fonts import Face

BOLDER: Final = 1.06


@dataclass(frozen=True, slots=True)
class HeldOutTypeface:
    """One face for a whole document; a row in bold is a little larger instead."""

    face: Face
    look: Look

    def runs(self, text: str, *, bold: bool, scale: float = 1.0) -> Sequence[Run]:
        return tuple(self.face.runs(text, round(FONTS[self.look][2] * scale * (BOLDER if bold else 1.0))))
