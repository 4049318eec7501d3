"""The scaling experiment: workers on real Kafka scaled by the formula, beside what the simulator predicted of them."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np

from adapters.clock import SystemClock
from tests.bench import job
from tests.bench.contenders import our_python
from tests.bench.ground import Ground
from tests.bench.head_of_line.calls import Calls
from tests.bench.head_of_line.commands import SlowJob, slow_plan
from tests.bench.head_of_line.entrants import ours
from tests.bench.process import running
from tests.bench.round import Round
from tests.bench.scale.growth import PARTITIONS
from tests.bench.scale.warm import new_round, new_topics
from tests.bench.throughput import START_SECONDS, NotDoneError
from tests.bench.topics import Topic, command_producer, send
from tests.services.waiting import StillWaitingError, wait_until
from workers.bootstrap.clients import lag_reader
from workers.bootstrap.crew import Crew
from workers.bootstrap.processes import LagReadings, Launch, Processes
from workers.bootstrap.signals import Stop
from workers.config import Settings, load_settings
from workers.domain.scaling.values import ScalingValues
from workers.entrypoints.scaling.simulation import FleetModel, Outcome, simulate
from workers.entrypoints.scaling.traces import Numbers, Trace

AREA: Final = "spending"
KEYS: Final = 1_000
_LOOK: Final = 1.0
"""Seconds between two looks at the lag, and a step of the prediction."""
_PACE: Final = 0.1
_CALIBRATED: Final = (0.2, 0.8)
"""The part of a backlog over which a worker's rate is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaledOptions:
    """What to send, and to whom.

    Attributes:
        workers: the most.
        in_flight: messages one works on at a time.
        call: seconds each takes on average.
        rate: messages a second before and after the burst.
        burst: messages a second in it.
        before: seconds ahead of the burst.
        lasts: seconds of the burst.
        after: seconds behind it, in which the lag has to be worked off.
        threshold: `lagThreshold`.
        rebalance: seconds a group is taken to stand still when a worker joins or leaves.
        error: the share by which the predicted time to drain may be wrong.
    """

    workers: int = 4
    in_flight: int = 10
    call: float = 0.2
    rate: float = 20.0
    burst: float = 300.0
    before: float = 40.0
    lasts: float = 60.0
    after: float = 140.0
    threshold: int = 300
    rebalance: float = 0.5
    error: float = 0.1

    @property
    def seconds(self) -> float:
        """Of all of it."""
        return self.before + self.lasts + self.after

    @property
    def calls(self) -> Calls:
        """Nearly alike: how calls spread is another experiment's."""
        return Calls.of(self.call, self.call * 1.2, self.call * 2)

    def arrivals(self) -> Numbers:
        """Messages a second in each step."""
        times = np.arange(0.0, self.seconds, _LOOK)
        is_burst = (times >= self.before) & (times < self.before + self.lasts)
        return np.where(is_burst, self.burst, self.rate)

    def values(self) -> ScalingValues:
        """As a chart would render them, with KEDA's and the autoscaler's own times."""
        trigger = {"lagThreshold": self.threshold, "allowIdleConsumers": True, "offsetResetPolicy": "earliest"}
        return ScalingValues.model_validate(
            {"minReplicaCount": 1, "maxReplicaCount": self.workers, "triggers": [trigger]}
        )


@dataclass(frozen=True, slots=True)
class Calibration:
    """One worker, measured before: nothing of the prediction is fitted to the run."""

    rate: float
    startup_seconds: float


@dataclass(frozen=True, slots=True)
class ScaledRun:
    """What was predicted, what was recorded, and how far apart they are."""

    calibration: Calibration
    seconds: list[float]
    lag: list[float]
    workers: list[float]
    predicted_lag: list[float]
    predicted_workers: list[float]
    drained: float | None
    predicted_drained: float | None
    problems: list[str]


def drained_after(lag: Sequence[float], times: Sequence[float], burst_end: float) -> float | None:
    """Seconds from the end of the burst until the lag is a twentieth of its peak; None where it never is."""
    floor = max(lag) / 20
    looks = zip(times, lag, strict=True)
    return next((at - burst_end for at, found in looks if at >= burst_end and found <= floor), None)


def verdicts(run: ScaledRun, allowed: float) -> list[str]:
    """What is wrong with the prediction, a sentence each."""
    if run.drained is None or run.predicted_drained is None:
        return ["the lag was not worked off, or not predicted to be: give it more seconds behind the burst"]
    error = abs(run.predicted_drained - run.drained) / run.drained
    if error <= allowed:
        return []
    return [f"the time to drain was predicted {error:.0%} off: {run.predicted_drained:.0f} s for {run.drained:.0f} s"]


def predicted(options: ScaledOptions, measured: Calibration) -> Outcome:
    """The simulator's answer to the same values, the same messages and the worker that was measured."""
    arrivals = options.arrivals()
    trace = Trace(_LOOK, arrivals, np.ones(len(arrivals)))
    model = FleetModel(
        PARTITIONS,
        measured.rate,
        startup_seconds=measured.startup_seconds,
        rebalance_seconds=options.rebalance,
        latency_seconds=options.call,
    )
    return simulate(options.values(), model, trace, start=0)


