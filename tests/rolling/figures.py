"""What commands felt in each phase of a run, and whether that is within bounds. Pure.

All times are seconds of one monotonic clock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from tests.bench.scale.pauses import Window, felt
from tests.bench.traffic import Arrival
from tests.chaos.recovery import Sending
from tests.chaos.standstill import Standstill, is_disturbed


class Bound(NamedTuple):
    """What a change may add to what commands feel without one, seconds.

    Added, not in all: a machine that others load makes commands wait for seconds with nothing changed.

    Attributes:
        pause: to a partition's longest pause.
        p99: to what all but one in a hundred commands wait.
    """

    pause: float
    p99: float


# docs/scaling.md says what stands behind each.
CHANGE: Final = Bound(pause=10.0, p99=10.0)
NODE: Final = Bound(pause=20.0, p99=20.0)


@dataclass(frozen=True, slots=True)
class Phase:
    """A time in which one thing was done.

    Attributes:
        bound: what may be felt of it; None for a phase in which nothing is changed.
        settled: how many commands each release settled in it, of those its workers lived to tell of.
    """

    name: str
    start: float
    end: float
    bound: Bound | None = None
    settled: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Figures:
    """What the commands of one phase felt.

    Attributes:
        commands: that were sent in it and answered some time.
        p50, p99, longest: seconds from sending to the first outcome.
        pause: the longest time in which a partition had commands waiting and gave no outcome, seconds.
        again: outcomes published more often than their commands were sent.
        disturbed: the machine itself stood still: not to be judged.
    """

    phase: Phase
    commands: int
    p50: float
    p99: float
    longest: float
    pause: float
    again: int
    disturbed: bool


def figures(
    phases: Sequence[Phase],
    sent: Sequence[Sending],
    arrivals: Sequence[tuple[str, float]],
    again: Sequence[float] = (),
    standstills: Sequence[Standstill] = (),
) -> list[Figures]:
    """What was felt in each phase; a phase in which nothing was sent that was answered is left out.

    Args:
        phases: in order of time.
        sent: each command once.
        arrivals: the command of every outcome and when it was seen.
        again: when those were seen that came more often than their commands were sent.
        standstills: when nobody ran.
    """
    numbers = {name: number for number, name in enumerate(sorted({one.partition for one in sent}))}
    partitions = {one.command_id: numbers[one.partition] for one in sent}
    seen = [Arrival(command, partitions[command], at) for command, at in arrivals if command in partitions]
    by_window = {Window(each.name, each.start, each.end): each for each in phases}
    return [
        Figures(
            phase=phase,
            commands=one.commands,
            p50=one.p50 / 1000,
            p99=one.p99 / 1000,
            longest=one.longest / 1000,
            pause=one.pause / 1000,
            again=sum(phase.start <= at < phase.end for at in again),
            disturbed=is_disturbed(standstills, phase.start, phase.end),
        )
        for one in felt(list(by_window), {one.command_id: one.at for one in sent}, seen)
        for phase in [by_window[one.window]]
    ]


def calm(found: Sequence[Figures]) -> Bound:
    """The most that was felt where nothing was changed, while the machine ran."""
    quiet = [one for one in found if one.phase.bound is None and not one.disturbed]
    return Bound(max((one.pause for one in quiet), default=0.0), max((one.p99 for one in quiet), default=0.0))


def slow_points(found: Sequence[Figures]) -> list[str]:
    """Where a change was felt for longer than it may be, a sentence each."""
    usual = calm(found)
    return [
        f"{one.phase.name}: {what} {took:.1f} s, {most:.1f} are allowed"
        for one in found
        if one.phase.bound is not None and not one.disturbed
        for what, took, most in (
            ("a partition paused", one.pause, usual.pause + one.phase.bound.pause),
            ("p99", one.p99, usual.p99 + one.phase.bound.p99),
        )
        if took > most
    ]


def idle_releases(phases: Sequence[Phase], names: Sequence[str]) -> list[str]:
    """Releases that settled nothing in a phase they were to share, a sentence each."""
    return [
        f"{each.name}: release {name} settled nothing"
        for each in phases
        for name in names
        if each.settled.get(name, 0) <= 0
    ]
