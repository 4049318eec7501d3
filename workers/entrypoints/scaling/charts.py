"""Simulated time as pictures: blocks for a terminal, one page with SVG for a browser."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

import numpy as np

from workers.entrypoints.lags import seconds_text
from workers.entrypoints.scaling.simulation import Outcome
from workers.entrypoints.scaling.traces import Numbers, Trace

_BLOCKS: Final = " ▁▂▃▄▅▆▇█"
_WIDTH: Final = 900
_HEIGHT: Final = 160
_POINTS: Final = 900


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture.

    Attributes:
        lines: name and values of each; the first is the one a terminal shows.
    """

    title: str
    unit: str
    lines: Sequence[tuple[str, Numbers]]

    @property
    def top(self) -> float:
        """The highest value of all lines."""
        return max(float(line.max(initial=0.0)) for _, line in self.lines)


def panels(trace: Trace, found: Outcome) -> list[Panel]:
    """What came, how many worked, what was waiting and for how long."""
    handled = ("handled", found.handled / found.step)
    shown = [
        Panel("Replicas", "", [("asked for", found.replicas), ("joined", found.working)]),
        Panel("Lag", "messages", [("lag", found.lag)]),
    ]
    if trace.lag is not None:
        return shown
    first = Panel("Messages a second", "", [("arriving", trace.arrivals), handled])
    return [first, *shown, Panel("Seconds behind", "s", [("oldest", found.behind)])]


def highest(values: Numbers, points: int) -> Numbers:
    """At most so many points, each the highest of its stretch: a short peak stays to be seen."""
    if len(values) <= points:
        return values
    edges = np.linspace(0, len(values), points, endpoint=False).astype(int)
    return np.maximum.reduceat(values, edges)


def block_lines(values: Numbers, width: int, height: int) -> list[str]:
    """A chart of characters, the top line first."""
    drawn = highest(values, width)
    top = float(drawn.max(initial=0.0)) or 1.0
    eighths = np.ceil(drawn / top * height * 8).astype(int)
    return ["".join(_BLOCKS[min(8, max(0, each - 8 * row))] for each in eighths) for row in reversed(range(height))]


def terminal_chart(panel: Panel, width: int, height: int = 4) -> list[str]:
    """A panel with its title; its first line only."""
    name, values = panel.lines[0]
    title = f"{panel.title} ({name}), up to {float(values.max(initial=0.0)):,.0f} {panel.unit}".rstrip()
    return [title, *block_lines(values, width, height)]


def html_page(
    title: str, notes: Sequence[str], figures: Sequence[tuple[str, str]], shown: Sequence[Panel], seconds: float
) -> str:
    """One page that needs nothing else.

    Args:
        title: of the page.
        notes: sentences below it: conditions and findings.
        figures: name and value of each row of the table.
        shown: the panels.
        seconds: how long they span.
    """
    rows = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in figures)
    listed = "".join(f"<li>{escape(note)}</li>" for note in notes)
    pictures = "".join(_picture(panel, seconds) for panel in shown)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}'
        f"</style></head><body><h1>{escape(title)}</h1><ul>{listed}</ul>{pictures}<table>{rows}</table></body></html>\n"
    )


def _picture(panel: Panel, seconds: float) -> str:
    top = panel.top or 1.0
    lines = "".join(
        f'<polyline class="l{number}" points="{_points(values, top)}"/>'
        for number, (_, values) in enumerate(panel.lines)
    )
    legend = ", ".join(f'<span class="l{number}">{escape(name)}</span>' for number, (name, _) in enumerate(panel.lines))
    label = f"{panel.title}: {', '.join(name for name, _ in panel.lines)}, up to {panel.top:,.0f} {panel.unit}".rstrip()
    ticks = "".join(
        f'<text x="{part * _WIDTH / 4:.0f}" y="{_HEIGHT + 16}" text-anchor="{anchor}">'
        f"{seconds_text(seconds * part / 4)}</text>"
        for part, anchor in enumerate(("start", "middle", "middle", "middle", "end"))
    )
    return (
        f"<h2>{escape(panel.title)} <small>{legend}; top {panel.top:,.0f} {escape(panel.unit)}</small></h2>"
        f'<svg role="img" aria-label="{escape(label)}" viewBox="0 0 {_WIDTH} {_HEIGHT + 20}">'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}"/>{lines}{ticks}</svg>'
    )


def _points(values: Numbers, top: float) -> str:
    drawn = highest(values, _POINTS)
    last = max(1, len(drawn) - 1)
    return " ".join(
        f"{number * _WIDTH / last:.1f},{_HEIGHT - value / top * _HEIGHT:.1f}" for number, value in enumerate(drawn)
    )


_STYLE: Final = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "svg{width:100%}rect{fill:#f4f4f5}polyline{fill:none;stroke-width:1.5}text{font-size:11px;fill:#52525b}"
    "polyline.l0{stroke:#1d4ed8}polyline.l1{stroke:#c2410c}span.l0{color:#1d4ed8}span.l1{color:#c2410c}"
    "small{font-weight:normal}th{text-align:left;padding-right:2rem}td{text-align:right}"
)
