"""What the topic of outcomes tells: when each was there, by the broker's clock, and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from tests.bench.topics import Topic, header

BROKERS_CLOCK: Final = {"message.timestamp.type": "LogAppendTime"}
"""Settings of a topic whose records carry the moment the broker wrote them."""

STEADY: Final = (0.2, 0.8)
"""The part of a backlog that is measured. Before it lanes fill up; after it the last long calls are waited for."""


class Outcome(NamedTuple):
    """An outcome on its topic.

    Attributes:
        seconds: when the broker wrote it, since the epoch.
    """

    causation_id: str
    key: str
    partition: int
    seconds: float


def read_outcomes(topic: Topic, start: Mapping[int, int], end: Mapping[int, int]) -> list[Outcome]:
    """The outcomes from one set of ends to another, those of a partition in its order."""
    return [
        Outcome(
            header(message, "ce_causationid"),
            (message.key() or b"").decode(),
            message.partition() or 0,
            message.timestamp()[1] / 1000,
        )
        for message in topic.read(start, end)
    ]


def order_violations(outcomes: Iterable[Outcome], numbers: Mapping[str, int]) -> int:
    """How many outcomes were published after one of a later command of their key; repetitions do not count.

    Args:
        outcomes: those of a partition in its order.
        numbers: each command's place in the order they were sent, by its id.
    """
    latest: dict[str, int] = {}
    seen: set[str] = set()
    wrong = 0
    for outcome in outcomes:
        number = numbers.get(outcome.causation_id)
        if number is None or outcome.causation_id in seen:
            continue
        seen.add(outcome.causation_id)
        wrong += number < latest.get(outcome.key, -1)
        latest[outcome.key] = max(number, latest.get(outcome.key, -1))
    return wrong


class Middle(NamedTuple):
    """The steady part of a run.

    Attributes:
        rate: outcomes a second.
        in_flight: calls under way at a time, on average.
    """

    rate: float
    in_flight: float


def middle(outcomes: Sequence[Outcome], calls: Mapping[str, float], shares: tuple[float, float] = STEADY) -> Middle:
    """What happened between two shares of the outcomes.

    Args:
        outcomes: all of a run, in any order.
        calls: how long each command's call took, seconds by its id.
        shares: of the outcomes, where the middle begins and ends.

    Raises:
        ValueError: too little happened for a rate.
    """
    ordered = sorted(outcomes, key=lambda outcome: outcome.seconds)
    first, last = (int(share * len(ordered)) for share in shares)
    measured = ordered[first:last]
    took = measured[-1].seconds - measured[0].seconds if measured else 0.0
    if took <= 0:
        raise ValueError(f"{len(ordered)} outcomes are too few for a rate")
    # The first one's moment begins the time, so what it took lies before.
    return Middle((len(measured) - 1) / took, sum(calls[each.causation_id] for each in measured[1:]) / took)
