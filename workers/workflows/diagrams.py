"""State diagrams of workflows, drawn from their definitions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workers.workflows.definitions import Definition, Step


def state_diagram(definition: Definition) -> str:
    """The definition as a Mermaid state diagram."""
    return "\n".join(_diagram(definition))


def _diagram(definition: Definition) -> Iterator[str]:
    undone = [step for step in reversed(list(definition)) if step.undo is not None]
    irreversible = [step.name for step in definition if step.irreversible]
    yield "stateDiagram-v2"
    yield "    [*] --> running"
    yield "    state running {"
    yield from _running(definition)
    yield "    }"
    yield "    running --> completed : every step is done"
    yield "    running --> compensating : a step is rejected or fails for good, abort"
    if irreversible:
        yield f"    running --> stuck : a step fails after {', '.join(irreversible)}"
        yield "    stuck --> running : resume, skip"
        yield "    stuck --> compensating : abort"
    if undone:
        yield "    state compensating {"
        yield from _path([f"undo_{step.name}" for step in undone])
        yield "    }"
        yield "    compensating --> stuck : an undoing fails for good"
        yield "    stuck --> compensating : resume, skip"
    yield "    compensating --> compensated : nothing is left to undo"
    yield "    completed --> [*]"
    yield "    compensated --> [*]"


def _running(definition: Definition) -> Iterator[str]:
    names: list[str] = []
    for number, group in enumerate(definition.groups, 1):
        if len(group) == 1:
            names.append(group[0].name)
        else:
            names.append(f"group_{number}")
            yield f"        state group_{number} {{"
            yield from _side_by_side(group)
            yield "        }"
    yield from _path(names)
    for step in definition:
        if step.more is not None:
            yield f"        {step.name} --> {step.name} : the next part"


def _side_by_side(group: Sequence[Step]) -> Iterator[str]:
    for place, step in enumerate(group):
        if place:
            yield "            --"
        yield f"            [*] --> {step.name}"
        yield f"            {step.name} --> [*]"


def _path(names: Sequence[str]) -> Iterator[str]:
    for before, after in zip(["[*]", *names], [*names, "[*]"], strict=True):
        yield f"        {before} --> {after}"
