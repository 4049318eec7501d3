"""A run for people and for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from tests.bench.report import as_json
from tests.cluster.prediction import Band, Look, Prediction, drained_after
from tests.cluster.scene import Scene

_EVERY: Final = 5
"""Seconds between two rows."""


@dataclass(frozen=True, slots=True)
class Run:
    """What came of a run.

    Attributes:
        startup: seconds the first worker took until it was ready.
        settled: commands that have an outcome.
        problems: what did not come as predicted.
    """

    scene: Scene
    startup: float
    looks: Sequence[Look]
    settled: int
    prediction: Prediction
    problems: Sequence[str]


def show(run: Run, console: Console) -> None:
    """Print the timeline, the figures and what went wrong."""
    for table in (_timeline(run), _figures(run)):
        console.print(table)
    for problem in run.problems:
        console.print(f"NOT AS PREDICTED: {problem}", style="red", markup=False, highlight=False)


def save(run: Run, facts: Mapping[str, str], folder: Path) -> Path:
    """Write everything as JSON."""
    file = folder / "run.json"
    prediction = {
        name: {"low": band.low.tolist(), "high": band.high.tolist()}
        for name, band in (
            ("decisions", run.prediction.decisions),
            ("replicas", run.prediction.replicas),
            ("lag", run.prediction.lag),
        )
    }
    seen = {"scene": run.scene, "startup": run.startup, "looks": run.looks, "settled": run.settled}
    file.write_text(as_json({"facts": facts, **seen, "prediction": prediction, "problems": run.problems}))
    return file


def _timeline(run: Run) -> Table:
    table = Table(title="The run, and what was predicted of it")
    heads = (
        "Second",
        "Sent",
        "Lag",
        "predicted",
        "Replicas",
        "by this lag",
        "predicted",
        "Ready",
    )
    for head in heads:
        table.add_column(head, justify="right")
    prediction = run.prediction
    for step, look in enumerate(run.looks):
        if step % _EVERY == 0 or step == len(run.looks) - 1:
            table.add_row(
                str(step),
                f"{look.sent:,}",
                f"{look.lag:,}",
                _span(prediction.lag, step),
                str(look.wanted),
                _span(prediction.decisions, step),
                _span(prediction.replicas, step),
                str(look.ready),
            )
    return table


def _figures(run: Run) -> Table:
    table = Table(title=f"A worker of {run.scene.rate:.1f} commands/s that took {run.startup:.1f} s to start")
    for head in ("What", "Recorded", "Predicted"):
        table.add_column(head, justify="left" if head == "What" else "right")
    looks, prediction = run.looks, run.prediction
    wanted, lag = [look.wanted for look in looks], [look.lag for look in looks]
    drained = drained_after(lag, run.scene.end)
    least, most = prediction.drained
    lags, replicas = prediction.lag, prediction.replicas
    rows = (
        ("replicas, the most", str(max(wanted)), f"{replicas.low.max():.0f}-{replicas.high.max():.0f}"),
        ("lag, the most", f"{max(lag):,}", f"{lags.low.max():,.0f}-{lags.high.max():,.0f}"),
        ("seconds until a fifth is left", "never" if drained is None else f"{drained:.0f}", f"{least:.0f}-{most:.0f}"),
        ("replica seconds", f"{sum(wanted):,}", f"{replicas.low.sum():,.0f}-{replicas.high.sum():,.0f}"),
        ("commands with an outcome", f"{run.settled:,}", f"{looks[-1].sent:,}"),
    )
    for row in rows:
        table.add_row(*row)
    return table


def _span(band: Band, step: int) -> str:
    low, high = band.low[step], band.high[step]
    return f"{low:,.0f}" if round(low) == round(high) else f"{low:,.0f}-{high:,.0f}"
