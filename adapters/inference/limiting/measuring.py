"""What calls at a backend tell of it: how long they take, how sure that is, and how many fail. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple

_SHORTEST: Final = 1e-6


class Ending(Enum):
    """How a call ended."""

    ANSWERED = "answered"
    FAILED = "failed"
    REFUSED = "refused"
    """The input was wrong: says nothing of the backend."""
    ABANDONED = "abandoned"
    """The caller gave up, for a reason of its own or because it took too long."""


class Call(NamedTuple):
    """One call that has ended.

    Attributes:
        started: when the backend was asked, seconds of a monotonic clock.
        ended: when the call ended.
        load: the calls that were under way when it started, itself included.
    """

    started: float
    ended: float
    load: int
    ending: Ending

    @property
    def log_seconds(self) -> float:
        """The logarithm of how long it took. Latencies spread by factors, so this is what averages well."""
        return math.log(max(self.ended - self.started, _SHORTEST))


@dataclass(frozen=True, slots=True)
class Finding:
    """What a measurement found.

    Attributes:
        latency: mean logarithm of the seconds an answer took; None when there was no answer.
        doubt: standard error of that mean.
        failed: share of the calls that failed.
        load: the most calls that were under way.
    """

    latency: float | None
    doubt: float
    failed: float
    load: int


class Measurement:
    """Gathers calls (Welford's method for mean and variance)."""

    def __init__(self) -> None:
        self.answered = 0
        self.failed = 0
        self._load = 0
        self._mean = 0.0
        self._squares = 0.0

    @property
    def calls(self) -> int:
        return self.answered + self.failed

    @property
    def latency(self) -> float:
        return self._mean

    @property
    def doubt(self) -> float:
        if self.answered <= 1:
            return math.inf
        return math.sqrt(self._squares / (self.answered - 1) / self.answered)

    def add(self, call: Call) -> None:
        self._load = max(self._load, call.load)
        if call.ending is not Ending.ANSWERED:
            self.failed += 1
            return
        self.answered += 1
        off = call.log_seconds - self._mean
        self._mean += off / self.answered
        self._squares += off * (call.log_seconds - self._mean)

    def finding(self) -> Finding:
        latency = self._mean if self.answered else None
        return Finding(latency, self.doubt, self.failed / self.calls, self._load)
