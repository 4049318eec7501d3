"""`TimerStore` and `WorkflowBoard` on both databases, and what the decision store writes beside events."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, and_, delete, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.database.engine import Database
from adapters.database.failures import UnstorableRowError
from adapters.database.rows import refuse_nul
from adapters.database.sqlite import chunks
from adapters.database.tables import workflow_runs, workflow_timers
from workers.ports.workflows import Phase, WorkflowRun, WorkflowTimer, WorkflowUpdate

_RUNS: Final = workflow_runs.c
_TIMERS: Final = workflow_timers.c


async def write_workflows(connection: AsyncConnection, updates: Sequence[WorkflowUpdate]) -> None:
    """Write in the connection's transaction, beside the events: those have settled who may change a workflow."""
    for chunk in chunks(sorted(updates, key=lambda update: update.run.id)):
        await connection.execute(delete(workflow_runs).where(_RUNS.id.in_([update.run.id for update in chunk])))
        await connection.execute(workflow_runs.insert(), [_run_values(update.run) for update in chunk])
        changed = [(update.run.id, change.step) for update in chunk for change in update.timers]
        if changed:
            await connection.execute(
                delete(workflow_timers).where(tuple_(_TIMERS.workflow_id, _TIMERS.step).in_(changed))
            )
        timers = [change.timer for update in chunk for change in update.timers if change.timer is not None]
        if timers:
            await connection.execute(workflow_timers.insert(), [_timer_values(timer) for timer in timers])


class SqlTimerStore:
    """`TimerStore` on PostgreSQL or SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self, shards: Collection[int], until: datetime, limit: int) -> Sequence[WorkflowTimer]:
        wanted = select(workflow_timers).where(_TIMERS.shard.in_(list(shards)), _TIMERS.due_at <= until)
        wanted = wanted.order_by(_TIMERS.due_at, _TIMERS.workflow_id, _TIMERS.step).limit(limit)
        async with self._database.connection() as connection:
            return [WorkflowTimer(**row) for row in (await connection.execute(wanted)).mappings()]

    async def next_due(self, shards: Collection[int]) -> datetime | None:
        wanted = select(_TIMERS.due_at).where(_TIMERS.shard.in_(list(shards))).order_by(_TIMERS.due_at).limit(1)
        async with self._database.connection() as connection:
            found: datetime | None = (await connection.execute(wanted)).scalar()
            return found

    async def remove(self, timers: Sequence[WorkflowTimer]) -> None:
        if not timers:
            return
        mine = [
            and_(_TIMERS.workflow_id == timer.workflow_id, _TIMERS.step == timer.step, _TIMERS.token == timer.token)
            for timer in sorted(timers, key=lambda timer: (timer.workflow_id, timer.step))
        ]
        async with self._database.connection(writes=True) as connection:
            for chunk in chunks(mine):
                await connection.execute(delete(workflow_timers).where(or_(*chunk)))
            await connection.commit()


class SqlWorkflowBoard:
    """`WorkflowBoard` on PostgreSQL or SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(
        self, phases: Collection[Phase], limit: int, tenant: str | None = None, owner: str | None = None
    ) -> Sequence[WorkflowRun]:
        wanted = select(workflow_runs).where(_RUNS.phase.in_([phase.value for phase in phases]))
        if tenant is not None:
            wanted = wanted.where(_RUNS.tenant == tenant)
        if owner is not None:
            wanted = wanted.where(_RUNS.owner == owner)
        return await self._runs(wanted.order_by(_RUNS.updated_at.desc(), _RUNS.id).limit(limit))

    async def get(self, workflow_id: UUID) -> WorkflowRun | None:
        found = await self._runs(select(workflow_runs).where(_RUNS.id == workflow_id))
        return found[0] if found else None

    async def _runs(self, wanted: Select[Any]) -> Sequence[WorkflowRun]:
        try:
            async with self._database.connection() as connection:
                rows = (await connection.execute(wanted)).mappings()
                return [WorkflowRun(**{**row, "phase": Phase(row["phase"])}) for row in rows]
        except UnstorableRowError:  # a name the database cannot hold was never stored
            return ()


def _run_values(run: WorkflowRun) -> dict[str, Any]:
    values = {**run._asdict(), "phase": run.phase.value}
    refuse_nul(values.values())
    return values


def _timer_values(timer: WorkflowTimer) -> dict[str, Any]:
    values = timer._asdict()
    refuse_nul(values.values())
    return values
