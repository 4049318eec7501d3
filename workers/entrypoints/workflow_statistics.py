"""Says how workflows fare, for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from rich.table import Table

from workers.entrypoints.lags import seconds_text
from workers.entrypoints.output import table
from workers.ports.workflows import Phase
from workers.workflows.analytics import Durations, StepFigures, WorkflowFigures

_WORKFLOWS: Final = (
    "Workflow",
    "Begun",
    "Completed",
    "Compensated",
    "Going on",
    "Stuck",
    "Ended",
    "Completion",
    "Median",
    "p95",
)
_STEPS: Final = (
    "Workflow",
    "Step",
    "Reached",
    "Done",
    "Dropped",
    "Stuck",
    "Retries",
    "Undone",
    "Median",
    "p95",
    "Why dropped",
)
_TEXTS: Final = frozenset({"Workflow", "Step", "Why dropped"})
_SHORT: Final = 10.0
"""Seconds below which hundredths matter."""


def workflow_table(figures: Sequence[WorkflowFigures]) -> Table:
    """One row a kind of workflow: durations are of those that completed, the age is that of the oldest stuck one."""
    right = [name for name in _WORKFLOWS if name not in _TEXTS]
    return table(_WORKFLOWS, map(_workflow_row, figures), right=right)


def step_table(figures: Sequence[WorkflowFigures]) -> Table:
    """One row a step; beside the dropped stands their share of those that reached it."""
    right = [name for name in _STEPS if name not in _TEXTS]
    return table(_STEPS, _step_rows(figures), right=right)


def figures_json(figures: WorkflowFigures) -> dict[str, Any]:
    """All of it; durations are seconds, shares are of 1."""
    return {
        "workflow": figures.workflow,
        "begun": figures.begun,
        "phases": {phase.value: count for phase, count in figures.phases.items()},
        "aborted": figures.aborted,
        "ended_rate": figures.ended_rate,
        "completion_rate": figures.completion_rate,
        "completed_seconds": figures.completed._asdict(),
        "compensated_seconds": figures.compensated._asdict(),
        "stuck_seconds": figures.stuck._asdict(),
        "steps": [_step_json(step) for step in figures.steps],
    }


def _step_json(step: StepFigures) -> dict[str, Any]:
    values = step._asdict()
    return {
        **values,
        "drop_off": step.drop_off,
        "duration": step.duration._asdict(),
        "undo_duration": step.undo_duration._asdict(),
    }


def _workflow_row(figures: WorkflowFigures) -> tuple[str, ...]:
    phases = figures.phases
    return (
        figures.workflow,
        str(figures.begun),
        str(phases[Phase.COMPLETED]),
        str(phases[Phase.COMPENSATED]),
        str(phases[Phase.RUNNING] + phases[Phase.COMPENSATING]),
        _with(phases[Phase.STUCK], _time(figures.stuck.longest)),
        _share(figures.ended_rate),
        _share(figures.completion_rate),
        *_middle(figures.completed),
    )


def _step_rows(figures: Sequence[WorkflowFigures]) -> Iterator[tuple[str, ...]]:
    for one in figures:
        for step in one.steps:
            yield (
                one.workflow,
                step.step,
                str(step.reached),
                str(step.done),
                _with(step.dropped, _share(step.drop_off)),
                str(step.stuck),
                str(step.retries),
                str(step.undone),
                *_middle(step.duration),
                _counted(step.codes),
            )


def _with(count: int, more: str) -> str:
    return f"{count} ({more})" if count else "0"


def _middle(durations: Durations) -> tuple[str, str]:
    return _time(durations.median), _time(durations.p95)


def _time(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return f"{seconds:.2f} s" if seconds < _SHORT else seconds_text(seconds)


def _share(share: float | None) -> str:
    return "" if share is None else f"{share:.2%}"


def _counted(codes: Mapping[str, int]) -> str:
    ordered = sorted(codes.items(), key=lambda one: (-one[1], one[0]))
    return ", ".join(f"{code} {count}" for code, count in ordered)
