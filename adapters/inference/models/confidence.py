"""How sure a field is when rules and a model have both judged it. Pure.

A model's own word on how sure it is counts for nothing. What counts: how often its fields are right (its *trust*, a
setting, to be measured on one's own data), whether its evidence stands in the text, and whether the rules, which judge
by other means, say the same. Two independent judges who agree are surer than each; of two who disagree the surer one is
believed, less than before.
"""

from __future__ import annotations

from typing import Final, TypeVar

from contracts.readings import Read
from contracts.values import Confidence

T = TypeVar("T")

SUREST: Final = 0.99
"""Two judges together are no surer than this, unless one of them is by itself."""

LEAST: Final = 0.01


def agreeing(first: float, second: float) -> float:
    """How sure something is that both judges say: never less than either is, for two seldom err in the same words."""
    one, other = _bounded(first), _bounded(second)
    both_right, both_wrong = one * other, (1 - one) * (1 - other)
    return max(first, second, _bounded(both_right / (both_right + both_wrong)))


def disputed(mine: float, other: float) -> float:
    """How sure one judge's word is when the other one says something else, and both may be wrong."""
    mine, other = _bounded(mine), _bounded(other)
    only_mine, only_other, neither = mine * (1 - other), other * (1 - mine), (1 - mine) * (1 - other)
    return _bounded(only_mine / (only_mine + only_other + neither))


def settle(rules: Read[T] | None, model: Read[T] | None, *, same: bool) -> Read[T] | None:
    """The field as both together see it.

    Args:
        rules: what the rules read; without evidence they have only assumed it, and say nothing against the model.
        model: what the model read.
        same: whether the two values mean the same; the rules' spelling is kept then.
    """
    if model is None or rules is None:
        return rules or model
    if same:
        sure = agreeing(rules.confidence.value, model.confidence.value)
        return _with(rules if rules.evidence is not None else model, sure)
    if rules.evidence is None:
        return model
    if rules.confidence.value >= model.confidence.value:
        return _with(rules, disputed(rules.confidence.value, model.confidence.value))
    return _with(model, disputed(model.confidence.value, rules.confidence.value))


def doubted(rules: Read[T], sure: float) -> Read[T]:
    """The field as the rules read it, where the model says that there is none."""
    return _with(rules, disputed(rules.confidence.value, sure))


def trusted(trust: float, certainty: float | None) -> float:
    """How sure a model's field is by itself: its trust, less where its own words were improbable to it."""
    return _bounded(trust if certainty is None else trust * certainty)


def _with(read: Read[T], sure: float) -> Read[T]:
    return read.model_copy(update={"confidence": Confidence(round(sure, 3))})


def _bounded(value: float) -> float:
    return min(SUREST, max(LEAST, value))
