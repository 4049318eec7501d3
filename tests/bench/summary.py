"""What the rounds of an experiment come to, contender by contender. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from tests.bench.measuring import WORKER, Measurement
from tests.bench.statistics import Spread, paired_ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One contender over all its rounds.

    Attributes:
        rate: messages a second.
        cpu_microseconds: medians per message, by group of processes.
        share_of_rate: its rate by the base's, round by round; 1 is as fast. None without the base.
        share_of_cpu: the base's worker CPU by its own: 1 is as frugal. None without the base.
        problems: why it is disqualified; its numbers mean nothing then.
    """

    contender: str
    rounds: int
    rate: Spread | None
    cpu_microseconds: dict[str, float]
    worker_cpu: Spread | None
    worker_peak_mib: float
    share_of_rate: float | None
    share_of_cpu: float | None
    problems: tuple[str, ...]


def summarize(measurements: Sequence[Measurement], base: str) -> list[Summary]:
    """Sum up all rounds; contenders in the order they first appear, ratios to the contender called `base`."""
    names = dict.fromkeys(measurement.contender for measurement in measurements)
    by_name = {name: [each for each in measurements if each.contender == name] for name in names}
    return [_summary(name, mine, by_name.get(base, [])) for name, mine in by_name.items()]


def multiples(measurements: Sequence[Measurement], contender: str) -> dict[str, float]:
    """How many times as many messages a second the contender handles as each of the others, round by round."""
    others = dict.fromkeys(each.contender for each in measurements if each.contender != contender)
    found = {
        other: summary.share_of_rate
        for other in others
        for summary in summarize(measurements, other)
        if summary.contender == contender
    }
    return {other: share for other, share in found.items() if share is not None}


def _summary(name: str, mine: Sequence[Measurement], bases: Sequence[Measurement]) -> Summary:
    problems = tuple(f"round {each.number}: {problem}" for each in mine for problem in each.problems)
    good = [each for each in mine if not each.problems]
    pairs = _pairs(good, bases)
    return Summary(
        contender=name,
        rounds=len(mine),
        rate=Spread.of([each.rate for each in good]) if good else None,
        cpu_microseconds=_medians(good),
        worker_cpu=Spread.of([each.cpu_microseconds[WORKER] for each in good]) if good else None,
        worker_peak_mib=max((each.worker_peak_mib for each in good), default=0.0),
        share_of_rate=paired_ratio([my.rate for my, _ in pairs], [base.rate for _, base in pairs]) if pairs else None,
        share_of_cpu=_share_of_cpu(pairs),
        problems=problems,
    )


def _pairs(mine: Sequence[Measurement], bases: Sequence[Measurement]) -> list[tuple[Measurement, Measurement]]:
    sound = {base.number: base for base in bases if not base.problems}
    return [(each, sound[each.number]) for each in mine if each.number in sound]


def _share_of_cpu(pairs: Sequence[tuple[Measurement, Measurement]]) -> float | None:
    if not pairs:
        return None
    return paired_ratio(
        [base.cpu_microseconds[WORKER] for _, base in pairs], [my.cpu_microseconds[WORKER] for my, _ in pairs]
    )


def _medians(good: Sequence[Measurement]) -> dict[str, float]:
    groups = dict.fromkeys(group for each in good for group in each.cpu_microseconds)
    return {group: median(each.cpu_microseconds[group] for each in good) for group in groups}
