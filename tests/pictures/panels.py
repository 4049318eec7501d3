"""Panels, each by its kind."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from infra.dashboards.model import Kind, Panel, Unit
from tests.pictures.canvas import ACCENT, FAINT, INK, RULE, WASH, Box, Canvas, text_width
from tests.pictures.curves import Curve, curves_of
from tests.pictures.lines import SMALL, draw_lines, measure
from tests.pictures.seen import Seen
from tests.pictures.words import fitted, value_text

NONE: Final = "none"
"""Shown instead of series where there may be none, as in Grafana."""
NO_DATA: Final = "No data"

_TITLE: Final = 14.0
_TITLE_HEIGHT: Final = 32.0
_ASIDE: Final = 12.0
_ALONE, _AMONG = 34.0, 20.0
"""Sizes of a panel's only row of numbers, and of one of several."""
_ROW: Final = 24.0
_CELL: Final = 13.0
_BESIDE_EACH_OTHER: Final = 2


def draw_panel(canvas: Canvas, box: Box, panel: Panel, seen: Seen) -> None:
    """A panel with its title.

    Raises:
        OtherDefinitionsError: one of its queries was not asked.
    """
    canvas.ground(box)
    canvas.text(box.left + _ASIDE, box.top + 21, panel.title, _TITLE, weight="bold")
    inner = box.within(left=_ASIDE, top=_TITLE_HEIGHT, right=_ASIDE, bottom=8)
    curves = curves_of(panel, seen)
    if not curves:
        _draw_nothing(canvas, inner, panel)
        return
    match panel.kind:
        case Kind.LINES:
            draw_lines(canvas, inner, curves, panel.unit, seen)
        case Kind.NUMBER:
            _draw_numbers(canvas, inner, curves, panel.unit)
        case Kind.TABLE:
            _draw_table(canvas, inner, curves, panel.unit)


def _draw_nothing(canvas: Canvas, box: Box, panel: Panel) -> None:
    centre, middle = box.left + box.width / 2, box.top + box.height / 2
    canvas.text(centre, middle, NONE if panel.may_be_empty else NO_DATA, 18, color=FAINT, ha="center")
    if panel.may_be_empty:
        why = fitted(f"empty while {panel.may_be_empty}", box.width, measure)
        canvas.text(centre, middle + 22, why, SMALL, color=FAINT, ha="center")


def cells(count: int, box: Box) -> list[Box]:
    """Equal parts of a box, so many: beside each other, in two rows where they are more than two."""
    down = min(2, -(-count // _BESIDE_EACH_OTHER))
    across = -(-count // down)
    width, height = box.width / across, box.height / down
    return [
        Box(box.left + width * (number % across), box.top + height * (number // across), width, height)
        for number in range(count)
    ]


def _draw_numbers(canvas: Canvas, box: Box, curves: list[Curve], unit: Unit) -> None:
    """The newest value of each, and how it came there."""
    for curve, cell in zip(curves, cells(len(curves), box), strict=True):
        _draw_number(canvas, cell, curve, unit, _ALONE if cell.height == box.height else _AMONG)


def _draw_number(canvas: Canvas, cell: Box, curve: Curve, unit: Unit, size: float) -> None:
    value = value_text(curve.last, unit)
    width = text_width(value, size, bold=True)
    middle = cell.top + cell.height / 2
    canvas.text(cell.left, middle - size * 0.5, fitted(curve.name, cell.width - 8, measure), SMALL, color=FAINT)
    canvas.text(cell.left, middle + size * 0.8, value, size, color=ACCENT, weight="bold")
    left = max(width + 14, cell.width * 0.42)
    course = Box(cell.left + left, middle - size * 0.3, cell.width - left - 14, size * 1.15)
    if course.width > size:
        _draw_course(canvas, course, curve)


def _draw_course(canvas: Canvas, box: Box, curve: Curve) -> None:
    axes = canvas.axes(box)
    times = range(len(curve.values))
    axes.fill_between(times, curve.values, color=WASH, linewidth=0)
    axes.plot(times, curve.values, color=ACCENT, linewidth=1.2)
    known = [value for value in curve.values if value == value]  # noqa: PLR0124  false of NaN alone
    axes.set_xlim(0, max(1, len(curve.values) - 1))
    axes.set_ylim(min(0.0, *known), max(0.0, *known) * 1.1 or 1.0)
    axes.set_axis_off()


def _draw_table(canvas: Canvas, box: Box, curves: list[Curve], unit: Unit) -> None:
    """A row for each series, the largest first: its labels, and its value."""
    labels = sorted({label for curve in curves for label in curve.labels})
    rows = [
        [*(curve.labels.get(label, "") for label in labels), value_text(curve.last, unit)]
        for curve in sorted(curves, key=lambda curve: -curve.last)
    ]
    fitting = int(box.height // _ROW) - 1
    if len(rows) > fitting:
        rows = [*rows[: fitting - 1], [f"and {len(rows) - fitting + 1} more"]]
    for number, row in enumerate([[*labels, "Value"], *rows]):
        _draw_row(canvas, box.within(top=number * _ROW), row, len(labels) + 1, INK if number else FAINT)


def _draw_row(canvas: Canvas, box: Box, row: Sequence[str], columns: int, colour: str) -> None:
    width = box.width / columns
    cell = partial(fitted, width=width - _ASIDE, measure=partial(text_width, size=_CELL))
    for column, words in enumerate(row):
        canvas.text(box.left + column * width, box.top + 16, cell(words), _CELL, color=colour)
    canvas.stroke(box.left, box.right, box.top + _ROW - 1, color=RULE, linewidth=1)
