"""The page of docs/reference that shows every workflow, drawn from its definition."""

from __future__ import annotations

from collections.abc import Iterator

from infra.tools.generators.markdown import code, page, table
from workers.workflows.catalogue import DEFINITIONS
from workers.workflows.definitions import Definition, Leg, Step
from workers.workflows.diagrams import state_diagram

_COLUMNS = ("Step", "Sends", "Time-out", "Attempts", "Undone by")


def workflows_page() -> str:
    """docs/reference/workflows.md."""
    return page(
        "Workflows",
        "Every workflow with its steps. A step that is rejected is not tried again; one that fails or is not heard of "
        "in time is, and then everything that was done is undone, the last first. What cannot be undone after all its "
        "attempts is *stuck*, until an operator resumes or skips it: see [operators](../operators.md).",
        *(part for definition in DEFINITIONS.values() for part in _workflow(definition)),
    )


def _workflow(definition: Definition) -> Iterator[str]:
    yield f"## {definition.name}"
    yield f"Begins with {code(definition.starts_with.type)}."
    yield f"```mermaid\n{state_diagram(definition)}\n```"
    yield table(_COLUMNS, map(_row, definition))


def _row(step: Step) -> tuple[str, ...]:
    undo = "nothing: it leaves nothing behind"
    if step.undo is not None:
        undo = f"{code(step.undo.sends.type)}, {_times(step.undo)}"
    elif step.irreversible:
        undo = "nothing: it is irreversible"
    return step.name, code(step.do.sends.type), f"{step.do.timeout:g} s", str(step.do.retry.attempts), undo


def _times(leg: Leg) -> str:
    return f"up to {leg.retry.attempts} times, {leg.timeout:g} s each"
