"""Stages as a table, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.table import Table

from workers.queries.stages import Stage


def stage_table(stages: Sequence[Stage]) -> Table:
    """The stages, the longest first, with their shares of the whole."""
    whole = sum(stage.own for stage in stages) or 1.0
    table = Table("Stage")
    for heading in ("Spans", "Own time, s", "Share", "Mean, ms", "Longest, ms"):
        table.add_column(heading, justify="right")
    table.add_column("Longest in trace")
    for stage in stages:
        table.add_row(
            stage.name,
            str(stage.spans),
            f"{stage.own:.3f}",
            f"{stage.own / whole:.0%}",
            f"{stage.own / stage.spans * 1e3:.1f}",
            f"{stage.longest * 1e3:.1f}",
            stage.where,
        )
    return table


def stage_json(stage: Stage) -> dict[str, Any]:
    """A stage; times in seconds."""
    return {
        "stage": stage.name,
        "spans": stage.spans,
        "own_seconds": round(stage.own, 6),
        "longest_seconds": round(stage.longest, 6),
        "longest_in_trace": stage.where,
    }
