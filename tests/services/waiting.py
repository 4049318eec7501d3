"""Waiting for a condition, bounded. The only place in the tests that sleeps."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

_PAUSE_SECONDS: Final = 0.02


class StillWaitingError(AssertionError):
    """The condition did not come true in time."""


def wait_until(condition: Callable[[], object], what: str, *, timeout: float = 30.0) -> None:
    """Return as soon as the condition is true."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            raise StillWaitingError(f"after {timeout:g} s still waiting for {what}")
        time.sleep(_PAUSE_SECONDS)


async def eventually(
    condition: Callable[[], object | Awaitable[object]],
    what: str,
    *,
    seconds: float = 30.0,
) -> None:
    """Return as soon as the condition, which may be a coroutine function, is true."""
    deadline = time.monotonic() + seconds
    while not await _evaluate(condition):
        if time.monotonic() > deadline:
            raise StillWaitingError(f"after {seconds:g} s still waiting for {what}")
        await asyncio.sleep(_PAUSE_SECONDS)


async def _evaluate(condition: Callable[[], object | Awaitable[object]]) -> object:
    result = condition()
    return await result if isinstance(result, Awaitable) else result
