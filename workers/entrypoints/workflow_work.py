"""What `poon workflows` does, apart from options and printing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from uuid import UUID

from contracts.commands.workflows import SteerWorkflow, WorkflowAction
from workers.bootstrap.clients import Addressed, system_clock
from workers.bootstrap.workflows import WorkflowRecords, workflow_records
from workers.config import Settings
from workers.entrypoints.command_input import Sender, addressed
from workers.entrypoints.failures import InputError
from workers.ports.store import StoredEvent
from workers.ports.workflow_histories import Window
from workers.ports.workflows import Phase, WorkflowRun
from workers.workflows.analytics import WorkflowAnalysis, WorkflowFigures
from workers.workflows.handlers import stream_of


async def listed(
    settings: Settings, phases: Collection[Phase], limit: int, tenant: str | None, owner: str | None
) -> Sequence[WorkflowRun]:
    async with workflow_records(settings) as records:
        return await records.board.find(phases, limit, tenant, owner)


async def shown(settings: Settings, workflow_id: str) -> tuple[WorkflowRun, Sequence[StoredEvent]]:
    async with workflow_records(settings) as records:
        run = await _one(records, workflow_id)
        return run, await records.events.stream(run.tenant, stream_of(run.id))


async def counted(settings: Settings, window: Window) -> Sequence[WorkflowFigures]:
    """How the workflows of a window fare, folded from their histories."""
    analysis = WorkflowAnalysis(system_clock().now())
    async with workflow_records(settings) as records:
        async for history in records.histories.begun_in(window):
            analysis.add(history)
    return analysis.figures()


async def steering(
    settings: Settings, ids: Sequence[str], action: WorkflowAction, by: str, reason: str
) -> list[Addressed]:
    """The commands that steer these workflows, each in the name of its owner: the order of the owner's others."""
    async with workflow_records(settings) as records:
        runs = [await _one(records, one) for one in dict.fromkeys(ids)]
    return [
        replace(
            addressed(
                SteerWorkflow.type,
                {"workflow_id": str(run.id), "action": action.value, "by": by, "reason": reason},
                Sender(run.tenant, run.owner),
            ),
            correlation_id=run.correlation_id,
        )
        for run in runs
    ]


async def _one(records: WorkflowRecords, workflow_id: str) -> WorkflowRun:
    try:
        known = UUID(workflow_id)
    except ValueError:
        raise InputError(f"{workflow_id!r} is no workflow's id") from None
    run = await records.board.get(known)
    if run is None:
        raise InputError(f"there is no workflow {known}")
    return run
