"""What starts of contenders come to, and where their time goes. Pure."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from tests.bench.statistics import Spread

FIRST_OUTCOME: Final = "first outcome"
READY: Final = "/readyz 200"
_EVENTS: Final = {"answers over HTTP": "answers over HTTP", "fleet runs": "has its partitions"}
"""Lines of our log, and what they mean here."""
_IMPORT: Final = "import time:"
_PARTS: Final = 3


@dataclass(frozen=True, slots=True)
class Start:
    """One start.

    Attributes:
        answered: seconds from the start of the process until the outcome of a waiting command was visible.
        others: seconds until other things, by what they are.
    """

    contender: str
    number: int
    answered: float
    others: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class StartSummary:
    """One contender's seconds until something, over all its starts."""

    contender: str
    until: str
    seconds: Spread


def summarize_starts(starts: Sequence[Start]) -> list[StartSummary]:
    """Sum up, contenders in the order they first appear, what comes first first."""
    found: list[StartSummary] = []
    for name in dict.fromkeys(start.contender for start in starts):
        times: defaultdict[str, list[float]] = defaultdict(list)
        for start in starts:
            if start.contender == name:
                times[FIRST_OUTCOME].append(start.answered)
                for until, seconds in start.others.items():
                    times[until].append(seconds)
        mine = [StartSummary(name, until, Spread.of(seconds)) for until, seconds in times.items()]
        found += sorted(mine, key=lambda each: each.seconds.median)
    return found


def milestones(log: str, began: datetime) -> dict[str, float]:
    """Seconds from the start of the process until its log says what it has reached."""
    found: dict[str, float] = {}
    for line in _objects(log):
        name = _EVENTS.get(str(line.get("event")))
        if name is not None and "timestamp" in line:
            found.setdefault(name, (datetime.fromisoformat(line["timestamp"]) - began).total_seconds())
    return found


def import_milliseconds(log: str) -> dict[str, float]:
    """Milliseconds by top-level package, dearest first, from what Python says under PYTHONPROFILEIMPORTTIME."""
    totals: defaultdict[str, float] = defaultdict(float)
    for line in log.splitlines():
        parts = line.removeprefix(_IMPORT).split("|")
        if line.startswith(_IMPORT) and len(parts) == _PARTS and parts[0].strip().isdigit():
            totals[parts[2].strip().partition(".")[0]] += int(parts[0]) / 1000
    return {name: totals[name] for name in sorted(totals, key=totals.__getitem__, reverse=True)}


def _objects(log: str) -> Iterator[dict[str, Any]]:
    for line in log.splitlines():
        if line.startswith("{"):
            try:
                yield json.loads(line)
            except ValueError:  # cut off where the process ended
                continue
