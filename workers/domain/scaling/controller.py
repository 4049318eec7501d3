"""KEDA and the autoscaler together: who looks when, and what becomes of the number of replicas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from workers.domain.scaling import hpa, keda
from workers.domain.scaling.hpa import HpaState, Metric
from workers.domain.scaling.keda import LagReading
from workers.domain.scaling.values import ScalingValues


@dataclass(frozen=True, slots=True)
class ControllerState:
    """What both remember, in seconds of one clock.

    Attributes:
        next_poll: when KEDA looks next whether the fleet has to wake or may sleep.
        next_sync: when the autoscaler looks next.
        active_at: when a trigger was last seen active; None where it never was.
    """

    next_poll: float = 0.0
    next_sync: float = 0.0
    active_at: float | None = None
    hpa: HpaState = field(default_factory=HpaState)

    @property
    def next_look(self) -> float:
        """When the lag has to be read next."""
        return min(self.next_poll, self.next_sync)


def poll(
    values: ScalingValues, state: ControllerState, now: float, current: int, readings: Sequence[LagReading]
) -> tuple[int, ControllerState]:
    """KEDA's own look, which only wakes the fleet and puts it to sleep.

    Args:
        values: the scaling values.
        state: what the look before returned.
        now: seconds.
        current: replicas there are.
        readings: one a trigger.

    Returns:
        How many replicas there shall be, and the state for the next look.
    """
    state = replace(state, next_poll=now + values.polling_interval)
    pairs = zip(values.triggers, readings, strict=True)
    if any(keda.is_active(trigger, reading) for trigger, reading in pairs):
        is_asleep = current in (0, values.idle_replica_count)
        return (values.least_awake if is_asleep else current), replace(state, active_at=now)
    asleep = _asleep(values)
    if current < asleep:
        return asleep, state
    cools = state.active_at is not None and now - state.active_at <= values.cooldown_period
    sleeps = asleep < values.least_awake and not cools
    return (min(current, asleep) if sleeps else current), state


def sync(
    values: ScalingValues, state: ControllerState, now: float, current: int, readings: Sequence[LagReading]
) -> tuple[int, ControllerState]:
    """The autoscaler's look; arguments and result as `poll` has them."""
    state = replace(state, next_sync=now + values.sync_period_seconds)
    if current == values.idle_replica_count:
        return current, state
    metrics = [
        Metric(keda.metric(trigger, reading), trigger.lag_threshold)
        for trigger, reading in zip(values.triggers, readings, strict=True)
    ]
    decided, remembered = hpa.sync(values, state.hpa, now, current, metrics)
    return decided, replace(state, hpa=remembered)


def skipped(values: ScalingValues, state: ControllerState, now: float) -> ControllerState:
    """The state after a look that could not read the lag: nothing is decided, the next look comes in its time."""
    poll_at = now + values.polling_interval if now >= state.next_poll else state.next_poll
    sync_at = now + values.sync_period_seconds if now >= state.next_sync else state.next_sync
    return replace(state, next_poll=poll_at, next_sync=sync_at)


def _asleep(values: ScalingValues) -> int:
    return values.min_replica_count if values.idle_replica_count is None else values.idle_replica_count
