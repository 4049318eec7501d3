"""Proposes scaling values that meet a target on a trace, at the least cost."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from workers.domain.scaling.values import ScalingValues
from workers.entrypoints.scaling.simulation import FleetModel, simulate
from workers.entrypoints.scaling.summary import Summary, behind_at, summarize
from workers.entrypoints.scaling.traces import Trace

_THRESHOLDS: Final = (1.0, 0.5, 0.2, 0.1, 0.05, 0.02)
"""`lagThreshold` as shares of what one worker handles within the target."""
_DOWN_WINDOWS: Final = (120, 300, 900)


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be reached.

    Attributes:
        seconds: a message may wait and be worked on.
        share: of the messages that have to be done within.
    """

    seconds: float
    share: float = 0.99


@dataclass(frozen=True, slots=True)
class Proposal:
    """The values found.

    Attributes:
        target: what they were looked for.
        reached: seconds behind that the target's share of the messages were handled within.
        is_met: whether that is the target, with nothing left of a peak at the end.
        tried: how many values were played.
    """

    target: Target
    values: ScalingValues
    summary: Summary
    reached: float
    is_met: bool
    tried: int


def propose(base: ScalingValues, model: FleetModel, trace: Trace, target: Target) -> Proposal:
    """Play the trace with many values and take the cheapest that meet the target, else those that come nearest.

    Args:
        base: where everything comes from that is not searched: looks, cooldown, the cluster's tolerance.
        model: the fleet.
        trace: of arrivals.
        target: what is to be reached.
    """
    found = [_played(values, model, trace, target) for values in candidates(base, model, trace, target)]
    met = [each for each in found if each.is_met]
    if met:
        best = min(met, key=lambda each: (each.summary.replica_hours, each.summary.reversals))
    else:
        best = min(found, key=lambda each: (each.reached, each.summary.replica_hours))
    return Proposal(target, best.values, best.summary, best.reached, best.is_met, len(found))


def candidates(base: ScalingValues, model: FleetModel, trace: Trace, target: Target) -> Iterator[ScalingValues]:
    """What is worth trying: with idle consumers allowed and the partitions as most, which cures KEDA's two defects."""
    most = model.partitions
    for least in _leasts(model, trace):
        for share in _THRESHOLDS:
            threshold = max(1, math.floor(model.pod_rate * target.seconds * share))
            trigger = {"lagThreshold": threshold, "allowIdleConsumers": True}
            for window in _DOWN_WINDOWS:
                behavior = {"scaleDown": {"stabilizationWindowSeconds": window}}
                yield ScalingValues.model_validate(
                    {
                        **base.model_dump(by_alias=True, exclude={"triggers", "advanced", "idle_replica_count"}),
                        "minReplicaCount": least,
                        "maxReplicaCount": most,
                        "triggers": [trigger],
                        "advanced": {"horizontalPodAutoscalerConfig": {"behavior": behavior}},
                    }
                )


def _leasts(model: FleetModel, trace: Trace) -> list[int]:
    """One, what the average needs, and what the peak needs."""
    rates = (float(trace.arrivals.mean()), float(trace.arrivals.max()))
    return sorted({1, *(min(model.partitions, max(1, math.ceil(rate / model.pod_rate))) for rate in rates)})


def _played(values: ScalingValues, model: FleetModel, trace: Trace, target: Target) -> Proposal:
    outcome = simulate(values, model, trace)
    reached = behind_at(outcome, target.share)
    is_met = reached <= target.seconds and float(outcome.behind[-1]) <= target.seconds
    return Proposal(target, values, summarize(outcome, values, model.partitions), reached, is_met, 1)
