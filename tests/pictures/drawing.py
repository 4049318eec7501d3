"""A dashboard as one picture, laid out as Grafana lays it out."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any, Final

from infra.dashboards.layout import WIDTH, Place, placed
from infra.dashboards.model import Dashboard, Panel, Row
from tests.pictures.canvas import FAINT, Box, Canvas, canvas_style, text_width
from tests.pictures.panels import draw_panel
from tests.pictures.seen import Seen
from tests.pictures.words import clock_text

DEFINITION: Final = "Definition"
"""The keyword under which a picture says what it shows."""
RUN: Final = "Run"
"""The keyword under which it says from which run."""

SHEET: Final = 1200.0
_MARGIN: Final = 16.0
_COLUMN: Final = (SHEET - 2 * _MARGIN) / WIDTH
_UNIT: Final = 30.0
_BETWEEN: Final = 10.0
_HEAD: Final = 78.0
_FOOT: Final = 36.0
_CHIP: Final = 26.0


def picture(dashboard: Dashboard, seen: Seen) -> bytes:
    """The PNG of a dashboard; the same for the same answers.

    Raises:
        OtherDefinitionsError: one of its queries was not asked.
    """
    told = {
        "Title": dashboard.title,
        "Description": footnote(seen),
        DEFINITION: definition(dashboard),
        RUN: seen.digest,
    }
    with canvas_style():
        return drawn(dashboard, seen).png(told)


def definition(dashboard: Dashboard) -> str:
    """All of a dashboard that its picture shows: where it differs from what the picture says, the picture is old."""
    told = {
        "title": dashboard.title,
        "description": dashboard.description,
        "choices": [variable.title for variable in dashboard.variables],
        "panels": [_defined(one, place) for one, place in placed(dashboard)],
    }
    return json.dumps(told, sort_keys=True)


def _defined(one: Row | Panel, place: Place) -> dict[str, Any]:
    about: dict[str, Any] = {"title": one.title, "place": asdict(place)}
    if isinstance(one, Panel):
        queries = [asdict(query) for query in one.queries]
        about |= {"kind": one.kind, "unit": one.unit, "may_be_empty": one.may_be_empty, "queries": queries}
    return about


def footnote(seen: Seen) -> str:
    """What the picture is, and of when."""
    return (
        "No screenshot: drawn by the project from what a real Prometheus answered the dashboard's queries"
        f" in a run on {seen.taken.isoformat()}. Times are minutes and seconds from its start."
    )


def drawn(dashboard: Dashboard, seen: Seen) -> Canvas:
    """The sheet with everything on it; within its style.

    Raises:
        OtherDefinitionsError: one of its queries was not asked.
    """
    everything = list(placed(dashboard))
    height = _HEAD + max(place.bottom for _, place in everything) * _UNIT + _FOOT
    canvas = Canvas(SHEET, height)
    canvas.text(_MARGIN, 36, dashboard.title, 22, weight="bold")
    canvas.text(_MARGIN, 60, dashboard.description, 13, color=FAINT)
    _draw_choices(canvas, dashboard, seen)
    for one, place in everything:
        box = box_of(place)
        if isinstance(one, Row):
            canvas.text(box.left, box.bottom - 8, f"▾ {one.title}", 15, weight="bold")
        else:
            draw_panel(canvas, box, one, seen)
    canvas.text(_MARGIN, height - 14, footnote(seen), 12, color=FAINT)
    return canvas


def _draw_choices(canvas: Canvas, dashboard: Dashboard, seen: Seen) -> None:
    """What is chosen above the panels, from the right."""
    right = SHEET - _MARGIN
    shown = [
        ("Time", clock_text(seen.seconds)),
        *((variable.title, "All") for variable in reversed(dashboard.variables)),
    ]
    for name, chosen in shown:
        name_width, width = text_width(name, 12), text_width(chosen, 12, bold=True)
        chip = Box(right - name_width - width - 26, 16, name_width + width + 26, _CHIP)
        canvas.ground(chip)
        canvas.text(chip.left + 9, chip.bottom - 8, name, 12, color=FAINT)
        canvas.text(chip.left + 17 + name_width, chip.bottom - 8, chosen, 12, weight="bold")
        right = chip.left - 8


def box_of(place: Place) -> Box:
    """A place of the grid on the sheet."""
    cell = Box(_MARGIN + place.left * _COLUMN, _HEAD + place.top * _UNIT, place.width * _COLUMN, place.height * _UNIT)
    half = _BETWEEN / 2
    return cell.within(
        left=half if place.left else 0,
        right=half if place.left + place.width < WIDTH else 0,
        bottom=_BETWEEN if place.height > 1 else 0,
    )
