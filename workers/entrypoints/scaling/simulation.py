"""A fleet on paper: a trace, partitions, workers that start and rebalance, scaled by the exact formula."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from workers.domain.scaling import controller
from workers.domain.scaling.controller import ControllerState
from workers.domain.scaling.keda import LagReading
from workers.domain.scaling.values import ScalingValues
from workers.entrypoints.scaling.partitions import NDArrayOfInts, Partitions, shares, spread
from workers.entrypoints.scaling.traces import Numbers, Trace

_SURGE = 0.25
"""The part of a deployment that is replaced at a time, Kubernetes' default."""


@dataclass(frozen=True, slots=True)
class FleetModel:
    """What a fleet is like.

    Attributes:
        partitions: of its topic.
        pod_rate: messages a second that one worker handles.
        startup_seconds: from asking for a worker until it joins its group.
        rebalance_seconds: how long nobody works when one joins or leaves.
        latency_seconds: from taking a message to its commit while nothing waits.
        commit_seconds: between two commits.
        partition_rate: the most messages a second of one partition; None for no bound but the worker's.
        skew: 0 for partitions that get alike, else the exponent of a Zipf law.
        backlog: messages that wait from the start.
    """

    partitions: int
    pod_rate: float
    startup_seconds: float = 20.0
    rebalance_seconds: float = 3.0
    latency_seconds: float = 0.1
    commit_seconds: float = 0.1
    partition_rate: float | None = None
    skew: float = 0.0
    backlog: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it, step by step.

    Attributes:
        step: seconds.
        replicas: workers asked for.
        working: workers that had joined.
        lag: messages not committed.
        behind: age of the oldest message that waits, seconds.
        handled: messages.
    """

    step: float
    replicas: Numbers
    working: Numbers
    lag: Numbers
    behind: Numbers
    handled: Numbers

    @classmethod
    def empty(cls, step: float, steps: int) -> Outcome:
        """Of so many steps, all zero."""
        return cls(step, *(np.zeros(steps) for _ in range(5)))


@dataclass(slots=True)
class _Crew:
    """The workers: who has joined, who is starting, and how long the group still stands still."""

    model: FleetModel
    joined: int
    starting: list[float] = field(default_factory=list)
    standstill: float = 0.0
    restarts: list[float] = field(default_factory=list)

    @property
    def replicas(self) -> int:
        return self.joined + len(self.starting)

    def become(self, number: int, now: float) -> None:
        """Start workers, or have some leave: those first that have not joined yet."""
        if number >= self.replicas:
            self.starting += [now + self.model.startup_seconds] * (number - self.replicas)
            return
        kept = max(0, number - self.joined)
        self.starting = self.starting[:kept]
        if number < self.joined:
            self.joined = number
            self.standstill = self.model.rebalance_seconds

    def roll_out(self, now: float) -> None:
        """Replace everybody, a part at a time, each when its replacement has started."""
        if self.joined:
            parts = math.ceil(self.joined / math.ceil(self.joined * _SURGE))
            self.restarts += [now + self.model.startup_seconds * (part + 1) for part in range(parts)]

    def pass_time(self, now: float) -> None:
        """Have those join who are ready."""
        ready = sum(at <= now for at in self.starting)
        replaced = any(at <= now for at in self.restarts)
        if ready or replaced:
            self.starting = [at for at in self.starting if at > now]
            self.restarts = [at for at in self.restarts if at > now]
            self.joined += ready
            self.standstill = self.model.rebalance_seconds

    def working_seconds(self, step: float) -> float:
        """How much of a step is worked."""
        stands = min(step, self.standstill)
        self.standstill -= stands
        return step - stands if self.joined else 0.0


class _Scaling:
    """The controller, asked when it is time."""

    def __init__(self, values: ScalingValues) -> None:
        self._values = values
        self._state = ControllerState()

    def decide(self, now: float, current: int, read: Callable[[], list[LagReading]]) -> int:
        # A poll and a sync each read for themselves, as KEDA does: what counts as persistent depends on it.
        if now >= self._state.next_poll:
            current, self._state = controller.poll(self._values, self._state, now, current, read())
        if now >= self._state.next_sync:
            current, self._state = controller.sync(self._values, self._state, now, current, read())
        return current


def simulate(values: ScalingValues, model: FleetModel, trace: Trace, start: int | None = None) -> Outcome:
    """Play a trace of arrivals.

    Args:
        values: the scaling values.
        model: the fleet.
        trace: what it meets. With a recorded lag it is that lag the decisions follow, and nothing else is simulated.
        start: workers that have joined at the beginning; the least there may be unless given.
    """
    joined = values.min_replica_count if start is None else start
    if trace.lag is not None:
        return _replayed(values, model, trace, joined)
    return _Play(values, model, trace, joined).outcome()


class _Play:
    def __init__(self, values: ScalingValues, model: FleetModel, trace: Trace, joined: int) -> None:
        self._values, self._model, self._trace = values, model, trace
        self._crew = _Crew(model, joined)
        share = shares(model.partitions, model.skew, trace.hot_share)
        self._topic = Partitions(share, model.latency_seconds, model.backlog)
        self._scaling = _Scaling(values)
        self._owners: tuple[int, NDArrayOfInts] = (0, np.zeros(0, dtype=np.int64))
        self._committed_at = -math.inf
        self._times = np.arange(trace.steps + 1) * trace.step
        self._written = model.backlog + np.concatenate(([0.0], np.cumsum(trace.arrivals) * trace.step))

    def outcome(self) -> Outcome:
        trace, found = self._trace, Outcome.empty(self._trace.step, self._trace.steps)
        deploys = list(trace.deploys)
        for number in range(trace.steps):
            now = number * trace.step
            while deploys and deploys[0] <= now:
                self._crew.roll_out(deploys.pop(0))
            self._crew.become(self._scaling.decide(now, self._crew.replicas, self._read), now)
            self._crew.pass_time(now)
            self._topic.write(trace.arrivals[number] * trace.step)
            found.handled[number] = self._work(number)
            self._commit(now + trace.step)
            found.replicas[number] = self._crew.replicas
            found.working[number] = self._crew.joined
            found.lag[number] = self._topic.lag()
            found.behind[number] = self._behind(now + trace.step)
        return found

    def _read(self) -> list[LagReading]:
        return [self._topic.read(trigger, number) for number, trigger in enumerate(self._values.triggers)]

    def _work(self, number: int) -> float:
        seconds = self._crew.working_seconds(self._trace.step) * self._trace.speed[number]
        if seconds <= 0:
            self._topic.rest()
            return 0.0
        if self._owners[0] != self._crew.joined:
            self._owners = (self._crew.joined, spread(self._model.partitions, self._crew.joined))
        most = None if self._model.partition_rate is None else self._model.partition_rate * seconds
        return self._topic.work(self._owners[1], self._model.pod_rate * seconds, self._trace.step, most)

    def _commit(self, now: float) -> None:
        if now - self._committed_at >= self._model.commit_seconds:
            self._topic.commit()
            self._committed_at = now

    def _behind(self, now: float) -> float:
        oldest = self._topic.oldest()
        return 0.0 if oldest is None else max(0.0, now - float(np.interp(oldest, self._written, self._times)))


def _replayed(values: ScalingValues, model: FleetModel, trace: Trace, current: int) -> Outcome:
    """Only the decisions, over a lag that was recorded: all partitions are taken to be behind alike."""
    found, scaling = Outcome.empty(trace.step, trace.steps), _Scaling(values)
    lags = np.zeros(0) if trace.lag is None else trace.lag
    crew = _Crew(model, current)
    for number, lag in enumerate(lags):
        now, readings = number * trace.step, [_even_reading(int(lag), model)] * len(values.triggers)
        crew.become(scaling.decide(now, crew.replicas, readings.copy), now)
        crew.pass_time(now)
        found.replicas[number], found.working[number], found.lag[number] = crew.replicas, crew.joined, lag
    return found


def _even_reading(lag: int, model: FleetModel) -> LagReading:
    return LagReading(lag, lag, min(lag, model.partitions), model.partitions)
