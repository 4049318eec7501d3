"""What the simulator makes of a run, and whether the run agrees with it. Pure.

KEDA and the autoscaler look by clocks of their own, which nobody can read from outside. So everything is played once
for each second that the autoscaler's first look may be late, and what is predicted is what lies between the least and
the most of these.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from tests.cluster.scene import STEP, Scene
from workers.domain.scaling.values import ScalingValues
from workers.entrypoints.scaling.simulation import FleetModel, Outcome, simulate
from workers.entrypoints.scaling.traces import Numbers, Trace

REACTION: Final = 3
"""Seconds that a decision may take to be seen, or a lag may have been read earlier than here."""
ERROR: Final = 0.2
"""The share by which the time to drain may lie outside of what was predicted."""
_REBALANCE_SECONDS: Final = 0.5
_DRAINED: Final = 5
"""The part of its peak at which a lag counts as worked off: how long the rest takes depends on how unevenly keys fall
on partitions, which the model is not told."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen once a second.

    Attributes:
        at: seconds since the beginning.
        sent: commands so far.
        lag: commands not committed.
        wanted: replicas the Deployment asks for.
        ready: pods that were ready.
    """

    at: float
    sent: int
    lag: int
    wanted: int
    ready: int


@dataclass(frozen=True, slots=True)
class Band:
    """The least and the most of all plays, at each step."""

    low: Numbers
    high: Numbers

    def widened(self, steps: int) -> Band:
        """With what is predicted so many steps earlier or later."""
        around = 2 * steps + 1
        low, high = (np.pad(each, steps, mode="edge") for each in (self.low, self.high))
        windows = np.lib.stride_tricks.sliding_window_view
        return Band(windows(low, around).min(axis=1), windows(high, around).max(axis=1))

    def misses(self, seen: Sequence[float]) -> list[int]:
        """The steps at which something else was seen."""
        found = np.asarray(seen)
        return [int(step) for step in np.flatnonzero((found < self.low) | (found > self.high))]


@dataclass(frozen=True, slots=True)
class Prediction:
    """Of one run.

    Attributes:
        decisions: replicas, by the lag that was recorded.
        replicas: replicas, by the commands that were sent.
        lag: by the commands that were sent.
        drained: the least and the most seconds from the end of the burst until the lag is a fifth of its peak.
    """

    decisions: Band
    replicas: Band
    lag: Band
    drained: tuple[float, float]


def predict(scene: Scene, values: ScalingValues, partitions: int, startup: float, looks: Sequence[Look]) -> Prediction:
    """Play the run: once with its own lag, and once from nothing but the commands and what one worker is like.

    Args:
        scene: what was sent, and the rate of a worker.
        values: as the chart rendered them.
        partitions: of the topic.
        startup: seconds a worker was measured to take until it was ready.
        looks: what was seen, one a step.
    """
    model = FleetModel(
        partitions,
        scene.rate,
        startup_seconds=startup,
        rebalance_seconds=_REBALANCE_SECONDS,
        latency_seconds=scene.call,
    )
    lag = np.array([look.lag for look in looks], dtype=np.float64)
    arrivals = scene.arrivals(len(looks) * STEP)

    def replay(late: int) -> Outcome:
        # Before its first look nothing is decided: what was recorded then is left out.
        quiet = len(lag) - late
        return simulate(values, model, Trace(STEP, np.zeros(quiet), np.ones(quiet), lag=lag[late:]))

    def play(late: int) -> Outcome:
        sent = np.concatenate((np.zeros(late), arrivals))
        return simulate(values, model, Trace(STEP, sent, np.ones(len(sent))))

    replays = [_later(replay(late).replicas, late) for late in _phases(values)]
    plays = [play(late) for late in _phases(values)]
    # A step's lag is that of its end, and what is looked at is the lag of a step's beginning.
    lags = [_later(each.lag[late:-1], 1) for late, each in enumerate(plays)]
    drained = [seconds for each in lags if (seconds := drained_after(each, scene.end)) is not None]
    return Prediction(
        decisions=_band(replays),
        replicas=_band([each.replicas[late:] for late, each in enumerate(plays)]),
        lag=_band(lags),
        drained=(min(drained, default=float("inf")), max(drained, default=float("inf"))),
    )


def drained_after(lag: Sequence[float] | Numbers, end: float) -> float | None:
    """Seconds from the end of the burst until the lag is a fifth of its peak; None where it never is."""
    floor = max(lag) / _DRAINED
    steps = (number * STEP for number, found in enumerate(lag) if found <= floor and number * STEP >= end)
    return next((at - end for at in steps), None)


def problems(scene: Scene, prediction: Prediction, looks: Sequence[Look], settled: int) -> Iterator[str]:
    """What did not come as predicted, a sentence each; nothing if all did.

    Args:
        scene: what was sent.
        prediction: of this run.
        looks: what was seen.
        settled: commands that have an outcome.
    """
    wanted, last, most = [look.wanted for look in looks], looks[-1], int(prediction.replicas.high.max())
    if misses := prediction.decisions.widened(REACTION).misses(wanted):
        yield f"replicas were not those of the formula for {len(misses)} s: at {misses[:10]} s"
    if max(wanted) != most:
        yield f"there were {max(wanted)} replicas at most, predicted were {most}"
    if last.wanted or last.ready or last.lag:
        yield f"in the end {last.wanted} replicas were wanted, {last.ready} ready, and {last.lag} commands behind"
    if settled != last.sent:
        yield f"{last.sent} commands were sent, {settled} have an outcome"
    drained, (least, longest) = drained_after([look.lag for look in looks], scene.end), prediction.drained
    if drained is None or not least * (1 - ERROR) <= drained <= longest * (1 + ERROR):
        yield f"the lag was worked off {drained} s behind the burst, predicted were {least:.0f} to {longest:.0f} s"


def _phases(values: ScalingValues) -> range:
    return range(round(values.sync_period_seconds / STEP))


def _later(series: Numbers, steps: int) -> Numbers:
    return np.concatenate((np.zeros(steps), series))


def _band(plays: Sequence[Numbers]) -> Band:
    together = np.stack(plays)
    return Band(together.min(axis=0), together.max(axis=0))
