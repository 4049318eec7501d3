"""What drills showed, for people, for programs and for the page that is published."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from tests.drills.compression import seconds_of
from tests.drills.run import Result

HEADINGS: Final = (
    "Drill", "Alert", "Time divided by", "Fault to alert", "in product time about", "Doctor names it", "Cure to clear",
    "Commands", "Lost or doubled",
)  # fmt: skip


def as_json(result: Result, conditions: Mapping[str, Any]) -> dict[str, Any]:
    """One drill, whole."""
    drill = result.drill
    return {
        "drill": drill.name,
        "about": drill.about,
        "hit": result.hit,
        "alert": drill.alert,
        "labels": dict(drill.labels),
        "factor": drill.factor,
        "ages_divided": list(drill.ages),
        "waits": drill.waits,
        "fault_to_alert": round(result.to_alert, 1),
        "alert_to_cause": round(result.to_cause, 1),
        "doctor_asked": result.looks,
        "doctor": result.named._asdict() if result.named else None,
        "cure_to_clear": round(result.to_clear, 1),
        "steps": result.steps,
        "also_fired": sorted(result.also),
        "of_the_machine": sorted(result.machine),
        "commands": result.commands,
        "failings": result.failings,
        "conditions": dict(conditions),
    }


def conditions(rate: float, services: Sequence[str]) -> dict[str, Any]:
    """What the figures depend on."""
    return {
        "commands_per_second": rate,
        "services": list(services),
        "cores": os.cpu_count(),
        "load_average": round(os.getloadavg()[0], 1),
        "niceness": os.nice(0),
    }


def save(told: Mapping[str, Any], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{told['drill']}.json").write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")


def row(told: Mapping[str, Any], lasting: str) -> tuple[str, ...]:
    """One drill's figures as text.

    Args:
        told: as `as_json` has it.
        lasting: how long the alert's expression has to hold in the product, as Prometheus writes it.
    """
    return (
        told["drill"],
        told["alert"],
        f"{told['factor']:g}",
        f"{told['fault_to_alert']:.0f} s",
        f"{product_time(told, seconds_of(lasting)) / 60:.1f} min",
        f"{told['alert_to_cause']:.0f} s",
        f"{told['cure_to_clear']:.0f} s",
        f"{told['commands']:,}",
        str(sum(failing.startswith("ledger") for failing in told["failings"])),
    )


def product_time(told: Mapping[str, Any], lasting: float) -> float:
    """What fault to alert would have taken with the product's own rules, seconds.

    What the rule has to wait for counts in full; what fleet and machine took, and the few seconds until the next scrape
    and look at the rules (up to 45 s in the product), as it was.
    """
    waited: float = lasting + told["waits"]
    return max(0.0, float(told["fault_to_alert"]) - waited / float(told["factor"])) + waited


def published(rows: Iterable[Sequence[str]]) -> str:
    """The table of docs/drills.md."""
    lines = [HEADINGS, ["---"] * len(HEADINGS), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def show(rows: Iterable[Sequence[str]], console: Console) -> None:
    table = Table(title="Drills")
    for heading in HEADINGS:
        table.add_column(heading, justify="left" if heading in HEADINGS[:2] else "right")
    for one in rows:
        table.add_row(*one)
    console.print(table)
