"""The horizontal autoscaler of Kubernetes: from reported metrics to replicas, as `horizontal.go` decides."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from workers.domain.scaling.values import DEFAULT_DOWN_WINDOW, DOWN_POLICIES, UP_POLICIES, Policy, Rules, ScalingValues

_LONGEST_PERIOD: Final = 1800
_LEAST_STEP: Final = 4
"""Without a behaviour, replicas may double in a sync, and always rise to this many."""


@dataclass(frozen=True, slots=True)
class Noted:
    """A number and when it was so, in seconds: replicas recommended, or replicas added or taken away."""

    at: float
    replicas: int


@dataclass(frozen=True, slots=True)
class HpaState:
    """What the autoscaler remembers: recommendations before stabilising, and its changes in both directions."""

    recommended: tuple[Noted, ...] = ()
    added: tuple[Noted, ...] = ()
    removed: tuple[Noted, ...] = ()


@dataclass(frozen=True, slots=True)
class Metric:
    """An external metric with a target per replica (`AverageValue`)."""

    value: float
    target: float


def wanted_replicas(values: ScalingValues, current: int, metric: Metric) -> int:
    """What one metric asks for; the current number while the metric is within the tolerance of it.

    Args:
        values: the scaling values; only their tolerances count here.
        current: replicas there are, at least 1.
        metric: what was reported.
    """
    ratio = metric.value / (metric.target * current)
    behavior = values.behavior
    up = down = values.tolerance
    if behavior is not None:
        up = values.tolerance if behavior.scale_up.tolerance is None else behavior.scale_up.tolerance
        down = values.tolerance if behavior.scale_down.tolerance is None else behavior.scale_down.tolerance
    if 1 - down <= ratio <= 1 + up:
        return current
    return math.ceil(metric.value / metric.target)


def sync(
    values: ScalingValues, state: HpaState, now: float, current: int, metrics: Sequence[Metric]
) -> tuple[int, HpaState]:
    """One turn of the autoscaler.

    Args:
        values: bounds, tolerance and behaviour.
        state: what the turn before returned.
        now: seconds of a clock that never runs backwards.
        current: replicas there are.
        metrics: one a trigger; the one that asks for most decides.

    Returns:
        How many replicas there shall be, and the state for the next turn.
    """
    least, most = values.least_awake, values.max_replica_count
    if current == 0:
        return 0, state  # KEDA alone leaves zero
    if not state.recommended:
        state = replace(state, recommended=(Noted(now, current),))
    if not least <= current <= most:
        return _noting_change(values, state, now, current, min(max(current, least), most))
    wanted = max(wanted_replicas(values, current, metric) for metric in metrics)
    steady = _stabilized(values, state, now, current, wanted)
    state = replace(state, recommended=(*_since(state.recommended, now - _kept_seconds(values)), Noted(now, wanted)))
    return _noting_change(values, state, now, current, _limited(values, state, now, current, steady))


def _kept_seconds(values: ScalingValues) -> float:
    return max(_up_window(values), _down_window(values))


def _up_window(values: ScalingValues) -> int:
    behavior = values.behavior
    return 0 if behavior is None else behavior.scale_up.stabilization_window_seconds or 0


def _down_window(values: ScalingValues) -> int:
    behavior = values.behavior
    window = None if behavior is None else behavior.scale_down.stabilization_window_seconds
    return DEFAULT_DOWN_WINDOW if window is None else window


def _stabilized(values: ScalingValues, state: HpaState, now: float, current: int, wanted: int) -> int:
    """Up to the least, down to the most that was recommended within the direction's window."""
    if values.behavior is None:
        recent = (note.replicas for note in state.recommended if note.at >= now - DEFAULT_DOWN_WINDOW)
        return max(wanted, *recent)
    ups = (note.replicas for note in state.recommended if note.at > now - _up_window(values))
    downs = (note.replicas for note in state.recommended if note.at > now - _down_window(values))
    return min(max(current, min([wanted, *ups])), max([wanted, *downs]))


def _limited(values: ScalingValues, state: HpaState, now: float, current: int, wanted: int) -> int:
    """As far as the policies let it go now, within the bounds."""
    least, most = values.least_awake, values.max_replica_count
    if values.behavior is None:
        return max(least, min(wanted, most, max(2 * current, _LEAST_STEP)))
    if wanted > current:
        return min(wanted, most, max(current, _highest(values.behavior.scale_up, state, now, current)))
    if wanted < current:
        return max(wanted, least, min(current, _lowest(values.behavior.scale_down, state, now, current)))
    return wanted


def _highest(rules: Rules, state: HpaState, now: float, current: int) -> int:
    if rules.select_policy == "Disabled":
        return current
    choose = min if rules.select_policy == "Min" else max
    return choose(_raised(policy, _at_start(policy, state, now, current)) for policy in rules.policies or UP_POLICIES)


def _lowest(rules: Rules, state: HpaState, now: float, current: int) -> int:
    if rules.select_policy == "Disabled":
        return current
    choose = max if rules.select_policy == "Min" else min  # the least change is the highest number
    return choose(
        _lowered(policy, _at_start(policy, state, now, current)) for policy in rules.policies or DOWN_POLICIES
    )


def _at_start(policy: Policy, state: HpaState, now: float, current: int) -> int:
    """Replicas when the policy's period began."""
    begin = now - policy.period_seconds
    return current - _changed(state.added, begin) + _changed(state.removed, begin)


def _changed(notes: Iterable[Noted], since: float) -> int:
    return sum(note.replicas for note in notes if note.at > since)


def _raised(policy: Policy, start: int) -> int:
    return start + policy.value if policy.type == "Pods" else math.ceil(start * (1 + policy.value / 100))


def _lowered(policy: Policy, start: int) -> int:
    return start - policy.value if policy.type == "Pods" else int(start * (1 - policy.value / 100))


def _noting_change(
    values: ScalingValues, state: HpaState, now: float, current: int, decided: int
) -> tuple[int, HpaState]:
    if values.behavior is None or decided == current:
        return decided, state
    change, oldest = Noted(now, abs(decided - current)), now - _LONGEST_PERIOD
    if decided > current:
        return decided, replace(state, added=(*_since(state.added, oldest), change))
    return decided, replace(state, removed=(*_since(state.removed, oldest), change))


def _since(notes: Iterable[Noted], oldest: float) -> tuple[Noted, ...]:
    return tuple(note for note in notes if note.at >= oldest)
