"""Traces: how many messages come when, how fast workers are then, and when a release is rolled out."""

from __future__ import annotations

import csv
import io
import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from workers.entrypoints.failures import InputError
from workers.entrypoints.scaling.shapes import Shape

Numbers = NDArray[np.float64]

DAY: Final = 86_400.0
_LEAST_ROWS: Final = 2


@dataclass(frozen=True, slots=True)
class Trace:
    """What a fleet meets, step by step.

    Attributes:
        step: seconds.
        arrivals: messages a second in each step.
        speed: what a worker handles in each step, as a share of its rate.
        deploys: seconds at which a release is rolled out.
        hot_share: the part of the messages that goes to one partition; 0 for none that is hot.
        lag: the lag that was recorded; then nothing is simulated but the decisions.
    """

    step: float
    arrivals: Numbers
    speed: Numbers
    deploys: tuple[float, ...] = ()
    hot_share: float = 0.0
    lag: Numbers | None = None

    @property
    def steps(self) -> int:
        """How many there are."""
        return len(self.arrivals)


def made_up(shape: Shape, *, peak: float, seconds: float, step: float) -> Trace:
    """A trace of one of the shapes.

    Args:
        shape: which.
        peak: the most messages a second.
        seconds: how long.
        step: seconds.
    """
    times = np.arange(0.0, seconds, step)
    return _SHAPES[shape](times, peak, step)


def _even(times: Numbers, rate: float, step: float) -> Trace:
    return Trace(step, np.full(len(times), rate), np.ones(len(times)))


def _daily(times: Numbers, peak: float, step: float) -> Trace:
    """From a tenth at four in the morning to the peak at four in the afternoon, smoothly."""
    wave = (1 - np.cos(2 * math.pi * (times / DAY - 4 / 24))) / 2
    return replace(_even(times, 0, step), arrivals=peak * (0.1 + 0.9 * wave))


def _burst(times: Numbers, peak: float, step: float) -> Trace:
    """A tenth of the peak, and the peak for a tenth of the time, after a quarter of it."""
    end = step * len(times)
    is_burst = (times >= end * 0.25) & (times < end * 0.35)
    return replace(_even(times, 0, step), arrivals=np.where(is_burst, peak, peak * 0.1))


def _hot(times: Numbers, peak: float, step: float) -> Trace:
    """The burst, a fifth of which goes to one partition."""
    return replace(_burst(times, peak, step), hot_share=0.2)


def _slow(times: Numbers, peak: float, step: float) -> Trace:
    """Half the peak all the time, and a backend that takes four times as long for a fifth of it."""
    end = step * len(times)
    is_slow = (times >= end * 0.3) & (times < end * 0.5)
    return replace(_even(times, peak / 2, step), speed=np.where(is_slow, 0.25, 1.0))


def _deploy(times: Numbers, peak: float, step: float) -> Trace:
    """The peak all the time, and a release in the middle."""
    return replace(_even(times, peak, step), deploys=(step * (len(times) // 2),))


_SHAPES: Final[dict[Shape, Callable[[Numbers, float, float], Trace]]] = {
    Shape.DAILY: _daily,
    Shape.BURST: _burst,
    Shape.HOT_PARTITION: _hot,
    Shape.SLOW_BACKEND: _slow,
    Shape.DEPLOY: _deploy,
}


def read_csv(text: str, name: str, step: float) -> Trace:
    """A recorded trace.

    The header names the columns: `seconds`, rising, and `rate` (messages a second from then on) or `lag` (messages
    behind); and where wanted `speed`, a worker's rate as a share of the usual one. What stands in a line holds until
    the next; a lag is drawn straight between two.

    Args:
        text: of the file.
        name: of the file, for messages.
        step: seconds of the trace made of it.

    Raises:
        InputError: it is no such table; names the line.
    """
    table = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    columns = set(table.fieldnames or ())
    if "seconds" not in columns or len(columns & {"rate", "lag"}) != 1:
        raise InputError(f"{name}: the header has to name the column seconds, and rate or lag")
    rows = [_numbers(row, columns & {"seconds", "rate", "lag", "speed"}, f"{name}:{table.line_num}") for row in table]
    seconds = [row["seconds"] for row in rows]
    if len(rows) < _LEAST_ROWS or any(later <= earlier for earlier, later in itertools.pairwise(seconds)):
        raise InputError(f"{name}: seconds have to rise from line to line, over two lines and more")
    return _sampled(rows, seconds, step)


def _numbers(row: dict[str, str | None], columns: set[str], place: str) -> dict[str, float]:
    try:
        found = {column: float(row[column] or "") for column in columns}
    except ValueError:
        raise InputError(f"{place}: {', '.join(sorted(columns))} have to be numbers") from None
    if any(not math.isfinite(number) or number < 0 for number in found.values()):
        raise InputError(f"{place}: numbers have to be finite, and not negative")
    return found


def _sampled(rows: Sequence[dict[str, float]], seconds: Sequence[float], step: float) -> Trace:
    times = np.arange(seconds[0], seconds[-1], step)
    held = np.searchsorted(seconds, times, side="right") - 1
    speed = np.array([row.get("speed", 1.0) for row in rows])[held]
    if "lag" in rows[0]:
        lag = np.interp(times, seconds, [row["lag"] for row in rows])
        return Trace(step, np.zeros(len(times)), speed, lag=lag)
    return Trace(step, np.array([row["rate"] for row in rows])[held], speed)
