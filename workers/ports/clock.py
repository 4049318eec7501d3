"""Time and identity, which the inside never takes from the machine by itself."""

from datetime import datetime
from typing import Protocol
from uuid import UUID


class Clock(Protocol):
    """The time, and waiting for it."""

    def now(self) -> datetime:
        """The wall-clock time in UTC, with its zone."""
        ...

    def monotonic(self) -> float:
        """Seconds from an arbitrary start that never run backwards."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait; may be cancelled."""
        ...


class IdFactory(Protocol):
    """Makes ids."""

    def new(self) -> UUID:
        """A new time-ordered id (UUIDv7)."""
        ...
