"""A run's result for people and for programs."""

import json
import os
import platform
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.chaos.faults import FaultKind
from tests.chaos.recovery import Recovery, told
from tests.chaos.run import Result

SHOWN = 20


def show(result: Result, console: Console) -> None:
    """Print a table a fault kind and the ledger."""
    console.print(_faults(result))
    console.print(_ledger(result))
    for plot, counts in result.plots.items():
        console.print(f"{plot}: {counts}", highlight=False)
    for label, sentences in (("VIOLATION", result.violations), ("SLOW", result.slow)):
        for sentence in sentences[:SHOWN]:
            console.print(f"{label} {sentence}", style="red", markup=False, highlight=False)
        if len(sentences) > SHOWN:
            console.print(f"... and {len(sentences) - SHOWN} more", style="red")


def save(result: Result, file: Path) -> None:
    """Write everything as JSON."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(as_json(result), indent=1, ensure_ascii=False) + "\n")


def as_json(result: Result) -> dict[str, Any]:
    schedule = result.schedule
    begin = min((each.began for each in result.injected), default=0.0)
    return {
        "seed": schedule.seed,
        "seconds": schedule.seconds,
        "rate": result.rate,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "services": result.services,
        "records_sent": result.sent,
        "commands": result.commands,
        "republished": result.republished,
        "failed_starts": result.failed_starts,
        "progress": {name: round(getattr(result.progress, name), 3) for name in ("silence", "wait", "median", "p99")},
        "standstills": [
            {"at": round(each.began - begin, 2), "length": round(each.length, 2)} for each in result.standstills
        ],
        "faults": [
            {
                "kind": each.fault.kind,
                "target": each.target,
                "alone": each.fault.alone,
                "at": round(each.began - begin, 2),
                "length": round(each.ended - each.began, 2),
                **_measured(result.recoveries, each.began),
            }
            for each in result.injected
        ],
        "violations": list(result.violations),
        "slow": list(result.slow),
        "workflows": result.plots,
    }


def _measured(recoveries: Sequence[Recovery], began: float) -> dict[str, Any]:
    for one in recoveries:
        if one.injected.began == began:
            return {
                "resumed": None if one.resumed is None else round(one.resumed, 2),
                "caught_up": round(one.caught_up, 2),
                "published_again": [round(after, 1) for after in one.again],
                "disturbed": one.disturbed,
            }
    return {}


def _faults(result: Result) -> Table:
    table = Table(title=f"Faults, seed {result.schedule.seed}")
    for heading in ("Fault", "Times", "Resumed: median", "max", "target", "Caught up: median", "max", "Again"):
        table.add_column(heading, justify="left" if heading == "Fault" else "right")
    measured: dict[FaultKind, list[Recovery]] = defaultdict(list)
    for one in result.recoveries:
        measured[one.injected.fault.kind].append(one)
    for kind in FaultKind:
        times = sum(each.fault.kind is kind for each in result.injected)
        if times:
            table.add_row(kind, str(times), *_figures(measured[kind]))
    return table


def _figures(found: list[Recovery]) -> list[str]:
    alone = [one for one in found if one.counts]
    again = str(sum(len(one.again) for one in found))
    if not alone:
        return ["", "", "", "", "", again if found else ""]
    resumed = [one.resumed for one in alone if one.resumed is not None]
    never = len(resumed) < len(alone)
    caught_up = [one.caught_up for one in alone]
    nature = alone[0].injected.fault.nature
    return [
        told(median(resumed)) if resumed else told(None),
        told(None if never else max(resumed)),
        f"{nature.target:g} s from {nature.since}",
        told(median(caught_up)),
        told(max(caught_up)),
        again,
    ]


def _ledger(result: Result) -> Table:
    table = Table(title="Ledger", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    kinds = [sentence.partition(":")[0] for sentence in result.violations]
    share = result.republished / max(1, result.commands)
    for name, value in (
        ("records sent", str(result.sent)),
        ("commands", str(result.commands)),
        ("lost", str(kinds.count("lost"))),
        ("doubled", str(kinds.count("doubled") + kinds.count("rows") + kinds.count("entry"))),
        ("order violations", str(kinds.count("order"))),
        ("outcomes published again", f"{result.republished} ({share:.2%})"),
        ("workers that died by themselves", str(kinds.count("died"))),
        ("failed starts while a service was away", str(result.failed_starts)),
        ("the machine stood still", told(sum(each.length for each in result.standstills))),
        ("recoveries not judged for it", str(sum(one.disturbed for one in result.recoveries))),
        ("longest silence", told(result.progress.silence)),
        ("longest wait of a command", told(result.progress.wait)),
        ("command to outcome, median", told(result.progress.median)),
        ("command to outcome, 99 %", told(result.progress.p99)),
        ("promises broken", str(len(result.violations))),
        ("bounds missed", str(len(result.slow))),
    ):
        table.add_row(name, value)
    return table
