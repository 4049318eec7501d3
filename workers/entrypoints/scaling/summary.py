"""What a simulated day comes to: delays, cost, flapping and defects."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from workers.domain.scaling.findings import ceiling, stuck_numbers
from workers.domain.scaling.values import ScalingValues
from workers.entrypoints.scaling.simulation import Outcome
from workers.entrypoints.scaling.traces import Numbers

REVERSAL_SECONDS: Final = 900.0
"""Turning round within this time is flapping: a worker was started for less than its start is worth."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A simulated trace in figures.

    Attributes:
        behind_p50: seconds behind that half of the messages were handled within.
        behind_p99: the same for 99 of 100.
        behind_most: the longest, seconds.
        late_seconds: the longest stretch without a moment at which nothing was behind.
        lag_most: messages.
        lag_left: messages at the end.
        replicas_most: workers.
        replica_hours: of all workers, starting and idle ones included.
        cost: replica hours by the price of one.
        changes: how often the number of workers changed.
        reversals: how often it turned round within a quarter of an hour.
        idle_seconds: how long there were more workers than partitions.
        stuck_seconds: how long there were fewer than are of use, with a lag for all of them, at a number the cut lag
            asks for no more at.
    """

    behind_p50: float
    behind_p99: float
    behind_most: float
    late_seconds: float
    lag_most: float
    lag_left: float
    replicas_most: int
    replica_hours: float
    cost: float
    changes: int
    reversals: int
    idle_seconds: float
    stuck_seconds: float

    def as_json(self) -> dict[str, Any]:
        """For scripts, rounded to thousandths."""
        return {name: round(value, 3) for name, value in asdict(self).items()}


def summarize(found: Outcome, values: ScalingValues, partitions: int, price: float = 0.0) -> Summary:
    """Sum an outcome up.

    Args:
        found: what became of the trace.
        values: the scaling values it was played with.
        partitions: of the topic.
        price: of one worker for an hour.
    """
    hours = float(found.replicas.sum() * found.step / 3600)
    steps = np.diff(found.replicas)
    return Summary(
        behind_p50=behind_at(found, 0.5),
        behind_p99=behind_at(found, 0.99),
        behind_most=float(found.behind.max(initial=0.0)),
        late_seconds=longest(found.behind > 0) * found.step,
        lag_most=float(found.lag.max(initial=0.0)),
        lag_left=float(found.lag[-1]),
        replicas_most=int(found.replicas.max(initial=0.0)),
        replica_hours=hours,
        cost=hours * price,
        changes=int((steps != 0).sum()),
        reversals=_reversals(steps, found.step),
        idle_seconds=float((found.replicas > partitions).sum() * found.step),
        stuck_seconds=_stuck(found, values, partitions),
    )


def behind_at(found: Outcome, share: float) -> float:
    """Seconds behind that a share of the messages were handled within; by time where none were handled."""
    weights = found.handled if found.handled.any() else np.ones(len(found.behind))
    order = np.argsort(found.behind, kind="stable")
    reached = np.cumsum(weights[order]) / weights.sum()
    return float(found.behind[order][min(int(np.searchsorted(reached, share)), len(order) - 1)])


def longest(flags: np.ndarray[Any, np.dtype[np.bool_]]) -> int:
    """The longest run of steps that all are so."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    return int((edges[1::2] - edges[::2]).max(initial=0))


def _reversals(steps: Numbers, step: float) -> int:
    turns = np.flatnonzero(steps)
    signs = np.sign(steps[turns])
    near = np.diff(turns) * step <= REVERSAL_SECONDS
    return int(((signs[1:] != signs[:-1]) & near).sum())


def _stuck(found: Outcome, values: ScalingValues, partitions: int) -> float:
    numbers = stuck_numbers(values, partitions)
    if not numbers:
        return 0.0
    needed = ceiling(values, partitions) * min(trigger.lag_threshold for trigger in values.triggers)
    return float((np.isin(found.replicas, numbers) & (found.lag >= needed)).sum() * found.step)
