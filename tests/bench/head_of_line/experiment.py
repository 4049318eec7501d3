"""The whole experiment: backlogs with many keys and with fewer, then steady traffic with a stuck key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from tests.bench.ground import Ground
from tests.bench.head_of_line.backlog import Backlog, BacklogTurn
from tests.bench.head_of_line.calls import Calls
from tests.bench.head_of_line.commands import SlowJob
from tests.bench.head_of_line.entrants import (
    ORDERED,
    PARALLEL_CONSUMER,
    SEQUENTIAL,
    UNORDERED,
    Entrant,
    gap_bound,
    ours,
    parallel_consumer,
    sequential,
    without_order,
)
from tests.bench.head_of_line.stage import Stage
from tests.bench.head_of_line.stuck import Stuck, StuckOptions, StuckTurn
from tests.bench.head_of_line.summary import (
    EntrantSummary,
    StuckSummary,
    Target,
    summarize_backlog,
    summarize_stuck,
    targets,
)
from tests.services.service import ServiceUnavailableError

STUCK: Final = "stuck"
EVERYTHING: Final = (ORDERED, UNORDERED, PARALLEL_CONSUMER, SEQUENTIAL, STUCK)
_BELOW_SATURATION: Final = 0.65
"""The rate of the steady traffic, as a share of what the backlog was worked off with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadOfLineOptions:
    """How to measure.

    Attributes:
        parts: which entrants take part, and whether a key is stuck afterwards.
        messages: of each backlog.
        keys: of each backlog, the most first; the first is also that of the steady traffic.
        in_flight: the most calls at a time.
        calls: how long they take.
        sequential: messages after which the sequential consumer has shown its rate.
        rate: of the steady traffic, commands a second; 0 for a share of what the backlog showed.
        seconds: of the steady traffic that are measured.
        period: seconds between two commands of the stuck key.
    """

    parts: tuple[str, ...]
    messages: int
    keys: tuple[int, ...]
    in_flight: int
    partitions: int
    rounds: int
    calls: Calls
    sequential: int
    rate: float
    seconds: float
    period: float


@dataclass(frozen=True, slots=True)
class HeadOfLineResult:
    """Everything measured, and what it comes to."""

    options: HeadOfLineOptions
    bounds: dict[str, float]
    turns: list[BacklogTurn]
    stuck_turns: list[StuckTurn]
    summaries: list[EntrantSummary]
    stuck: StuckSummary | None
    targets: list[Target]

    @property
    def is_sound(self) -> bool:
        """Whether every turn counts."""
        return not any(turn.problems for turn in self.turns) and not any(turn.problems for turn in self.stuck_turns)

    def content(self) -> dict[str, Any]:
        """For the file of the run."""
        return {name: getattr(self, name) for name in HeadOfLineResult.__slots__}


class HeadOfLine:
    """Runs it."""

    def __init__(self, ground: Ground, options: HeadOfLineOptions, folder: Path, tell: Callable[[str], None]) -> None:
        self._options = options
        self._tell = tell
        self._stage = Stage(ground, options.partitions, folder)

    def run(self) -> HeadOfLineResult:
        """Both parts."""
        options = self._options
        turns = list(self._backlogs())
        summaries = summarize_backlog(turns)
        stuck_turns = list(self._stuck(summaries)) if STUCK in options.parts else []
        stuck = summarize_stuck(stuck_turns)
        bound = gap_bound(options.in_flight)
        met = targets(summaries, stuck, options.in_flight, bound)
        return HeadOfLineResult(options, self._bounds(bound), turns, stuck_turns, summaries, stuck, met)

    def _backlogs(self) -> Iterator[BacklogTurn]:
        options, backlog = self._options, Backlog(self._stage, self._tell)
        entrants = list(self._entrants())
        for keys in options.keys if entrants else ():
            filled = backlog.fill(SlowJob(options.messages, keys, options.calls, seed=keys))
            # One partition does as well as another for a consumer that never looks at keys.
            taking_part = [each for each in entrants if each.only is None or keys == options.keys[0]]
            yield from backlog.rounds(filled, taking_part, options.rounds)

    def _entrants(self) -> Iterator[Entrant]:
        options = self._options
        known: dict[str, Callable[[], Entrant]] = {
            ORDERED: partial(ours, options.in_flight),
            UNORDERED: partial(without_order, options.in_flight),
            PARALLEL_CONSUMER: partial(parallel_consumer, options.in_flight),
            SEQUENTIAL: partial(sequential, options.sequential),
        }
        for name in options.parts:
            if name in known:
                try:
                    yield known[name]()
                except ServiceUnavailableError as error:
                    self._tell(f"{name} is left out: {error}")

    def _stuck(self, summaries: list[EntrantSummary]) -> Iterator[StuckTurn]:
        options = self._options
        rate = options.rate or self._rate_found(summaries)
        stuck = StuckOptions(
            rate=rate,
            keys=options.keys[0],
            seconds=options.seconds,
            warm_seconds=2 * options.calls.cap,
            period=options.period,
            rounds=options.rounds,
        )
        self._tell(f"steady traffic: {rate:,.0f} commands a second of {options.keys[0]:,} keys")
        entrant = ours(options.in_flight)
        yield from Stuck(self._stage, stuck, entrant, self._tell).rounds(SlowJob(0, options.keys[0], options.calls))

    def _rate_found(self, summaries: list[EntrantSummary]) -> float:
        found = next((each.rate.median for each in summaries if each.entrant == ORDERED and each.rate), None)
        if found is None:
            raise ValueError(f"without {ORDERED} among the parts the steady traffic needs a --rate")
        return _BELOW_SATURATION * found

    def _bounds(self, gap: int) -> dict[str, float]:
        options = self._options
        mean = options.calls.mean
        return {
            "mean_call_ms": mean * 1000,
            "in_flight": options.in_flight,
            "rate": options.in_flight / mean,
            "sequential_rate": options.partitions / mean,
            "gap": gap,
        }
