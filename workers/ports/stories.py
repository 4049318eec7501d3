"""What is stored of a command and of all that followed from it, as somebody reads it who asks what became of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from workers.ports.dead_letters import FiledLetter
from workers.ports.store import Span, StoredEvent


class Kept(NamedTuple):
    """A stored event, and when the database recorded it, UTC."""

    event: StoredEvent
    recorded_at: datetime


class Decided(NamedTuple):
    """Which decisions are looked for: those of any of the handlers, for any of the tenants, on any of the messages.

    Attributes:
        outcomes_only: of each decision only the event that ends the command.
    """

    tenants: Collection[str]
    handlers: Collection[str]
    causes: Collection[str]
    outcomes_only: bool = False


class StoryReader(Protocol):
    """Looks up what is stored, each time by an index: asking is cheap however large the tables are.

    The payloads of commands, which may be images, are left out (empty) unless the reader was made to read them.
    """

    async def events(self, ids: Collection[UUID]) -> Sequence[Kept]:
        """Events, and commands that workflows sent, by their ids, whosever they are.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        ...

    async def decided(self, wanted: Decided) -> Sequence[Kept]:
        """What was decided on messages, by stream and version.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        ...

    async def stream(self, tenant: str, stream: str, span: Span) -> Sequence[Kept]:
        """A part of a stream by version; `span.until` is not looked at.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        ...

    async def beginnings(self, tenants: Collection[str], streams: Collection[str]) -> Sequence[Kept]:
        """The first events of streams of any of these names, of any of the tenants.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        ...

    async def newest_version(self, tenant: str, stream: str) -> int:
        """The version a stream is at; 0 for an unknown one.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        ...

    async def tenants(self, limit: int) -> Sequence[str]:
        """The first tenants by name that have events, one look-up each.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        ...

    async def letters(self, command_ids: Collection[str]) -> Sequence[FiledLetter]:
        """The dead letters of these commands, and those that were redriven as one of them, by time.

        They come with the headers of the record and without what its sender wrote.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        ...
