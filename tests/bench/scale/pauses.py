"""What commands felt while workers came and went. Pure.

All times are seconds of one monotonic clock.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from statistics import median

from tests.bench.statistics import percentile
from tests.bench.traffic import Arrival


@dataclass(frozen=True, slots=True)
class Window:
    """A time in which one thing was done, at its beginning.

    Attributes:
        name: what was done.
    """

    name: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Felt:
    """What the commands of one window felt.

    Attributes:
        commands: that were due in it.
        p50, p99, longest: milliseconds from when a command was due to its first outcome.
        pause: the longest time in which a partition had commands waiting and gave no outcome, milliseconds.
        median_pause: of the partitions' longest ones, milliseconds.
        again: outcomes published once more.
    """

    window: Window
    commands: int
    p50: float
    p99: float
    longest: float
    pause: float
    median_pause: float
    again: int


def felt(windows: Sequence[Window], due: Mapping[str, float], arrivals: Sequence[Arrival]) -> list[Felt]:
    """What was felt in each window; a window in which nothing was answered is left out."""
    first, again = first_and_again(arrivals)
    by_partition: defaultdict[int, list[tuple[float, float]]] = defaultdict(list)
    for arrival in first.values():
        if arrival.command_id in due:
            by_partition[arrival.partition].append((due[arrival.command_id], arrival.at))
    found = []
    for window in windows:
        waits = [
            (first[name].at - at) * 1000
            for name, at in due.items()
            if window.start <= at < window.end and name in first
        ]
        if not waits:
            continue
        pauses = [longest_pause(answers, window.start, window.end) * 1000 for answers in by_partition.values()]
        repeated = sum(1 for arrival in again if window.start <= arrival.at < window.end)
        p50, p99 = percentile(waits, 0.5), percentile(waits, 0.99)
        found.append(Felt(window, len(waits), p50, p99, max(waits), max(pauses), median(pauses), repeated))
    return found


def first_and_again(arrivals: Sequence[Arrival]) -> tuple[dict[str, Arrival], list[Arrival]]:
    """Each command's first outcome, and those that came once more."""
    first: dict[str, Arrival] = {}
    again: list[Arrival] = []
    for arrival in arrivals:
        if arrival.command_id in first:
            again.append(arrival)
        else:
            first[arrival.command_id] = arrival
    return first, again


def longest_pause(answers: Sequence[tuple[float, float]], start: float, end: float) -> float:
    """The longest time, overlapping a window, in which a partition had a command waiting and answered none.

    Args:
        answers: when each command was due and when it was answered.
        start: of the window.
        end: of the window.
    """
    ordered = sorted(answers, key=lambda answer: answer[1])
    # Those answered now or later are what waits: the earliest due among them began to wait first.
    waiting_since = list(accumulate((due for due, _ in reversed(ordered)), min))[::-1]
    longest, previous = 0.0, float("-inf")
    for (_, at), since in zip(ordered, waiting_since, strict=True):
        began = max(previous, since)
        if began < end and at > start:
            longest = max(longest, at - began)
        previous = at
    return longest
