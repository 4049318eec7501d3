"""What a message costs at each size of one thing, and whether it costs more where there is more of it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Final

from tests.bench.baseline import GROUPS
from tests.bench.measuring import Measurement
from tests.bench.statistics import Spread

TOLERANCE: Final = 0.15


@dataclass(frozen=True, slots=True)
class Step:
    """One portion of commands, handled by a warm contender.

    Attributes:
        value: how much there was of the thing that grows.
    """

    value: int
    measured: Measurement


@dataclass(frozen=True, slots=True)
class Level:
    """One contender at one size, over all rounds.

    Attributes:
        rate: messages a second.
        cpu: microseconds a message, by group of processes.
        floors: the same by the base's of the same round, medians; empty without the base.
        share_of_rate: of the base's of the same round, median; None without the base.
    """

    contender: str
    value: int
    rate: Spread
    cpu: Mapping[str, Spread]
    floors: Mapping[str, float]
    share_of_rate: float | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether one group of processes' cost a message holds.

    Attributes:
        change: of its microseconds, from size to size; 0.15 is 15 %.
        in_floors: the same of its ratio to the base; None without the base.
        holds: whether it changes no more than tolerated, or no more than what the base costs as well.
    """

    group: str
    change: float
    in_floors: float | None
    tolerance: float
    holds: bool


def levels(steps: Sequence[Step], base: str) -> list[Level]:
    """Sum up all rounds, by contender and size."""
    places = sorted({(step.measured.contender, step.value) for step in steps})
    return [_level(contender, value, steps, base) for contender, value in places]


def flatness(costs: Sequence[float]) -> float:
    """How far the costs lie from one value in the middle of them: 0.15 is all within 15 % of it."""
    low, high = min(costs), max(costs)
    return (high - low) / (high + low)


def rise(costs: Sequence[float]) -> float:
    """The most that a cost lies above the cheapest before it, as a share; costs in the order of growth."""
    return max(cost / min(costs[: place + 1]) - 1 for place, cost in enumerate(costs))


def verdicts(found: Sequence[Level], contender: str, tolerance: float, *, flat: bool) -> list[Verdict]:
    """Judge a contender by the medians at its sizes.

    Args:
        found: the levels of all.
        contender: whose are judged.
        tolerance: as a share.
        flat: whether becoming cheaper counts as well as becoming dearer.
    """
    mine = [level for level in found if level.contender == contender]
    change = flatness if flat else rise
    judged = []
    for group in GROUPS:
        if mine and all(group in level.cpu for level in mine):
            own = change([level.cpu[group].median for level in mine])
            paired = all(group in level.floors for level in mine)
            in_floors = change([level.floors[group] for level in mine]) if paired else None
            holds = own <= tolerance or (in_floors is not None and in_floors <= tolerance)
            judged.append(Verdict(group, own, in_floors, tolerance, holds))
    return judged


def _level(contender: str, value: int, steps: Sequence[Step], base: str) -> Level:
    mine = [step.measured for step in steps if (step.measured.contender, step.value) == (contender, value)]
    theirs = [step.measured for step in steps if (step.measured.contender, step.value) == (base, value)]
    groups = dict.fromkeys(group for each in mine for group in each.cpu_microseconds)
    costs = {group: [each.cpu_microseconds[group] for each in mine] for group in groups}
    floors = {
        group: _paired(mine, theirs, partial(_cost, group))
        for group in groups
        if contender != base and all(group in each.cpu_microseconds for each in theirs)
    }
    return Level(
        contender,
        value,
        rate=Spread.of([each.rate for each in mine]),
        cpu={group: Spread.of(found) for group, found in costs.items()},
        floors={group: ratio for group, ratio in floors.items() if ratio is not None},
        share_of_rate=_paired(mine, theirs, lambda each: each.rate),
    )


def _cost(group: str, measured: Measurement) -> float:
    return measured.cpu_microseconds[group]


def _by_round(measured: Sequence[Measurement], of: Callable[[Measurement], float]) -> dict[int, float]:
    """The median in each round, for small sizes are measured several times in one."""
    numbers = {each.number for each in measured}
    return {number: median(of(each) for each in measured if each.number == number) for number in numbers}


def _paired(
    mine: Sequence[Measurement], bases: Sequence[Measurement], of: Callable[[Measurement], float]
) -> float | None:
    """The median of the rounds' ratios; None where there is no round of both."""
    my, theirs = _by_round(mine, of), _by_round(bases, of)
    ratios = [my[number] / theirs[number] for number in my if number in theirs]
    return median(ratios) if ratios else None