def run_scaled(ground: Ground, options: ScaledOptions, folder: Path, tell: Callable[[str], None]) -> ScaledRun:
    """Measure one worker, predict, then run the crew and record."""
    tell("one worker, to measure its start and its rate")
    measured = _calibrated(ground, options, folder)
    tell(f"{measured.rate:.1f} messages/s a worker, {measured.startup_seconds:.1f} s to start; now the run")
    new_topics(ground, PARTITIONS)
    with ground.fresh_database() as database_url:
        about = new_round(ground, database_url)
        times, lag, workers = asyncio.run(_Recording(options, about, folder).play())
    forecast = predicted(options, measured)
    end = options.before + options.lasts
    steps = [number * _LOOK + _LOOK for number in range(len(forecast.lag))]
    found = ScaledRun(
        measured,
        times,
        lag,
        workers,
        forecast.lag.tolist(),
        forecast.replicas.tolist(),
        drained_after(lag, times, end),
        drained_after(forecast.lag.tolist(), steps, end),
        [],
    )
    return replace(found, problems=verdicts(found, options.error))


def _calibrated(ground: Ground, options: ScaledOptions, folder: Path) -> Calibration:
    """A worker's start and rate, on a backlog of twenty seconds."""
    new_topics(ground, PARTITIONS)
    servers, count = ground.kafka.bootstrap_servers, int(20 * options.in_flight / options.call)
    commands, outcomes = (Topic(servers, name, PARTITIONS) for name in (job.COMMANDS, job.OUTCOMES))
    commands.fill(each.planned for each in slow_plan(SlowJob(count, KEYS, options.calls)))
    reached: dict[int, float] = {}
    marks = (1, *(int(count * share) for share in _CALIBRATED))

    def is_done() -> bool:
        found, now = sum(outcomes.ends().values()), time.monotonic()
        for mark in marks:
            if found >= mark:
                reached.setdefault(mark, now)
        return found >= count

    place = folder / "calibration"
    place.mkdir(parents=True)
    with ground.fresh_database() as database_url:
        about, began = new_round(ground, database_url), time.monotonic()
        with running(ours(options.in_flight).contender, about, place) as process:
            try:
                wait_until(is_done, "one worker's backlog", timeout=START_SECONDS + 120)
            except StillWaitingError as error:
                raise NotDoneError(f"{error}\n{process.tail()}") from error
    first, low, high = (reached[mark] for mark in marks)
    return Calibration((marks[2] - marks[1]) / (high - low), max(0.0, first - began - options.call))


class _Recording:
    """The crew, the messages and the looks at the lag, side by side."""

    def __init__(self, options: ScaledOptions, about: Round, folder: Path) -> None:
        self._options = options
        self._about = about
        self._clock = SystemClock()
        self._stop = Stop()
        environment = ours(options.in_flight).contender.environment(about)
        self._environment = {**environment, "POON_DATA_DIR": str(folder / "crew")}
        self._settings: Settings = load_settings(self._environment, folder)
        self._topic = Topic(about.bootstrap_servers, about.commands, PARTITIONS)
        self._seen: list[tuple[float, float, float]] = []

    async def play(self) -> tuple[list[float], list[float], list[float]]:
        """Times since the crew began, the lag and the workers wanted then."""
        command = (str(our_python()), "-m", "tests.bench.runners.slow_calls")
        launch = Launch(command, {**os.environ, **self._environment})
        values = self._options.values()
        async with lag_reader(self._settings, peek_seconds=0.0) as reader:
            read = LagReadings(reader, self._settings, (AREA,), values.triggers[0])
            crew = Crew(Processes(self._settings, launch), self._clock, values, read, self._stop)
            begin = self._clock.monotonic()
            async with asyncio.TaskGroup() as group:
                group.create_task(crew.run())
                group.create_task(self._send(begin))
                await self._look(crew, begin)
                self._stop.drain.set()
        times, lag, workers = zip(*self._seen, strict=True)
        return list(times), list(lag), list(workers)

    async def _look(self, crew: Crew, begin: float) -> None:
        while (now := self._clock.monotonic() - begin) < self._options.seconds:
            lag = await asyncio.to_thread(self._lag)
            self._seen.append((now, float(lag), float(crew.wanted)))
            await self._clock.sleep(_LOOK)

    def _lag(self) -> int:
        committed = self._topic.committed(f"{self._about.group}.{AREA}")
        return sum(self._topic.ends().values()) - sum(committed.values())

    async def _send(self, begin: float) -> None:
        producer = command_producer(self._about.bootstrap_servers, linger_ms=5)
        due = np.concatenate(([0.0], np.cumsum(self._options.arrivals() * _LOOK)))
        job_ = SlowJob(int(due[-1]) + 1, KEYS, self._options.calls)
        plan: Iterator[job.Planned] = (each.planned for each in slow_plan(job_))
        sent, moments = 0, np.arange(len(due)) * _LOOK
        while (now := self._clock.monotonic() - begin) < self._options.seconds:
            wanted = int(np.interp(now, moments, due))
            for planned in islice(plan, wanted - sent):
                send(producer, job.COMMANDS, planned)
            sent = wanted
            producer.poll(0)
            await self._clock.sleep(_PACE)
        await asyncio.to_thread(producer.flush, 10.0)
