"""Where headings and panels stand in Grafana's grid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from infra.dashboards.model import Dashboard, Kind, Panel, Row

WIDTH: Final = 24
_WIDTHS: Final = {Kind.LINES: 12, Kind.NUMBER: 8, Kind.TABLE: 24}
_HEIGHTS: Final = {Kind.LINES: 8, Kind.NUMBER: 5, Kind.TABLE: 8}


@dataclass(frozen=True, slots=True)
class Place:
    """A rectangle, in Grafana's columns and rows from above."""

    left: int
    top: int
    width: int
    height: int

    @property
    def bottom(self) -> int:
        return self.top + self.height


def placed(dashboard: Dashboard) -> Iterator[tuple[Row | Panel, Place]]:
    """Each heading before its panels."""
    top = 0
    for row in dashboard.rows:
        yield row, Place(0, top, WIDTH, 1)
        for panel, place in zip(row.panels, _places(row, top + 1), strict=True):
            yield panel, place
            top = max(top, place.bottom)


def _places(row: Row, top: int) -> Iterator[Place]:
    """One after the other from the left, the next line where one does not fit."""
    left = height = 0
    for panel in row.panels:
        width = _WIDTHS[panel.kind]
        if left + width > WIDTH:
            left, top, height = 0, top + height, 0
        yield Place(left, top, width, _HEIGHTS[panel.kind])
        left, height = left + width, max(height, _HEIGHTS[panel.kind])
