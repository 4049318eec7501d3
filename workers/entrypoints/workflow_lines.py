"""Says where workflows stand and what they have done, for people and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import orjson
from rich.table import Table

from contracts.registry import EVENTS
from workers.entrypoints.output import table
from workers.ports.store import StoredEvent
from workers.ports.workflows import WorkflowRun

_TIME: Final = "%Y-%m-%d %H:%M:%S"
_COLUMNS: Final = ("Id", "Changed at (UTC)", "Workflow", "Phase", "Step", "Code", "Tenant", "Owner")
_HISTORY: Final = ("#", "At (UTC)", "What", "Step", "Details")
_LEFT_OUT: Final = frozenset({"workflow_id", "workflow", "step", "message"})


def runs_table(runs: Sequence[WorkflowRun]) -> Table:
    """One row a workflow."""
    return table(
        _COLUMNS,
        (
            (
                str(run.id),
                run.updated_at.strftime(_TIME),
                run.workflow,
                run.phase.value,
                run.step or "",
                run.code or "",
                run.tenant,
                run.owner,
            )
            for run in runs
        ),
    )


def run_json(run: WorkflowRun) -> dict[str, Any]:
    """Where it stands."""
    return run._asdict()


def history_table(rows: Sequence[StoredEvent]) -> Table:
    """One row an event or a command; of a command, which may be personal, no more than its id."""
    return table(_HISTORY, map(_row, rows), right=("#",))


def history_json(rows: Sequence[StoredEvent]) -> list[dict[str, Any]]:
    """The history, likewise."""
    return [
        {
            "version": row.version,
            "at": row.occurred_at,
            "id": row.id,
            "type": row.type,
            "causation_id": row.causation_id,
            "data": orjson.loads(row.data) if row.type in EVENTS else None,
        }
        for row in rows
    ]


def _row(row: StoredEvent) -> tuple[str, ...]:
    said: dict[str, Any] = orjson.loads(row.data) if row.type in EVENTS else {"sent as": str(row.id)}
    details = "  ".join(f"{name}: {value}" for name, value in said.items() if name not in _LEFT_OUT)
    return (
        str(row.version),
        row.occurred_at.strftime(_TIME),
        row.type.removeprefix("poon.").rpartition(".")[0],
        str(said.get("step", "")),
        details,
    )
