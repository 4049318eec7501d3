"""`WorkflowHistories` on both databases: a page of workflows by the time they began, then their streams."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, Select, select, tuple_

from adapters.database.engine import Database
from adapters.database.failures import UnstorableRowError
from adapters.database.rows import EVENT_COLUMNS, EVENT_ORDER, event_of
from adapters.database.seals import readable
from adapters.database.tables import events, workflow_runs
from contracts.registry import COMMANDS
from workers.ports.store import StoredEvent
from workers.ports.workflow_histories import Window

_RUNS: Final = workflow_runs.c
_BY_BEGINNING: Final = (_RUNS.started_at, _RUNS.id)
_STREAM: Final = attrgetter("tenant", "stream")


class SqlWorkflowHistories:
    """`WorkflowHistories` on PostgreSQL or SQLite.

    Args:
        database: the database.
        stream_of: names a workflow's stream.
    """

    def __init__(self, database: Database, stream_of: Callable[[UUID], str]) -> None:
        self._database = database
        self._stream_of = stream_of

    async def begun_in(self, window: Window, page: int = 200) -> AsyncIterator[Sequence[StoredEvent]]:
        wanted = _restricted(select(_RUNS.tenant, *_BY_BEGINNING), window).order_by(*_BY_BEGINNING).limit(page)
        runs = await self._rows(wanted)
        while runs:
            for history in await self._histories([(run.tenant, self._stream_of(run.id)) for run in runs]):
                yield history
            # When it began and its id never change, so none is met twice or passed over, whatever goes on meanwhile.
            runs = await self._rows(wanted.where(tuple_(*_BY_BEGINNING) > (runs[-1].started_at, runs[-1].id)))

    async def _histories(self, streams: Sequence[tuple[str, str]]) -> Iterator[Sequence[StoredEvent]]:
        wanted = select(*EVENT_COLUMNS).where(
            tuple_(events.c.tenant, events.c.stream).in_(streams), events.c.type.not_in(list(COMMANDS))
        )
        stored = [event_of(row) for row in await self._rows(wanted.order_by(*EVENT_ORDER))]
        found = readable(await self._database.seals.open_events(stored))
        by_stream = {key: tuple(rows) for key, rows in groupby(found, key=_STREAM)}
        return (by_stream[stream] for stream in streams if stream in by_stream)

    async def _rows(self, wanted: Select[Any]) -> Sequence[Row[Any]]:
        try:
            async with self._database.connection() as connection:
                return list(await connection.execute(wanted))
        except UnstorableRowError:  # a name the database cannot hold was never stored
            return ()


def _restricted(wanted: Select[Any], window: Window) -> Select[Any]:
    if window.since is not None:
        wanted = wanted.where(_RUNS.started_at >= window.since)
    if window.until is not None:
        wanted = wanted.where(_RUNS.started_at < window.until)
    if window.workflow is not None:
        wanted = wanted.where(_RUNS.workflow == window.workflow)
    return wanted if window.tenant is None else wanted.where(_RUNS.tenant == window.tenant)
