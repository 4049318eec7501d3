"""Following the outcome topics from outside the fleet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from contracts.base import Event
from contracts.envelope import Envelope
from workers.ports.messages import Partition


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A record of an outcome topic.

    Attributes:
        envelope: None where the headers cannot be read.
        event: None where the payload cannot be read or its type is not known to this version.
        problem: why one of them is None.
    """

    partition: Partition
    offset: int
    timestamp: datetime
    envelope: Envelope | None
    event: Event | None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class FromBeginning:
    """Read everything the broker still has."""


@dataclass(frozen=True, slots=True)
class FromEnd:
    """Read what is published after `start` returned."""


@dataclass(frozen=True, slots=True)
class FromTime:
    """Read what was published at or after a moment."""

    moment: datetime


StartAt = FromBeginning | FromEnd | FromTime


class OutcomeReader(Protocol):
    """Follows outcome topics without belonging to a consumer group: readers never take anything from each other."""

    async def start(self) -> None:
        """Connect and take position. Nothing published after this returned is missed.

        Raises:
            UnavailableError: the broker cannot be reached or a topic is missing.
        """
        ...

    async def read(self, timeout_seconds: float) -> Sequence[Outcome]:
        """The next outcomes, in order per partition; none when nothing came in time.

        Raises:
            UnavailableError: the broker cannot be reached.
        """
        ...

    async def stop(self) -> None:
        """Disconnect."""
        ...
