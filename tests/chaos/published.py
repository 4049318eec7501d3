"""`make chaos-table`: the results of several seeds as the two tables that the page on reliability publishes."""

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final

from tests.chaos.faults import NATURES, FaultKind
from tests.chaos.recovery import told

RESULTS: Final = Path("build/chaos")
Run = dict[str, Any]
"""One seed's result, as `tests.chaos.report.as_json` writes it."""


def tables(runs: Sequence[Run]) -> str:
    """The ledgers, a row a seed, and the recoveries of all seeds together, a row a kind of fault; Markdown."""
    in_order = sorted(runs, key=lambda run: run["seed"])
    return "\n".join([*_ledgers(in_order), "", *_recoveries(in_order)])


def _ledgers(runs: Sequence[Run]) -> list[str]:
    heading = (
        "Seed", "Minutes", "Records sent", "Faults", "Promises broken", "Bounds missed", "Published again",
        "Half answered within", "99 %", "Longest wait", "Longest silence",
    )  # fmt: skip
    return [_row(heading), _rule(heading), *(_row(_ledger(run)) for run in runs)]


def _ledger(run: Run) -> list[str]:
    progress = run["progress"]
    return [
        str(run["seed"]),
        f"{run['seconds'] / 60:g}",
        f"{run['records_sent']:,}",
        str(len(run["faults"])),
        str(len(run["violations"])),
        str(len(run["slow"])),
        f"{run['republished']:,} ({run['republished'] / max(1, run['commands']):.2%})",
        *(told(progress[name]) for name in ("median", "p99", "wait", "silence")),
    ]


def _recoveries(runs: Iterable[Run]) -> list[str]:
    faults = [fault for run in runs for fault in run["faults"]]
    heading = ("Fault", "Times", "Resumed: median", "at the worst", "Target")
    rows = [_recovery(kind, [fault for fault in faults if fault["kind"] == kind]) for kind in FaultKind]
    return [_row(heading), _rule(heading), *(_row(row) for row in rows if row)]


def _recovery(kind: FaultKind, faults: Sequence[dict[str, Any]]) -> list[str]:
    """Of those that came alone while the machine ran; a fault that stops nothing has no recovery, thus no row."""
    alone = [fault["resumed"] for fault in faults if fault["alone"] and not fault.get("disturbed", True)]
    if not alone:
        return []
    resumed = [each for each in alone if each is not None]
    worst = max(resumed) if len(resumed) == len(alone) else None
    nature = NATURES[kind]
    middle = median(resumed) if resumed else None
    return [kind, str(len(faults)), told(middle), told(worst), f"{nature.target:g} s from {nature.since}"]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _rule(heading: Sequence[str]) -> str:
    return _row(["---"] * len(heading))


def main() -> int:
    files = [Path(name) for name in sys.argv[1:]] or sorted(RESULTS.glob("seed-*.json"))
    if not files:
        sys.stderr.write(f"no results in {RESULTS}: run make chaos first\n")
        return 2
    sys.stdout.write(tables([json.loads(file.read_text(encoding="utf-8")) for file in files]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
