"""What a process and all below it hold at a moment, as Linux tells it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.bench.accounting import PROC, tree

_KIB_PER_MIB: Final = 1024


@dataclass(frozen=True, slots=True)
class Usage:
    """What is held.

    Attributes:
        rss_mib: resident memory, what is shared counted once for each process.
        pss_mib: resident memory, what is shared counted by halves, thirds and so on.
        descriptors: open files, sockets and pipes.
        threads: of all processes.
    """

    rss_mib: float
    pss_mib: float
    descriptors: int
    threads: int

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.rss_mib + other.rss_mib,
            self.pss_mib + other.pss_mib,
            self.descriptors + other.descriptors,
            self.threads + other.threads,
        )


NOTHING: Final = Usage(0.0, 0.0, 0, 0)


def usage(root: int) -> Usage:
    """What a process and all below it hold now; nothing if it is gone."""
    return sum((_of(PROC / str(stat.pid)) for stat in tree((root,))), NOTHING)


def parse_rollup(text: str) -> Mapping[str, int]:
    """The sums of /proc/PID/smaps_rollup, KiB by name."""
    fields = (line.split() for line in text.splitlines() if line.endswith(" kB"))
    return {words[0].rstrip(":"): int(words[1]) for words in fields}


def _of(process: Path) -> Usage:
    with suppress(OSError):  # it has ended meanwhile
        sums = parse_rollup((process / "smaps_rollup").read_text())
        return Usage(
            sums["Rss"] / _KIB_PER_MIB,
            sums["Pss"] / _KIB_PER_MIB,
            sum(1 for _ in (process / "fd").iterdir()),
            sum(1 for _ in (process / "task").iterdir()),
        )
    return NOTHING
