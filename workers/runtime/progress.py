"""What a commit says besides its offset: which records above it are done with already.

The text travels as the commit's metadata. It saves work after a restart and decides nothing: what is left out, cut off
or cannot be read is recognised by the event table instead.

Format, version 1: ``f1 `` and comma separated runs ``gap-length`` in hexadecimal. A run's gap counts from the end of
the run before it (at first from the committed offset), its length counts offsets, also those without a record.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Final, NamedTuple

VERSION: Final = "f1 "
MAX_LENGTH: Final = 3_800
"""Characters; brokers refuse metadata above 4,096 bytes by default."""


class Run(NamedTuple):
    """Offsets from `start` up to and without `end`, all done with."""

    start: int
    end: int


def encode(next_offset: int, runs: Iterable[Run]) -> str:
    """Write the runs above a committed offset, the lowest first, as many as fit; empty where there are none."""
    parts: list[str] = []
    length = len(VERSION)
    position = next_offset
    for run in runs:
        part = f"{run.start - position:x}-{run.end - run.start:x}"
        length += len(part) + 1
        if length > MAX_LENGTH:
            break
        parts.append(part)
        position = run.end
    return VERSION + ",".join(parts) if parts else ""


def decode(next_offset: int, metadata: str) -> tuple[Run, ...]:
    """Read the runs; none where the text is of another version or another author."""
    if not metadata.startswith(VERSION):
        return ()
    runs: list[Run] = []
    position = next_offset
    try:
        for part in metadata.removeprefix(VERSION).split(","):
            gap, length = (int(number, 16) for number in part.split("-"))
            if gap < 0 or length <= 0:
                return ()
            runs.append(Run(position + gap, position + gap + length))
            position = runs[-1].end
    except ValueError:
        return ()
    return tuple(runs)


def covers(runs: Sequence[Run], offset: int) -> bool:
    """Whether an offset lies in one of the runs, which are in order."""
    index = bisect_right(runs, offset, key=attrgetter("start")) - 1
    return index >= 0 and offset < runs[index].end
