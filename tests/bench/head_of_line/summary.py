"""What all turns come to, and whether it is what the project promises. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from tests.bench.head_of_line.backlog import BacklogTurn
from tests.bench.head_of_line.entrants import ORDERED, SEQUENTIAL, UNORDERED
from tests.bench.head_of_line.gap import Gaps
from tests.bench.head_of_line.stuck import StuckTurn
from tests.bench.measuring import WORKER
from tests.bench.statistics import Spread, paired_ratio

SHARES: Final = ((10.0, 0.90), (1.0, 0.65))
"""With so many keys for each call in flight, so much of the no-ordering rate is promised."""
TIMES_SEQUENTIAL: Final = 100.0
MORE_P99: Final = 0.10
"""The most that a stuck key may add to the p99 of the others, as a share of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntrantSummary:
    """One entrant at one number of keys, over all rounds.

    Attributes:
        rate: outcomes a second in the steady middle.
        in_flight: calls under way at a time, median.
        share: its rate by that of the same fleet without order, round by round; None without that.
        violations: outcomes that overtook one of their key, most of a round.
        worker_cpu: microseconds a message, median.
        gap: the widest of a partition in any round; None for who cannot be asked.
        paused: share of the looks at which intake waited somewhere, most of a round.
    """

    entrant: str
    keys: int
    rate: Spread | None
    in_flight: float | None
    share: float | None
    violations: int
    worker_cpu: float | None
    gap: int | None
    paused: float | None
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StuckSummary:
    """The delays of other keys, milliseconds, medians of the rounds.

    Attributes:
        ratio: of the p99 with the stuck key by that without, round by round.
        neighbours_ratio: the same of the keys in the stuck one's partition.
    """

    p50_without: float
    p50_with: float
    p99_without: float
    p99_with: float
    ratio: float
    neighbours_ratio: float | None
    waiting_without: float
    waiting_with: float
    gap: int | None


@dataclass(frozen=True, slots=True)
class Target:
    """One thing promised."""

    what: str
    wanted: str
    found: str
    is_met: bool


def summarize_backlog(turns: Sequence[BacklogTurn]) -> list[EntrantSummary]:
    """Sum up all rounds, by number of keys and entrant in the order they first appear."""
    kinds = dict.fromkeys((turn.keys, turn.entrant) for turn in turns)
    return [_entrant([turn for turn in turns if (turn.keys, turn.entrant) == kind], turns) for kind in kinds]


def _entrant(mine: Sequence[BacklogTurn], turns: Sequence[BacklogTurn]) -> EntrantSummary:
    good = [turn for turn in mine if not turn.problems]
    free = {
        turn.number: turn.rate
        for turn in turns
        if turn.entrant == UNORDERED and turn.keys == mine[0].keys and not turn.problems
    }
    paired = [turn for turn in good if turn.number in free]
    gaps = [turn.gaps for turn in good if turn.gaps is not None]
    cpu = [turn.cpu_microseconds[WORKER] for turn in good if WORKER in turn.cpu_microseconds]
    return EntrantSummary(
        entrant=mine[0].entrant,
        keys=mine[0].keys,
        rate=Spread.of([turn.rate for turn in good]) if good else None,
        in_flight=median(turn.in_flight for turn in good) if good else None,
        share=paired_ratio([turn.rate for turn in paired], [free[turn.number] for turn in paired]) if paired else None,
        violations=max((turn.violations for turn in mine), default=0),
        worker_cpu=median(cpu) if cpu else None,
        gap=_widest(gaps),
        paused=max((each.paused for each in gaps), default=None),
        problems=tuple(f"round {turn.number}: {problem}" for turn in mine for problem in turn.problems),
    )


def summarize_stuck(turns: Sequence[StuckTurn]) -> StuckSummary | None:
    """Sum up the rounds of which both turns count; None without any."""
    good = {(turn.number, turn.is_stuck): turn for turn in turns if turn.others is not None and not turn.problems}
    pairs = [(good[number, False], turn) for (number, stuck), turn in good.items() if stuck and (number, False) in good]
    others = [(free.others, stuck.others) for free, stuck in pairs if free.others and stuck.others]
    near = [(free.neighbours, stuck.neighbours) for free, stuck in pairs if free.neighbours and stuck.neighbours]
    if not others:
        return None
    return StuckSummary(
        p50_without=median(free.p50 for free, _ in others),
        p50_with=median(stuck.p50 for _, stuck in others),
        p99_without=median(free.p99 for free, _ in others),
        p99_with=median(stuck.p99 for _, stuck in others),
        ratio=paired_ratio([stuck.p99 for _, stuck in others], [free.p99 for free, _ in others]),
        neighbours_ratio=paired_ratio([each.p99 for _, each in near], [each.p99 for each, _ in near]) if near else None,
        waiting_without=median(free.waiting_p99 for free, _ in others),
        waiting_with=median(stuck.waiting_p99 for _, stuck in others),
        gap=_widest([turn.gaps for turn in turns if turn.gaps is not None]),
    )


def targets(
    summaries: Sequence[EntrantSummary], stuck: StuckSummary | None, in_flight: int, gap_bound: int
) -> list[Target]:
    """What is promised beside what was found, as far as it was measured."""
    ours = [summary for summary in summaries if summary.entrant == ORDERED]
    found = [*_shares(ours, in_flight), *_multiple(ours, summaries)]
    if ours:
        wrong = sum(summary.violations for summary in ours)
        found.append(Target("order violations", "0", f"{wrong}", wrong == 0))
    gaps = [each.gap for each in (*ours, stuck) if each is not None and each.gap is not None]
    if gaps:
        widest = max(gaps)
        found.append(
            Target("widest uncommitted gap", f"at most {gap_bound:,}", f"{widest:,} records", widest <= gap_bound)
        )
    if stuck is not None:
        found.append(_added("p99 of other keys, a key being stuck", stuck.ratio))
        if stuck.neighbours_ratio is not None:
            found.append(_added("of those in its partition", stuck.neighbours_ratio))
    return found


def _shares(ours: Sequence[EntrantSummary], in_flight: int) -> Iterator[Target]:
    for summary in ours:
        promised = next((share for times, share in SHARES if summary.keys >= times * in_flight), None)
        if promised is not None and summary.share is not None:
            what = f"of the no-ordering rate, {summary.keys:,} keys"
            yield Target(what, f"at least {promised:.0%}", f"{summary.share:.0%}", summary.share >= promised)


def _multiple(ours: Sequence[EntrantSummary], summaries: Sequence[EntrantSummary]) -> Iterator[Target]:
    slow = next((each.rate for each in summaries if each.entrant == SEQUENTIAL and each.rate), None)
    rates = [summary.rate.median for summary in ours if summary.rate is not None]
    if slow is not None and rates:
        times = min(rates) / slow.median
        wanted = f"at least {TIMES_SEQUENTIAL:.0f} times"
        yield Target("sequential per partition", wanted, f"{times:.0f} times", times >= TIMES_SEQUENTIAL)


def _added(what: str, ratio: float) -> Target:
    return Target(what, f"at most +{MORE_P99:.0%}", f"{ratio - 1:+.1%}", ratio - 1 <= MORE_P99)


def _widest(gaps: Sequence[Gaps]) -> int | None:
    return max((each.widest for each in gaps), default=None)
