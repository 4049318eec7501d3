"""Plays a trace and tells what became of it: charts and figures for people, JSON for scripts, a page for a browser."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.text import Text

from workers.domain.scaling.findings import findings
from workers.domain.scaling.values import ScalingValues
from workers.entrypoints.documents import document
from workers.entrypoints.failures import InputError
from workers.entrypoints.lags import seconds_text
from workers.entrypoints.output import console, say, say_json, table
from workers.entrypoints.scaling.charts import html_page, panels, terminal_chart
from workers.entrypoints.scaling.manifests import manifest_spec, scaling_values
from workers.entrypoints.scaling.proposing import Proposal, Target, propose
from workers.entrypoints.scaling.simulation import FleetModel, Outcome, simulate
from workers.entrypoints.scaling.summary import Summary, summarize
from workers.entrypoints.scaling.traces import Trace, made_up, read_csv

__all__ = ["FleetModel", "Options", "figures", "made_up", "play", "recorded", "values_of"]

_CHART_WIDTH = 100


@dataclass(frozen=True, slots=True)
class Options:
    """How to play and to tell.

    Attributes:
        start: workers at the start; the least there may be where None.
        price: of one worker for an hour.
        target: seconds to propose values for; None to propose none.
        percentile: of the messages that the target is for.
        html: where to write a page; None for no page.
        as_json: print one JSON object instead of charts.
    """

    start: int | None = None
    price: float = 0.0
    target: float | None = None
    percentile: float = 99.0
    html: Path | None = None
    as_json: bool = False


def values_of(scaled_object: str | None) -> ScalingValues:
    """The values of a file, KEDA's defaults without one; raises as `scaling_values` does."""
    return ScalingValues() if scaled_object is None else scaling_values(document(scaled_object), scaled_object)


def recorded(file: str, step: float) -> Trace:
    """The trace of a file; raises as `read_csv` does."""
    return read_csv(document(file), file, step)


def play(values: ScalingValues, model: FleetModel, trace: Trace, options: Options) -> None:
    """Play the trace, and show what became of it as the options say.

    Raises:
        InputError: a target for a recorded lag, or a page that cannot be written.
    """
    proposal = None if options.target is None else _proposed(values, model, trace, options)
    found = simulate(values, model, trace, options.start)
    summary = summarize(found, values, model.partitions, options.price)
    said = findings(values, model.partitions)
    if options.html is not None:
        _write(options.html, _page(trace, found, summary, said))
    if options.as_json:
        say_json(_json(summary, said, proposal))
        return
    _show(trace, found, summary, said)
    if proposal is not None:
        _show_proposal(proposal)


def _proposed(values: ScalingValues, model: FleetModel, trace: Trace, options: Options) -> Proposal:
    if trace.lag is not None:
        raise InputError("--target needs a trace of arrivals: a recorded lag does not fall with more workers")
    return propose(values, model, trace, Target(options.target or 0.0, options.percentile / 100))


def _show(trace: Trace, found: Outcome, summary: Summary, said: Sequence[str]) -> None:
    out = console()
    for panel in panels(trace, found):
        for line in terminal_chart(panel, min(_CHART_WIDTH, out.width)):
            out.print(line, markup=False, highlight=False)
        out.print()
    out.print(table(("What", "Value"), figures(summary), right=("Value",)))
    for sentence in said:
        say(Text("finding: ", style="bold yellow") + Text(sentence))


def figures(summary: Summary) -> list[tuple[str, str]]:
    """Each figure with its name."""
    return [
        ("seconds behind, half of the messages", seconds_text(summary.behind_p50)),
        ("seconds behind, 99 of 100", seconds_text(summary.behind_p99)),
        ("seconds behind, the longest", seconds_text(summary.behind_most)),
        ("longest stretch behind", seconds_text(summary.late_seconds)),
        ("lag, the most", f"{summary.lag_most:,.0f}"),
        ("lag at the end", f"{summary.lag_left:,.0f}"),
        ("replicas, the most", str(summary.replicas_most)),
        ("replica hours", f"{summary.replica_hours:,.1f}"),
        ("cost", f"{summary.cost:,.2f}"),
        ("changes of the number of replicas", str(summary.changes)),
        ("turned round within 15 minutes", str(summary.reversals)),
        ("more replicas than partitions", seconds_text(summary.idle_seconds)),
        ("stuck below the ceiling", seconds_text(summary.stuck_seconds)),
    ]


def _show_proposal(proposal: Proposal) -> None:
    verdict = "is met" if proposal.is_met else "cannot be met with these partitions; this comes nearest"
    say("")
    target, hours = proposal.target, proposal.summary.replica_hours
    say(
        f"target: {target.share:.4g} of the messages done within {target.seconds:g} s {verdict}:"
        f" {proposal.reached:.1f} s, {hours:,.1f} replica hours ({proposal.tried} values tried)"
    )
    say(manifest_spec(proposal.values).rstrip())


def _page(trace: Trace, found: Outcome, summary: Summary, said: Sequence[str]) -> str:
    return html_page("Scaling, simulated", said, figures(summary), panels(trace, found), trace.steps * trace.step)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or 'cannot be written'}") from None


def _json(summary: Summary, said: Sequence[str], proposal: Proposal | None) -> dict[str, Any]:
    shown: dict[str, Any] = {"summary": summary.as_json(), "findings": list(said)}
    if proposal is not None:
        shown["proposal"] = {
            "met": proposal.is_met,
            "seconds": round(proposal.reached, 3),
            "values": proposal.values.model_dump(by_alias=True, exclude_defaults=True),
            "summary": proposal.summary.as_json(),
        }
    return shown
