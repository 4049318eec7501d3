"""One contender, one backlog, one measurement: watched from outside, so nobody has to help and nobody can cheat."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from tests.bench.accounting import cpu_by_group, peak_mib
from tests.services.processes import ServiceProcess

WORKER: Final = "worker"
WARM: Final = 0.1
"""The share of the messages that is not measured: imports, connections, the first plans and compilations."""
_LOOK_AFTER: Final = 0.01
_LONGEST_PAUSE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Sample:
    """How far a contender was at a moment, and what had been spent until then.

    Attributes:
        seconds: on the monotonic clock.
        done: outcomes published.
        cpu: CPU seconds by group of processes.
    """

    seconds: float
    done: int
    cpu: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """What one round showed.

    Attributes:
        contender: its name.
        number: the round, from 1.
        messages: measured ones, after warming up.
        seconds: that they took, until rows, outcomes and offsets were complete.
        cpu_microseconds: per message, by group of processes.
        worker_peak_mib: resident memory of the contender's processes.
        problems: why the round does not count; none if it does.
    """

    contender: str
    number: int
    messages: int
    seconds: float
    cpu_microseconds: Mapping[str, float]
    worker_peak_mib: float
    problems: tuple[str, ...] = ()

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.messages / self.seconds


class Observer:
    """Samples a contender until it is done.

    Args:
        done: how many outcomes are published.
        settled: whether offsets, or whatever a queue has in their place, are complete as well.
        monotonic: seconds.
        warm: the share of the messages that is not measured; none for a contender that is warm already.
    """

    def __init__(
        self,
        process: ServiceProcess,
        services: Mapping[str, tuple[int, ...]],
        done: Callable[[], int],
        settled: Callable[[], bool],
        monotonic: Callable[[], float] = time.monotonic,
        *,
        warm: float = WARM,
    ) -> None:
        self._process = process
        self._groups = {WORKER: (process.pid,), **services}
        self._done = done
        self._settled = settled
        self._warm = warm
        self._first: Sample | None = None
        self._last: Sample | None = None
        self._monotonic = monotonic
        self._begun = self._looked = monotonic()

    def finished(self, messages: int) -> bool:
        """Look once; whether all is done. To be called again and again.

        Raises:
            RuntimeError: the contender's process has ended.
        """
        self._process.ensure_running()
        if not self._is_due(self._monotonic()):
            return False
        done = self._done()
        if self._first is None and done >= messages * self._warm:
            self._first = self._sample(done)
        if done < messages or not self._settled():
            return False
        self._last = self._sample(done)
        return True

    def measurement(self, contender: str, number: int) -> Measurement:
        """What was measured between warming up and the end."""
        if self._first is None or self._last is None:
            raise RuntimeError("nothing was measured yet")
        messages = self._last.done - self._first.done
        if messages <= 0:
            raise RuntimeError(f"{contender} was done before it could be measured: give it more messages")
        used = {name: self._last.cpu[name] - before for name, before in self._first.cpu.items()}
        return Measurement(
            contender=contender,
            number=number,
            messages=messages,
            seconds=self._last.seconds - self._first.seconds,
            cpu_microseconds={name: seconds / messages * 1e6 for name, seconds in used.items()},
            worker_peak_mib=peak_mib((self._process.pid,)),
        )

    def _is_due(self, now: float) -> bool:
        """Looking costs the broker CPU, which would count as the contender's: the longer it takes, the rarer."""
        if now - self._looked < min(_LOOK_AFTER * (now - self._begun), _LONGEST_PAUSE):
            return False
        self._looked = now
        return True

    def _sample(self, done: int) -> Sample:
        return Sample(self._monotonic(), done, cpu_by_group(self._groups))
