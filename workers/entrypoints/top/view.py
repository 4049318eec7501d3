"""How a frame looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from workers.entrypoints.lags import Lag, seconds_text
from workers.entrypoints.output import table
from workers.entrypoints.top.frames import Frame, LaneLine, PartitionLine, WorkerLine

SHOWN_LANES: Final = 10
_BAD: Final = "bold red"
_STATE_STYLES: Final = {"running": "green", "starting": "yellow", "draining": "yellow"}
_WORKERS: Final = (
    "Process", "Area", "State", "Partitions", "In flight", "Waiting", "Retrying", "Taken/s", "Settled/s", "Retries/s",
    "Given up", "Outages",
)  # fmt: skip
_PARTITIONS: Final = ("Topic", "Part.", "Worker", "Lag", "Open", "Oldest", "Held", "Moves/s", "Head", "")
_LANES: Final = ("Topic", "Part.", "Offset", "Key", "Age", "Attempt", "In lane", "")


def picture(frame: Frame) -> RenderableType:
    """The whole view."""
    return Group(
        _heading(frame),
        _workers(frame.workers),
        _partitions(frame.partitions),
        _lanes(frame.lanes),
    )


def frame_json(frame: Frame) -> dict[str, Any]:
    """The frame for scripts."""
    return asdict(frame)


def _heading(frame: Frame) -> Text:
    text = Text(frame.at.strftime("%H:%M:%S UTC"), style="bold")
    for url, told in frame.fleets.items():
        text.append("\n").append(f"{url} ", style="dim").append(told, style=_state_style(told))
    if frame.lag_problem is not None:
        text.append("\nlag unknown: ", style=_BAD).append(frame.lag_problem)
    return text


def _workers(lines: Sequence[WorkerLine]) -> RenderableType:
    if not lines:
        return Text("no worker answers", style="dim")
    rows: list[Sequence[str | Text]] = [
        (
            line.process,
            line.area,
            Text(line.state, style=_state_style(line.state)),
            *(str(number) for number in (line.partitions, line.in_flight, line.waiting, line.retrying)),
            *(_rate_text(rate) for rate in (line.taken, line.settled, line.retries)),
            str(line.given_up),
            str(line.outages),
        )
        for line in lines
    ]
    return table(_WORKERS, rows, right=_WORKERS[3:])


def _partitions(lines: Sequence[PartitionLine]) -> Table:
    rows: list[Sequence[str | Text]] = []
    for topic, found in groupby(lines, lambda line: line.topic):
        partitions = list(found)
        rows += [_partition_row(line) for line in partitions if not line.is_quiet]
        rows.append(_topic_row(topic, partitions))
    return table(_PARTITIONS, rows, right=("Part.", "Lag", "Open", "Oldest", "Held", "Moves/s", "Head"))


def _partition_row(line: PartitionLine) -> Sequence[str | Text]:
    marks = Text()
    if line.is_stuck:
        marks.append("STUCK ", style=_BAD)
    if line.is_paused:
        marks.append("paused", style="yellow")
    process = line.process or Text("nobody's", style="yellow")
    numbers = (*_lag_texts(line.lag), str(line.held), _rate_text(line.rate), seconds_text(line.head_age))
    return (line.topic, str(line.partition), process, *numbers, marks)


def _topic_row(topic: str, lines: Sequence[PartitionLine]) -> Sequence[str | Text]:
    lags = [line.lag for line in lines if line.lag is not None]
    ages = [lag.seconds for lag in lags if lag.seconds is not None]
    whole = Lag(sum(lag.messages for lag in lags), sum(lag.finished for lag in lags), max(ages, default=None))
    rates = [line.rate for line in lines if line.rate is not None]
    heads = [line.head_age for line in lines if line.head_age is not None]
    owned = sum(line.process is not None for line in lines)
    texts = (
        topic,
        "all",
        f"{owned}/{len(lines)} owned",
        *_lag_texts(whole if lags else None),
        str(sum(line.held for line in lines)),
        _rate_text(sum(rates) if rates else None),
        seconds_text(max(heads, default=None)),
        "",
    )
    return [Text(text, style="bold") for text in texts]


def _lanes(lines: Sequence[LaneLine]) -> RenderableType:
    if not lines:
        return Text("no record is being worked on", style="dim")
    rows: list[Sequence[str | Text]] = [
        (
            line.topic,
            str(line.partition),
            str(line.offset),
            line.key_hash,
            seconds_text(line.age),
            str(line.attempts),
            str(line.waiting),
            Text("STUCK", style=_BAD) if line.is_stuck else "",
        )
        for line in lines[:SHOWN_LANES]
    ]
    return table(_LANES, rows, right=("Part.", "Offset", "Age", "Attempt", "In lane"))


def _lag_texts(lag: Lag | None) -> tuple[str, str, str]:
    if lag is None:
        return "–", "–", "–"
    return str(lag.messages), str(lag.open), seconds_text(lag.seconds)


def _rate_text(rate: float | None) -> str:
    return "–" if rate is None else f"{rate:,.1f}"


def _state_style(state: str) -> str:
    return _STATE_STYLES.get(state, _BAD)
