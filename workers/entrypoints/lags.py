"""Lag as people and scripts read it: pure, from what the broker told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from workers.ports.lag import PartitionLag
from workers.runtime.progress import decode


@dataclass(frozen=True, slots=True)
class Lag:
    """How far something is behind.

    Attributes:
        messages: offsets not committed.
        finished: of those, the ones that are done with above the watermark, as the last commit noted.
        seconds: age of the oldest record not committed; None where there is none, or it could not be read.
    """

    messages: int
    finished: int
    seconds: float | None

    @property
    def open(self) -> int:
        """What is still to be done."""
        return self.messages - self.finished


@dataclass(frozen=True, slots=True)
class LagRow:
    """One partition of one group."""

    group: str
    topic: str
    partition: int
    committed: int | None
    end: int
    lag: Lag

    @property
    def is_behind(self) -> bool:
        return self.lag.messages > 0


def lag_rows(lags: Iterable[PartitionLag], now: datetime) -> list[LagRow]:
    """A row for each partition, in the order given."""
    return [
        LagRow(
            group=lag.group,
            topic=lag.partition.topic,
            partition=lag.partition.number,
            committed=None if lag.committed is None else lag.committed.next_offset,
            end=lag.end,
            lag=Lag(lag.messages, _finished(lag), _seconds(lag, now)),
        )
        for lag in lags
    ]


def by_topic(rows: Iterable[LagRow]) -> list[tuple[str, str, Sequence[LagRow]]]:
    """Group, topic and rows of each; rows of one belong together already."""
    return [(group, topic, list(found)) for (group, topic), found in groupby(rows, lambda row: (row.group, row.topic))]


def total(rows: Iterable[LagRow]) -> Lag:
    """Of several rows: what is behind adds up, the oldest record tells the age."""
    lags = [row.lag for row in rows]
    ages = [lag.seconds for lag in lags if lag.seconds is not None]
    return Lag(sum(lag.messages for lag in lags), sum(lag.finished for lag in lags), max(ages) if ages else None)


def lag_json(rows: Sequence[LagRow], at: datetime) -> dict[str, Any]:
    """Everything, for scripts."""
    return {
        "at": at.isoformat(),
        **_numbers(total(rows)),
        "groups": [
            {
                "group": group,
                "topic": topic,
                **_numbers(total(found)),
                "partitions": [
                    {"partition": row.partition, "committed": row.committed, "end": row.end, **_numbers(row.lag)}
                    for row in found
                ],
            }
            for group, topic, found in by_topic(rows)
        ],
    }


def _numbers(lag: Lag) -> dict[str, Any]:
    seconds = None if lag.seconds is None else round(lag.seconds, 3)
    return {"lag": lag.messages, "finished": lag.finished, "open": lag.open, "seconds": seconds}


def _finished(lag: PartitionLag) -> int:
    if lag.committed is None:
        return 0
    runs = decode(*lag.committed)
    return sum(max(0, min(run.end, lag.end) - max(run.start, lag.next_offset)) for run in runs)


def _seconds(lag: PartitionLag, now: datetime) -> float | None:
    """Never negative: the producer's clock may be ahead of this one."""
    return None if lag.oldest is None else max(0.0, (now - lag.oldest).total_seconds())


def seconds_text(seconds: float | None) -> str:
    """A length of time, short: 0.4 s, 12 s, 3 m 20 s, 2 h 5 m, 3 d 4 h."""
    if seconds is None:
        return "–"
    if seconds < 10:  # noqa: PLR2004  below, tenths matter
        return f"{seconds:.1f} s"
    whole = int(seconds)
    for unit, name, part, small in ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "m"), (60, "m", 1, "s")):
        if whole >= unit:
            return f"{whole // unit} {name} {whole % unit // part} {small}"
    return f"{whole} s"
