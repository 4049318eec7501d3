"""A backend that serves a few calls at a time and lets the others queue, with a caller who always has more.

Everything is computed, nothing waits: a run of minutes takes a fraction of a second and is the same for the same seed.
"""

from __future__ import annotations

import heapq
import math
import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from itertools import pairwise
from typing import NamedTuple, Protocol

from adapters.inference.limiting.measuring import Call, Ending


class Limit(Protocol):
    """What decides how many calls may be under way."""

    @property
    def limit(self) -> int: ...

    def observe(self, call: Call) -> None: ...


@dataclass(frozen=True, slots=True)
class Backend:
    """How a backend behaves for a while.

    Attributes:
        slots: calls it serves at a time; further ones queue there.
        seconds: mean time to serve one, log-normally distributed.
        spread: standard deviation of its logarithm.
        failing: share of calls refused at once.
        demand: the most calls the caller wants to have under way.
    """

    slots: int = 16
    seconds: float = 0.5
    spread: float = 0.5
    failing: float = 0.0
    demand: int = 10_000

    @property
    def capacity(self) -> float:
        """Calls it can serve each second."""
        return min(self.slots, self.demand) / self.seconds * (1 - self.failing)


class Phase(NamedTuple):
    """A behaviour that lasts until a moment."""

    until: float
    backend: Backend


class Moment(NamedTuple):
    """The state after a call ended and others took its place."""

    at: float
    limit: int
    in_flight: int


class _Kind(IntEnum):
    SERVED = 0
    REFUSED = 1


@dataclass
class Run:
    """What happened."""

    moments: list[Moment] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)

    def rate(self, since: float, until: float) -> float:
        """Answers each second."""
        return sum(since <= at < until for at in self.answered) / (until - since)

    def limits(self, since: float, until: float) -> list[int]:
        return [moment.limit for moment in self.moments if since <= moment.at < until]

    def in_flight(self, since: float, until: float) -> float:
        """Calls under way, averaged over the time."""
        within = [moment for moment in self.moments if since <= moment.at < until]
        return sum(one.in_flight * (next_.at - one.at) for one, next_ in pairwise(within)) / (
            within[-1].at - within[0].at
        )


REFUSAL_SECONDS = 0.02


class Simulation:
    """One run of a limit against a backend that changes."""

    def __init__(self, limit: Limit, phases: Sequence[Phase], seed: int) -> None:
        self._limit = limit
        self._phases = deque(phases)
        self._random = random.Random(seed)
        self._now = 0.0
        self._events: list[tuple[float, int, _Kind, float, int]] = []
        self._queue: deque[tuple[float, int]] = deque()
        self._serving = 0
        self._in_flight = 0
        self._calls = 0
        self.run = Run()

    @property
    def _backend(self) -> Backend:
        return self._phases[0].backend

    def complete(self) -> Run:
        self._start_calls()
        while self._events:
            at, _, kind, started, load = heapq.heappop(self._events)
            while at > self._phases[0].until:
                self._phases.popleft()
                if not self._phases:
                    return self.run
                self._serve()
            self._now = at
            self._end(kind, started, load)
            self._start_calls()
            self.run.moments.append(Moment(at, self._limit.limit, self._in_flight))
        return self.run

    def _start_calls(self) -> None:
        while self._in_flight < min(self._limit.limit, self._backend.demand):
            self._in_flight += 1
            if self._random.random() < self._backend.failing:
                self._schedule(REFUSAL_SECONDS, _Kind.REFUSED, self._now, self._in_flight)
            else:
                self._queue.append((self._now, self._in_flight))
                self._serve()

    def _serve(self) -> None:
        backend = self._backend
        while self._queue and self._serving < backend.slots:
            started, load = self._queue.popleft()
            self._serving += 1
            spread = backend.spread
            seconds = backend.seconds * math.exp(self._random.gauss(-(spread**2) / 2, spread))
            self._schedule(seconds, _Kind.SERVED, started, load)

    def _schedule(self, seconds: float, kind: _Kind, started: float, load: int) -> None:
        self._calls += 1
        heapq.heappush(self._events, (self._now + seconds, self._calls, kind, started, load))

    def _end(self, kind: _Kind, started: float, load: int) -> None:
        self._in_flight -= 1
        if kind is _Kind.SERVED:
            self._serving -= 1
            self._serve()
            self.run.answered.append(self._now)
        ending = Ending.ANSWERED if kind is _Kind.SERVED else Ending.FAILED
        self._limit.observe(Call(started, self._now, load, ending))


@dataclass
class Fixed:
    """No adaptation at all."""

    limit: int

    def observe(self, call: Call) -> None:
        """Learn nothing."""


def simulate(make: Callable[[], Limit], phases: Sequence[Phase], seed: int) -> Run:
    return Simulation(make(), phases, seed).complete()


def best_fixed_rate(backend: Backend, seed: int, limits: Sequence[int] = (1, 2, 4, 8, 16, 32, 64)) -> float:
    """What the best fixed limit achieves, found by trying."""
    phase = [Phase(60.0, replace(backend, failing=0.0))]
    return max(simulate(lambda limit=limit: Fixed(limit), phase, seed).rate(20.0, 60.0) for limit in limits)  # type: ignore[misc]
