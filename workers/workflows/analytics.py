"""How workflows fare: completion, durations, drop-off and compensation, folded from their histories. Pure.

Everything is told by the events of the workflows themselves: there is no counter that could disagree with them.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from contracts.codec import decode_event
from contracts.events.workflows import (
    StepStarted,
    StepSucceeded,
    WorkflowCompensated,
    WorkflowCompleted,
    WorkflowEvent,
    WorkflowStuck,
)
from workers.ports.store import StoredEvent
from workers.ports.workflows import Phase
from workers.workflows.catalogue import DEFINITIONS
from workers.workflows.definitions import Definition
from workers.workflows.state import BEGINNING, Status, StepState, WorkflowState, evolve

_P95: Final = 0.95


class Durations(NamedTuple):
    """Seconds that something took, by nearest rank: each is one that was measured.

    Attributes:
        measured: how many were.
        median: None where none was.
        p95: which 95 of 100 did not exceed.
        longest: of all.
    """

    measured: int = 0
    median: float | None = None
    p95: float | None = None
    longest: float | None = None


class StepFigures(NamedTuple):
    """How one step of a kind of workflow fares. All counts are of workflows, unless they say otherwise.

    Attributes:
        reached: got to it, those among them whose facts forbade to send it.
        done: it was done.
        skipped: an operator took it for done.
        dropped: did not complete because of it.
        stuck: are stuck at it, or at undoing it.
        retries: commands sent after the first, both ways.
        codes: why they were dropped.
        duration: from its first command to its success, retries and waiting included.
        undone: it was undone.
        undo_duration: from the first command that was to undo it to the success.
    """

    step: str
    reached: int
    done: int
    skipped: int
    dropped: int
    stuck: int
    retries: int
    codes: Mapping[str, int]
    duration: Durations
    undone: int
    undo_duration: Durations

    @property
    def drop_off(self) -> float | None:
        """The share of those that reached it which it kept from completing; None where none did."""
        return self.dropped / self.reached if self.reached else None


class WorkflowFigures(NamedTuple):
    """How one kind of workflow fares.

    Attributes:
        begun: how many.
        phases: how many stand where.
        aborted: did not complete because an operator ended them.
        completed: how long those took that completed.
        compensated: how long those took that were compensated.
        stuck: how long those have been stuck that are.
        steps: in the order of the definition, as far as this release knows it.
    """

    workflow: str
    begun: int
    phases: Mapping[Phase, int]
    aborted: int
    completed: Durations
    compensated: Durations
    stuck: Durations
    steps: tuple[StepFigures, ...]

    @property
    def ended(self) -> int:
        """How many came to an end, a good one or not."""
        return self.phases[Phase.COMPLETED] + self.phases[Phase.COMPENSATED]

    @property
    def completion_rate(self) -> float | None:
        """The share of those that ended which completed; None before one has ended."""
        return self.phases[Phase.COMPLETED] / self.ended if self.ended else None

    @property
    def ended_rate(self) -> float | None:
        """The share of those begun which came to an end; None where none began."""
        return self.ended / self.begun if self.begun else None


class _Way(NamedTuple):
    """One way of a step."""

    step: str
    undo: bool


@dataclass(slots=True)
class _Course:
    """One workflow.

    Attributes:
        first_sent: when the first command of a way was sent.
        took: how long the ways took that succeeded.
    """

    state: WorkflowState = BEGINNING
    workflow: str = ""
    began: datetime | None = None
    ended: datetime | None = None
    stuck_since: datetime | None = None
    first_sent: dict[_Way, datetime] = field(default_factory=dict)
    took: dict[_Way, timedelta] = field(default_factory=dict)

    def follow(self, event: WorkflowEvent, at: datetime) -> None:
        self.state, self.workflow = evolve(self.state, event), event.workflow
        self.began = self.began or at
        match event:
            case StepStarted():
                self.first_sent.setdefault(_Way(event.step, event.undo), at)
            case StepSucceeded():
                way = _Way(event.step, event.undo)
                self.took[way] = at - self.first_sent.get(way, at)
            case WorkflowCompleted() | WorkflowCompensated():
                self.ended = at
            case WorkflowStuck():
                self.stuck_since = at
            case _:
                pass


class _Seconds:
    """Durations in eight bytes each."""

    def __init__(self) -> None:
        self._all = array("d")

    def add(self, duration: timedelta) -> None:
        # The ends may have been told by two machines whose clocks differ.
        self._all.append(max(0.0, duration.total_seconds()))

    def durations(self) -> Durations:
        if not self._all:
            return Durations()
        ordered = sorted(self._all)
        return Durations(len(ordered), _ranked(ordered, 0.5), _ranked(ordered, _P95), ordered[-1])


def _ranked(ordered: Sequence[float], share: float) -> float:
    return ordered[math.ceil(share * len(ordered)) - 1]


@dataclass(slots=True)
class _StepTally:
    counts: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    duration: _Seconds = field(default_factory=_Seconds)
    undo_duration: _Seconds = field(default_factory=_Seconds)

    def add(self, step: StepState) -> None:
        self.counts["reached"] += step.do.status is not Status.IDLE
        self.counts["done"] += step.do.status is Status.DONE
        self.counts["skipped"] += step.do.status is Status.SKIPPED
        self.counts["undone"] += step.undo.status is Status.DONE
        self.counts["retries"] += sum(max(0, leg.attempt - 1) for leg in (step.do, step.undo))

    def figures(self, name: str) -> StepFigures:
        return StepFigures(
            step=name,
            reached=self.counts["reached"],
            done=self.counts["done"],
            skipped=self.counts["skipped"],
            dropped=self.codes.total(),
            stuck=self.counts["stuck"],
            retries=self.counts["retries"],
            codes=dict(sorted(self.codes.items())),
            duration=self.duration.durations(),
            undone=self.counts["undone"],
            undo_duration=self.undo_duration.durations(),
        )


@dataclass(slots=True)
class _Tally:
    phases: Counter[Phase] = field(default_factory=Counter)
    aborted: int = 0
    completed: _Seconds = field(default_factory=_Seconds)
    compensated: _Seconds = field(default_factory=_Seconds)
    stuck: _Seconds = field(default_factory=_Seconds)
    steps: dict[str, _StepTally] = field(default_factory=dict)

    def step(self, name: str) -> _StepTally:
        return self.steps.setdefault(name, _StepTally())

    def add(self, course: _Course, now: datetime) -> None:
        state = course.state
        self.phases[state.phase] += 1
        for name, step in state.steps.items():
            self.step(name).add(step)
        for way, took in course.took.items():
            tally = self.step(way.step)
            (tally.undo_duration if way.undo else tally.duration).add(took)
        if state.cause is not None:
            self._add_cause(state.cause.step, state.cause.code)
        self._add_times(course, now)

    def _add_cause(self, step: str | None, code: str) -> None:
        if step is None:
            self.aborted += 1
        else:
            self.step(step).codes[code] += 1

    def _add_times(self, course: _Course, now: datetime) -> None:
        if course.began is not None and course.ended is not None:
            ways = {Phase.COMPLETED: self.completed, Phase.COMPENSATED: self.compensated}
            ways[course.state.phase].add(course.ended - course.began)
        if course.state.phase is Phase.STUCK and course.stuck_since is not None:
            self.stuck.add(now - course.stuck_since)
            self.step(course.state.at or "").counts["stuck"] += 1


class WorkflowAnalysis:
    """Takes histories, one after the other, and tells how the workflows fare.

    Keeps eight bytes for each duration, which is 32 for a workflow of three steps that completes, and no history.

    Args:
        now: what ages are counted to.
        definitions: tell the order of the steps.
    """

    def __init__(self, now: datetime, definitions: Mapping[str, Definition] = DEFINITIONS) -> None:
        self._now = now
        self._definitions = definitions
        self._tallies: dict[str, _Tally] = {}

    def add(self, rows: Iterable[StoredEvent]) -> None:
        """Take the history of a workflow: its events by version. What is none of a workflow's own is passed over."""
        course = _Course()
        for row in rows:
            event = decode_event(row.type, row.data.encode())
            if isinstance(event, WorkflowEvent):
                course.follow(event, row.occurred_at)
        if course.workflow:
            self._tallies.setdefault(course.workflow, _Tally()).add(course, self._now)

    def figures(self) -> tuple[WorkflowFigures, ...]:
        """How each kind fares, by name."""
        return tuple(self._figures(name, tally) for name, tally in sorted(self._tallies.items()))

    def _figures(self, name: str, tally: _Tally) -> WorkflowFigures:
        known = self._definitions.get(name)
        order = [*(known.steps if known else ()), *tally.steps]
        return WorkflowFigures(
            workflow=name,
            begun=tally.phases.total(),
            phases={phase: tally.phases[phase] for phase in Phase},
            aborted=tally.aborted,
            completed=tally.completed.durations(),
            compensated=tally.compensated.durations(),
            stuck=tally.stuck.durations(),
            steps=tuple(tally.step(step).figures(step) for step in dict.fromkeys(order)),
        )
