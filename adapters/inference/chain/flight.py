"""Single flight: who asks the very same thing at the same time shares one call."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """Lets the first of those who ask for a key do the work, and gives the others what came of it."""

    def __init__(self) -> None:
        self._flights: dict[str, asyncio.Future[T | None]] = {}

    async def share(self, key: str, work: Callable[[], Awaitable[T]]) -> tuple[T, bool]:
        """What the work gave, and whether somebody else did it.

        Somebody who gives up while others wait for him leaves the work to one of them.

        Raises:
            Exception: whatever the work raised, for all who share it.
        """
        while (flight := self._flights.get(key)) is not None:
            result = await asyncio.shield(flight)
            if result is not None:
                return result, True
        return await self._lead(key, work), False

    async def _lead(self, key: str, work: Callable[[], Awaitable[T]]) -> T:
        flight: asyncio.Future[T | None] = asyncio.get_running_loop().create_future()
        self._flights[key] = flight
        try:
            result = await work()
        except Exception as error:
            flight.set_exception(error)
            flight.exception()  # nobody may have waited for it
            raise
        else:
            flight.set_result(result)
            return result
        finally:
            del self._flights[key]
            if not flight.done():
                flight.set_result(None)
