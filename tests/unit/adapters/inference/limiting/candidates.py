"""The algorithms that were considered and left, as their authors describe them: the chosen one is measured by them."""

from __future__ import annotations

import math

from adapters.inference.limiting.measuring import Call, Ending

MAXIMUM = 200


class Aimd:
    """TCP's: one more for each round that went well, a tenth fewer for a failure. Latency is not looked at."""

    def __init__(self) -> None:
        self._limit = 4.0

    @property
    def limit(self) -> int:
        return int(self._limit)

    def observe(self, call: Call) -> None:
        if call.ending is Ending.FAILED:
            self._limit = max(1.0, self._limit * 0.9)
        else:
            self._limit = min(MAXIMUM, self._limit + 1 / self._limit)


class Vegas:
    """TCP Vegas: the queue is estimated from the shortest latency ever seen."""

    def __init__(self) -> None:
        self._limit = 4.0
        self._shortest = math.inf

    @property
    def limit(self) -> int:
        return int(self._limit)

    def observe(self, call: Call) -> None:
        if call.ending is Ending.FAILED:
            self._limit = max(1.0, self._limit - 1)
            return
        seconds = call.ended - call.started
        self._shortest = min(self._shortest, seconds)
        queue = self._limit * (1 - self._shortest / seconds)
        if queue < max(2, self._limit / 10):
            self._limit = min(MAXIMUM, self._limit + 1)
        elif queue > max(4, self._limit / 5):
            self._limit = max(1.0, self._limit - 1)


class Gradient2:
    """Netflix's: the average of a window against that of the long past, a tolerance, and a queue of sqrt(limit)."""

    def __init__(self) -> None:
        self._limit = 4.0
        self._long: float | None = None
        self._window: list[float] = []

    @property
    def limit(self) -> int:
        return int(self._limit)

    def observe(self, call: Call) -> None:
        if call.ending is Ending.FAILED:
            return
        self._window.append(call.ended - call.started)
        if len(self._window) < max(10, self.limit):
            return
        short = sum(self._window) / len(self._window)
        self._window.clear()
        self._long = short if self._long is None else self._long + (short - self._long) / 60
        if self._long > 2 * short:
            self._long *= 0.9
        gradient = max(0.5, min(1.0, 1.5 * self._long / short))
        aim = self._limit * gradient + math.sqrt(self._limit)
        self._limit = max(1.0, min(MAXIMUM, 0.8 * self._limit + 0.2 * aim))
