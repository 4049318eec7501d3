"""Panels of lines: axes, curves, and the legend beneath."""

from __future__ import annotations

from itertools import cycle
from typing import Final

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, MultipleLocator

from infra.dashboards.model import Unit
from tests.pictures.canvas import FAINT, LIMIT, LINES, RULE, Box, Canvas, text_width
from tests.pictures.curves import Curve
from tests.pictures.legend import BEFORE_NAME, DASH, Entry, Legend, legend, row_width, short_name
from tests.pictures.seen import Seen
from tests.pictures.words import clock_text, value_text

SMALL: Final = 12.0
_SHORTER: Final = 0.6
"""Of a row, names are at most so long where otherwise not all can be named."""
_BESIDE: Final = 66.0
_BEYOND: Final = 14.0
_BENEATH: Final = 32.0
_ROW: Final = 17.0
_DASHES: Final = ("-", "--", ":", "-.")
_LIMIT_DASHES: Final = "--"
_ROOM_ABOVE: Final = 1.08
_MOST_TIMES: Final = 8
_MOST_VALUES: Final = 4
_TIMES: Final = (15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 86_400)
_ONE_MINUTE: Final = 60


def measure(words: str) -> float:
    """How far words of a legend reach."""
    return text_width(words, SMALL)


def draw_lines(canvas: Canvas, box: Box, curves: list[Curve], unit: Unit, seen: Seen) -> None:
    """All of them over the time shown."""
    entries = entries_of(curves, box.width)
    told = legend(entries, box.width, measure)
    if told.rest:
        # Those that are seen are those that have to be named.
        entries = sorted(entries_of(curves, box.width * _SHORTER), key=lambda entry: -entry.curve.peak)
        told = legend(entries, box.width, measure)
    height = _ROW * len(told.rows)
    axes = canvas.axes(box.within(left=_BESIDE, top=4, right=_BEYOND, bottom=height + _BENEATH))
    times = range(0, seen.seconds + 1, seen.step)
    for entry in entries:
        _plot(axes, times, entry, unit)
    _time_scale(axes, seen.seconds)
    _value_scale(axes, curves, unit)
    _draw_legend(canvas, told, box.left, box.bottom - height + 11)


def entries_of(curves: list[Curve], width: float) -> list[Entry]:
    """Each with a colour and dashes of its own, limits with those of limits."""
    looks = cycle([(colour, dashes) for dashes in _DASHES for colour in LINES])
    return [
        Entry(
            curve,
            short_name(curve.name, width, measure),
            *((LIMIT, _LIMIT_DASHES) if curve.is_limit else next(looks)),
        )
        for curve in curves
    ]


def _plot(axes: Axes, times: range, entry: Entry, unit: Unit) -> None:
    axes.plot(
        times,
        entry.curve.values,
        color=entry.colour,
        linestyle=entry.dashes,
        linewidth=1.6,
        drawstyle="steps-post" if unit is Unit.YES_OR_NO else "default",
        marker="o" if entry.curve.alone else "",
        markersize=3,
        markevery=entry.curve.alone,
        # One at the edge would lose half its width.
        clip_on=False,
    )


def _time_scale(axes: Axes, seconds: int) -> None:
    axes.set_xlim(0, seconds)
    axes.xaxis.set_major_locator(_round_times(seconds, _MOST_TIMES))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda at, _: clock_text(at)))
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, labelsize=SMALL, labelcolor=FAINT, pad=5)
    # Clear of the lowest value's label.
    axes.tick_params(axis="x", pad=9)


def _value_scale(axes: Axes, curves: list[Curve], unit: Unit) -> None:
    axes.grid(axis="y", color=RULE, linewidth=1)
    axes.set_axisbelow(True)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: value_text(value, unit)))
    if unit is Unit.YES_OR_NO:
        axes.set_ylim(0, _ROOM_ABOVE)
        axes.yaxis.set_major_locator(FixedLocator([0, 1]))
        return
    known = [value for curve in curves for value in curve.values if value == value]  # noqa: PLR0124  false of NaN alone
    highest = max(0.0, *known) or 1.0
    axes.set_ylim(min(0.0, *known), highest * _ROOM_ABOVE)
    if unit is Unit.SECONDS and highest > _ONE_MINUTE:
        axes.yaxis.set_major_locator(_round_times(highest, _MOST_VALUES))
        return
    whole = unit is Unit.COUNT and all(value.is_integer() for value in known)
    scale = MaxNLocator(nbins=_MOST_VALUES, steps=[1, 2, 2.5, 5, 10], min_n_ticks=2)
    if whole:
        scale = MaxNLocator(nbins=_MOST_VALUES + 1, steps=[1, 2, 5, 10], integer=True, min_n_ticks=2)
    axes.yaxis.set_major_locator(scale)


def _round_times(longest: float, most: int) -> MultipleLocator:
    """Minutes and halves of them rather than hundreds of seconds."""
    return MultipleLocator(next((step for step in _TIMES if longest / step <= most), _TIMES[-1]))


def _draw_legend(canvas: Canvas, told: Legend, left: float, baseline: float) -> None:
    for number, row in enumerate(told.rows):
        at, level = left, baseline + number * _ROW
        for entry in row:
            canvas.stroke(at, at + DASH, level - 4, color=entry.colour, linestyle=entry.dashes, linewidth=2)
            canvas.text(at + DASH + BEFORE_NAME, level, entry.name, SMALL)
            at += entry.width(measure)
    if told.rest:
        last = told.rows[-1]
        at, level = left + row_width(last, measure), baseline + (len(told.rows) - 1) * _ROW
        canvas.text(at, level, told.rest, SMALL, color=FAINT)
