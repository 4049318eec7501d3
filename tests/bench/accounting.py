"""What processes cost, as Linux accounts for it: CPU seconds and peak memory of whole process trees."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PROC: Final = Path("/proc")
_TICKS_PER_SECOND: Final = os.sysconf("SC_CLK_TCK")
_CPU_CLOCK: Final = 2  # CPUCLOCK_SCHED, see clock_getcpuclockid(3)


@dataclass(frozen=True, slots=True)
class Stat:
    """What /proc/PID/stat says.

    Attributes:
        reaped_seconds: CPU of children that ended and were waited for.
    """

    pid: int
    parent: int
    reaped_seconds: float


def parse_stat(text: str, ticks_per_second: int = _TICKS_PER_SECOND) -> Stat:
    """Read a line of /proc/PID/stat. The program's name in it may hold anything, spaces and brackets included."""
    pid, _, rest = text.partition(" (")
    fields = rest.rpartition(") ")[2].split()
    reaped = int(fields[13]) + int(fields[14])
    return Stat(int(pid), int(fields[1]), reaped / ticks_per_second)


def parse_peak_mib(status: str) -> float:
    """The peak resident memory in a text of /proc/PID/status, MiB; 0 for a process that is gone."""
    found = next((line for line in status.splitlines() if line.startswith("VmHWM:")), "VmHWM: 0 kB")
    return int(found.split()[1]) / 1024


def descendants(root: int, stats: Iterable[Stat]) -> list[Stat]:
    """A process and all below it."""
    children: dict[int, list[Stat]] = {}
    found: list[Stat] = []
    for stat in stats:
        children.setdefault(stat.parent, []).append(stat)
        if stat.pid == root:
            found.append(stat)
    for stat in found:  # grows while it is walked
        found += children.get(stat.pid, ())
    return found


def tree(roots: Iterable[int]) -> list[Stat]:
    """These processes and all below them, as they are now."""
    stats = list(_all_stats())
    return [stat for root in roots for stat in descendants(root, stats)]


def cpu_seconds(roots: Iterable[int]) -> float:
    """The CPU these processes, all below them and their ended children have used.

    Read from the processes' own clocks: those of /proc/PID/stat tick every 10 ms, too coarse for a short run.
    """
    return sum(_own_seconds(stat.pid) + stat.reaped_seconds for stat in tree(roots))


def peak_mib(roots: Iterable[int]) -> float:
    """The sum of the peak resident memories, MiB. Of forked processes it counts what they share once each."""
    return sum(_peak_of(stat.pid) for stat in tree(roots))


def cpu_by_group(groups: Mapping[str, Iterable[int]]) -> dict[str, float]:
    """CPU seconds of each named group of processes."""
    return {name: cpu_seconds(pids) for name, pids in groups.items()}


def _all_stats() -> Iterator[Stat]:
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            with suppress(OSError):  # it has ended meanwhile
                yield parse_stat((entry / "stat").read_text(errors="replace"))


def _own_seconds(pid: int) -> float:
    with suppress(OSError):
        return time.clock_gettime((~pid << 3) | _CPU_CLOCK)
    return 0.0


def _peak_of(pid: int) -> float:
    with suppress(OSError):
        return parse_peak_mib((PROC / str(pid) / "status").read_text())
    return 0.0
