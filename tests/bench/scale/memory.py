"""The memory experiment: one worker process handles a great many messages, and what it holds is looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.bench.contenders import Contender
from tests.bench.ground import Ground
from tests.bench.job import Job
from tests.bench.measuring import Measurement
from tests.bench.scale.growth import PARTITIONS
from tests.bench.scale.spool import spool
from tests.bench.scale.trends import Limit, Point, Trend, thinned, trend
from tests.bench.scale.usage import Usage, usage
from tests.bench.scale.warm import warm

_CURVE_POINTS: Final = 12
"""Rows of the printed curve."""


@dataclass(frozen=True, slots=True)
class MemorySample:
    """What a worker held when it had handled so many messages."""

    handled: int
    held: Usage


@dataclass(slots=True)
class MemoryRun:
    """One worker's run."""

    samples: list[MemorySample] = field(default_factory=list)
    measured: Measurement | None = None
    problems: tuple[str, ...] = ()


def trends_of(samples: list[MemorySample], growth_mib: float) -> list[Trend]:
    """How both measures of memory went, over messages handled."""
    resident = [Point(sample.handled, sample.held.rss_mib) for sample in samples]
    proportional = [Point(sample.handled, sample.held.pss_mib) for sample in samples]
    return [
        trend(Limit("resident memory", "MiB", growth_mib), resident),
        trend(Limit("proportional memory", "MiB", growth_mib), proportional),
    ]


def faults(trends: list[Trend], peak_mib: float, most_mib: float) -> list[str]:
    """What is wrong, a sentence each."""
    found = [each.sentence for each in trends if each.grows]
    if peak_mib > most_mib:
        found.append(f"the peak is {peak_mib:.0f} MiB, {most_mib:g} are allowed")
    return found


def curve(samples: list[MemorySample]) -> list[MemorySample]:
    """A few samples of the whole run."""
    places = [Point(place, 0) for place in range(len(samples))]
    return [samples[round(point.x)] for point in thinned(places, _CURVE_POINTS)]


def run_memory(
    ground: Ground, contender: Contender, messages: int, folder: Path, tell: Callable[[str], None]
) -> MemoryRun:
    """Have a contender handle one backlog, looking at it all the time."""
    run = MemoryRun()
    commands = folder / "commands"
    commands.parent.mkdir(parents=True, exist_ok=True)
    tell(f"making {messages} commands")
    portion = spool(Job(messages), commands)
    with warm(ground, contender, PARTITIONS, folder / contender.name) as (worker, process):
        tell(f"{contender.name} handles them")
        run.measured = worker.feed(
            process, portion, 1, lambda handled: run.samples.append(MemorySample(handled, usage(process.pid)))
        )
        run.problems = worker.problems()
    return run
