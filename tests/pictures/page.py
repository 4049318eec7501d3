"""What is said of the run beside its pictures."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from infra.dashboards.every import DASHBOARDS
from infra.tools.generators.markdown import table
from tests.architecture.tree import ROOT
from tests.pictures.seen import Seen, rate_interval
from tests.pictures.words import clock_text

PICTURES: Final = ROOT / "docs/pictures"
ANSWERS: Final = PICTURES / "answers.json.gz"


def name_of_picture(dashboard: str) -> str:
    """Its file's, by the name of the dashboard."""
    return f"{dashboard}.png"


def conditions_page(seen: Seen) -> str:
    """docs/pictures/README.md."""
    return "\n\n".join(_parts(seen)) + "\n"


def _parts(seen: Seen) -> Iterable[str]:
    yield "<!-- Written by `make dashboard-pictures`; do not edit. -->"
    yield "# Pictures of the dashboards"
    yield (
        "Drawn by `make dashboard-pictures` (`tests/pictures`) from what a Prometheus answered to the very queries of "
        "the dashboards, with their titles, units, legends and places: they are no screenshots of Grafana "
        "([0047](../decisions/0047-pictures-from-answers.md)). "
        "[Observability](../observability.md#what-they-look-like) shows them. `answers.json.gz` is all that was "
        "answered; `make dashboard-pictures ARGS=--again` draws from it."
    )
    yield (
        "What is slow or fails in them was made to: some commands are sent to fail, the model server is slow for a "
        "while and away twice. They say nothing of how fast the fleet is, which [performance](../performance.md) "
        "does: the machine had other work meanwhile (`load`)."
    )
    yield table(("What", "In this run"), _conditions(seen))
    yield "\n".join(f"- [{one.title}]({name_of_picture(one.name)})" for one in DASHBOARDS)


def _conditions(seen: Seen) -> Iterable[tuple[str, str]]:
    yield "taken", seen.taken.isoformat()
    yield "time shown", f"{clock_text(seen.seconds)} min"
    yield "between two scrapes", f"{seen.step} s; rates are over {rate_interval(seen.step)} s, as Grafana works it out"
    yield from seen.conditions.items()
