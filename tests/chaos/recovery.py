"""How long the fleet took to work again, from when commands were sent and first answered. Pure.

All times are seconds of one monotonic clock. "Sent" is when the producer was given the command and "answered" when an
outside consumer first saw its outcome: what producer and consumer need to get over a fault themselves counts too.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

from tests.chaos.faults import Fault, Since
from tests.chaos.standstill import Standstill, is_disturbed, stood_still

PATIENCE: Final = 2.0
"""A command answered within so many seconds is not late."""
SILENCE_BOUND: Final = 45.0
"""Seconds without any outcome beyond which the fleet has stalled; the longest planned outage is within it."""
WAIT_BOUND: Final = 90.0
"""Seconds any command may wait for its outcome."""


class Sending(NamedTuple):
    """A command on its way: its id, the partition it went to, when it was sent."""

    command_id: str
    partition: str
    at: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """What was sent, in order of time, and what came of it.

    Attributes:
        answered: when each command was first answered.
        again: when an outcome came once more than its command was sent.
    """

    sent: Sequence[Sending]
    answered: Mapping[str, float]
    again: Sequence[float] = ()

    def between(self, start: float, end: float) -> Sequence[Sending]:
        """What was sent from `start` on and not after `end`."""
        first = bisect_left(self.sent, start, key=lambda one: one.at)
        return self.sent[first : bisect_right(self.sent, end, key=lambda one: one.at)]


class _Answer(NamedTuple):
    """When a command was sent and first answered, and how long that took."""

    asked: float
    at: float
    took: float


@dataclass(frozen=True, slots=True)
class Injected:
    """A fault as it was really done.

    Attributes:
        began: just before it was done.
        ended: when it was undone: the service answers again, the replacement was started.
    """

    fault: Fault
    target: str
    began: float
    ended: float

    @property
    def since(self) -> float:
        """From when its recovery counts."""
        return self.began if self.fault.nature.since is Since.FAULT else self.ended


@dataclass(frozen=True, slots=True)
class Recovery:
    """How long one fault was felt.

    Attributes:
        resumed: until every partition worked again, seconds; None if one never did.
        caught_up: until the last late answer to what was sent up to the next fault, seconds.
        again: when outcomes came once more than their commands were sent, up to the next fault, seconds after this one.
        disturbed: the machine stood still meanwhile, or shortly before: not to be judged.
    """

    injected: Injected
    resumed: float | None
    caught_up: float
    again: tuple[float, ...]
    disturbed: bool

    @property
    def counts(self) -> bool:
        """Whether it tells how long this kind of fault is felt: it came alone, and the machine ran."""
        return self.injected.fault.alone and not self.disturbed


def recoveries(
    injected: Sequence[Injected], timeline: Timeline, end: float, standstills: Sequence[Standstill] = ()
) -> list[Recovery]:
    """The recovery of every heavy fault; each is watched until the next begins, the last until `end`."""
    heavy = sorted((each for each in injected if each.fault.nature.heavy), key=lambda each: each.began)
    untils = [each.began for each in heavy[1:]] + [end] * bool(heavy)
    return [
        Recovery(
            each,
            _resumed(timeline, each.since, until),
            _caught_up(timeline, each.since, until),
            tuple(at - each.began for at in timeline.again if each.began <= at < until),
            is_disturbed(standstills, each.began, until),
        )
        for each, until in zip(heavy, untils, strict=True)
    ]


def _resumed(timeline: Timeline, since: float, until: float) -> float | None:
    """Until the slowest partition answered a command sent after `since`.

    A partition that answered the first one promptly worked before it was asked: only that answer's own time counts. One
    that was first asked when a prompt answer would have met the next fault tells of that one, not of this.
    """
    slowest: float | None = None
    for answers in _by_partition(timeline, since, until).values():
        first = answers[0]
        if first.asked > until - PATIENCE and first.at > until:
            continue
        took = first.took if first.took <= PATIENCE else min(answer.at for answer in answers) - since
        slowest = took if slowest is None else max(slowest, took)
    return None if slowest == float("inf") else slowest


def _by_partition(timeline: Timeline, since: float, until: float) -> dict[str, list[_Answer]]:
    """The answers to what was sent in a time, by partition and in the order of sending."""
    found: dict[str, list[_Answer]] = {}
    for sending in timeline.between(since, until):
        at = timeline.answered.get(sending.command_id, float("inf"))
        found.setdefault(sending.partition, []).append(_Answer(sending.at, at, at - sending.at))
    return found


def _caught_up(timeline: Timeline, since: float, until: float) -> float:
    late = [
        answer
        for sending in timeline.between(since - PATIENCE, until)
        if (answer := timeline.answered.get(sending.command_id, float("inf"))) > sending.at + PATIENCE
    ]
    return max(0.0, max(late, default=since) - since)


@dataclass(frozen=True, slots=True)
class Progress:
    """How steadily the run went on, without the times the machine stood still.

    Attributes:
        silence: the longest time without any first answer, seconds.
        wait: the longest time from a command to its first answer, seconds.
        median: half of the commands were answered faster, seconds.
        p99: all but one in a hundred were, seconds.
    """

    silence: float
    wait: float
    median: float
    p99: float


def progress(timeline: Timeline, standstills: Sequence[Standstill] = ()) -> Progress:
    """Measure a run that has ended; nothing to measure without an answer."""

    def between(start: float, end: float) -> float:
        return end - start - stood_still(standstills, start, end)

    waits = sorted(
        between(one.at, timeline.answered[one.command_id])
        for one in timeline.sent
        if one.command_id in timeline.answered
    )
    if not waits:
        return Progress(float("inf"), float("inf"), float("inf"), float("inf"))
    answers = sorted(timeline.answered.values())
    moments = [timeline.sent[0].at, *answers]
    return Progress(
        silence=max(between(before, after) for before, after in pairwise(moments)),
        wait=waits[-1],
        median=waits[len(waits) // 2],
        p99=waits[min(len(waits) - 1, len(waits) * 99 // 100)],
    )


def slow_points(recovered: Sequence[Recovery], measured: Progress) -> list[str]:
    """What took longer than it may, a sentence each."""
    found = [
        f"recovery: {told(one.resumed)} after {one.injected.fault.kind} ({one.injected.target}),"
        f" target {one.injected.fault.nature.target:g} s"
        for one in recovered
        if one.counts and (one.resumed is None or one.resumed > one.injected.fault.nature.target)
    ]
    if measured.silence > SILENCE_BOUND:
        found.append(f"stalled: no outcome for {measured.silence:.1f} s")
    if measured.wait > WAIT_BOUND:
        found.append(f"stalled: a command waited {measured.wait:.1f} s")
    return found


def told(seconds: float | None) -> str:
    """Seconds for people; None is never."""
    return "never" if seconds is None else f"{seconds:.1f} s"
