"""Boxes of text to rows: what stands side by side on the paper is read as one line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from adapters.inference.receipts.misread import mend
from adapters.inference.receipts.spelling import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workers.ports.inference import Box, TextLine

SAME_ROW: Final = 0.55
"""How far apart, in line heights, the middles of neighbours on one row may be."""
MAX_OVERLAP: Final = 0.3
MAX_ROW_LENGTH: Final = 300


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a document, cleaned of recognition noise.

    Attributes:
        height: of its tallest box, pixels: large letters are a heading.
        confidence: of its least certain part.
        cells: its boxes, where it has several.
    """

    text: str
    height: float
    confidence: float
    cells: tuple[Row, ...] = ()


@dataclass(slots=True)
class _Band:
    lines: list[TextLine] = field(default_factory=list)

    def misfit(self, line: TextLine) -> float | None:
        """How far the line lies off the row's nearest box, in line heights; None when it cannot belong."""
        box = line.box
        if any(_overlap(box, other.box) > MAX_OVERLAP for other in self.lines):
            return None
        nearest = min(self.lines, key=lambda other: _gap(box, other.box)).box
        height = min(box.bottom - box.top, nearest.bottom - nearest.top) or 1.0
        misfit = abs(_middle(box) - _middle(nearest)) / height
        return misfit if misfit <= SAME_ROW else None

    def row(self) -> Row:
        cells = [_cell(line) for line in sorted(self.lines, key=lambda line: (line.box.left, _order(line)))]
        if len(cells) == 1:
            return cells[0]
        return Row(
            text=" ".join(cell.text for cell in cells)[:MAX_ROW_LENGTH].strip(),
            height=max(cell.height for cell in cells),
            confidence=min(cell.confidence for cell in cells),
            cells=tuple(cells),
        )


def rows_of(lines: Sequence[TextLine]) -> tuple[Row, ...]:
    """The rows, top to bottom."""
    bands: list[_Band] = []
    for line in sorted(lines, key=_order):
        fitting = [(misfit, band) for band in bands[-4:] if (misfit := band.misfit(line)) is not None]
        if fitting:
            min(fitting, key=lambda choice: choice[0])[1].lines.append(line)
        else:
            bands.append(_Band([line]))
    return tuple(row for row in (band.row() for band in bands) if row.text)


def _cell(line: TextLine) -> Row:
    text = mend(clean(line.text[:MAX_ROW_LENGTH]))
    return Row(text=text, height=line.box.bottom - line.box.top, confidence=line.confidence)


def typical_height(rows: Sequence[Row]) -> float:
    """The median height of the rows."""
    heights = sorted(row.height for row in rows)
    return heights[len(heights) // 2] if heights else 0.0


def _order(line: TextLine) -> tuple[float, Box, str, float]:
    """From the top; complete, so that the order in which an engine found the lines never matters."""
    return _middle(line.box), line.box, line.text, line.confidence


def _middle(box: Box) -> float:
    return (box.top + box.bottom) / 2


def _overlap(one: Box, other: Box) -> float:
    shared = min(one.right, other.right) - max(one.left, other.left)
    return shared / (min(one.right - one.left, other.right - other.left) or 1.0)


def _gap(one: Box, other: Box) -> float:
    return max(one.left, other.left) - min(one.right, other.right)
