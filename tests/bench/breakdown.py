"""Where a contender's CPU goes, package by package, from a profile. Pure but for reading the profile.

A profiler makes Python's own calls dearer than they are, and C's not; so these are shares to look into, not prices.
"""

from __future__ import annotations

import pstats
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Final

Function = tuple[str, int, str]
Callers = Mapping[Function, tuple[int, int, float, float]]
Entry = tuple[int, int, float, float, Callers]

BUILT_IN: Final = "~"
STARTING: Final = "starting"
"""Imports, which happen once."""

WAITING: Final = "waiting"
_WAIT: Final = "method 'poll' of 'select.epoll'"
_OURS: Final = ("contracts", "workers", "adapters", "tests")


def package_of(function: Function) -> str:
    """The package a function belongs to: of ours with its area, of others the name of the distribution's folder."""
    file, _, name = function
    if _WAIT in name:
        return WAITING
    if "importlib" in file or file == "<frozen runpy>":
        return STARTING
    parts = Path(file).with_suffix("").parts
    if "site-packages" in parts:
        return parts[parts.index("site-packages") + 1]
    ours = next((place for place, part in enumerate(parts) if part in _OURS), None)
    if ours is not None:
        return ".".join(parts[ours : ours + 2])
    return f"Python's {'asyncio' if 'asyncio' in parts else parts[-1]}"


def by_package(stats: Mapping[Function, Entry]) -> dict[str, float]:
    """Seconds by package; what is built in counts for those who call it."""
    found: defaultdict[str, float] = defaultdict(float)
    for function, (_, _, own, _, callers) in stats.items():
        if function[0] == BUILT_IN and package_of(function) != WAITING and callers:
            for caller, (_, _, share, _) in callers.items():
                found[package_of(caller)] += share
        else:
            found[package_of(function)] += own
    return found


def microseconds(file: Path, messages: int) -> dict[str, float]:
    """Microseconds a message by package, dearest first; starting and waiting are left out."""
    stats: Mapping[Function, Entry] = pstats.Stats(str(file)).stats  # type: ignore[attr-defined]  # the stubs hide it
    totals = by_package(stats)
    costly = sorted(totals, key=totals.__getitem__, reverse=True)
    return {name: totals[name] / messages * 1e6 for name in costly if name not in {STARTING, WAITING}}
