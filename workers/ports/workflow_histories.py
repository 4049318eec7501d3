"""Histories of many workflows, as statistics read them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from workers.ports.store import StoredEvent


class Window(NamedTuple):
    """Which workflows are meant; what is left out restricts nothing.

    Attributes:
        since: those that began then or later, with a zone.
        until: those that began before, with a zone.
        workflow: of this kind.
        tenant: of this tenant.
    """

    since: datetime | None = None
    until: datetime | None = None
    workflow: str | None = None
    tenant: str | None = None


class WorkflowHistories(Protocol):
    """Reads workflows by the time they began."""

    def begun_in(self, window: Window, page: int = 200) -> AsyncIterator[Sequence[StoredEvent]]:
        """The events of each workflow of a window by version, those that began first first.

        The commands it sent, which may be large, are left out. A workflow that begins or goes on meanwhile is given as
        it was found, none twice.

        Args:
            window: which ones.
            page: how many are read, and in memory, at a time.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        ...
