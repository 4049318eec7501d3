"""Calls at a backend, no more at a time than it can take."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from adapters.inference.limiting.algorithm import AdaptiveLimit, LimitBounds
from adapters.inference.limiting.measuring import Call, Ending
from workers.ports.clock import Clock
from workers.ports.errors import BackendBusyError, TransientError, UnavailableError
from workers.ports.status import BackendStatus

T = TypeVar("T")


class ConcurrencyLimiter:
    """Lets calls through to one backend in the order they came, as many at a time as its adaptive limit says.

    Args:
        backend: its name, for people and metrics.
        bounds: what the limit may be.
        patience: the longest a call waits for its turn, seconds. Kept below the time a handler has, so that a command
            that is not even asked about yet does not use up an attempt.
    """

    def __init__(self, backend: str, bounds: LimitBounds, clock: Clock, patience: float) -> None:
        self._backend = backend
        self._limit = AdaptiveLimit(bounds)
        self._clock = clock
        self._patience = patience
        self._in_flight = 0
        self._waiting: deque[asyncio.Future[int]] = deque()

    @property
    def status(self) -> BackendStatus:
        """See `BackendGauge.status`."""
        return BackendStatus(self._backend, self._limit.limit, self._in_flight, len(self._waiting))

    async def call(self, operation: Callable[[], Awaitable[T]]) -> T:
        """Ask the backend once it is this call's turn, and learn from how that ends.

        Raises:
            BackendBusyError: its turn did not come in time; the backend was not asked.
            Exception: whatever the operation raises.
        """
        load = await self._enter()
        started, ending = self._clock.monotonic(), Ending.ABANDONED
        try:
            result = await operation()
            ending = Ending.ANSWERED
        except (TransientError, UnavailableError, TimeoutError):
            ending = Ending.FAILED
            raise
        except Exception:
            ending = Ending.REFUSED
            raise
        finally:
            self._limit.observe(Call(started, self._clock.monotonic(), load, ending))
            self._leave()
        return result

    async def _enter(self) -> int:
        """Wait for a place; how many are taken, this one included."""
        if not self._waiting and self._in_flight < self._limit.limit:
            self._in_flight += 1
            return self._in_flight
        turn: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(self._patience):
                return await turn
        except TimeoutError:
            self._step_back(turn)
            raise BackendBusyError(f"{self._backend}: no turn within {self._patience:g} s") from None
        except asyncio.CancelledError:
            self._step_back(turn)
            raise

    def _step_back(self, turn: asyncio.Future[int]) -> None:
        if turn.done() and not turn.cancelled():  # its turn came in the very moment it gave up: it is the next one's
            self._leave()
        else:
            with suppress(ValueError):  # passed over already
                self._waiting.remove(turn)

    def _leave(self) -> None:
        self._in_flight -= 1
        while self._waiting and self._in_flight < self._limit.limit:
            turn = self._waiting.popleft()
            if not turn.done():  # cancelled, and its caller has not run since
                self._in_flight += 1
                turn.set_result(self._in_flight)
