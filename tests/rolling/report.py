"""A run's result for people and for programs."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench.report import as_json
from tests.rolling.figures import Figures
from tests.rolling.run import Result

SHOWN = 20


def show(result: Result, console: Console) -> None:
    """Print what each phase felt, and the ledger."""
    console.print(_phases(f"Rolling: {result.name}", result.phases))
    console.print(_phases(f"Workflows, from start to end: {result.name}", result.workflow_phases))
    for plot, counts in result.plots.items():
        console.print(f"{plot}: {counts}", highlight=False)
    kinds = [sentence.partition(":")[0] for sentence in result.violations]
    doubled = kinds.count("doubled") + kinds.count("rows") + kinds.count("entry")
    console.print(
        f"{result.sent} records, {result.commands} commands, {result.workflows} workflows: lost {kinds.count('lost')},"
        f" doubled {doubled}, out of order {kinds.count('order')}, promises broken {len(result.violations)},"
        f" bounds missed {len(result.slow)}, published again {result.republished}",
        highlight=False,
    )
    for name, told in result.notes.items():
        console.print(f"{name}: {told}", highlight=False)
    for label, sentences in (("VIOLATION", result.violations), ("SLOW", result.slow)):
        for sentence in sentences[:SHOWN]:
            console.print(f"{label} {sentence}", style="red", markup=False, highlight=False)
        if len(sentences) > SHOWN:
            console.print(f"... and {len(sentences) - SHOWN} more", style="red")


def save(result: Result, facts: Mapping[str, Any], folder: Path) -> Path:
    """Write everything as JSON."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{result.name}.json"
    file.write_text(as_json({"facts": facts, "result": result}))
    return file


def _phases(title: str, phases: Sequence[Figures]) -> Table:
    table = Table(title=title)
    releases = sorted({name for one in phases for name in one.phase.settled})
    settled = [f"settled by {name}" for name in releases] if len(releases) > 1 else []
    for heading in ("Phase", "Seconds", "Commands", *settled, "p50", "p99", "Longest wait", "Longest pause", "Again"):
        table.add_column(heading, justify="left" if heading == "Phase" else "right")
    for one in phases:
        counts = [str(one.phase.settled.get(name, 0)) for name in releases] if settled else []
        table.add_row(*_figures(one, counts))
    return table


def _figures(one: Figures, counts: list[str]) -> list[str]:
    return [
        one.phase.name + (" (the machine stood still)" if one.disturbed else ""),
        f"{one.phase.end - one.phase.start:.0f}",
        str(one.commands),
        *counts,
        *(f"{seconds:.2f} s" for seconds in (one.p50, one.p99, one.longest, one.pause)),
        str(one.again),
    ]
