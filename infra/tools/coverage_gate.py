"""Refuses a core that is tested too little: each part must reach the gate in lines and in branches.

Reads the data of the last test run, .coverage.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

GATE = 95.0
PARTS = (
    "contracts",
    "workers/domain",
    "workers/handlers",
    "workers/runtime",
    "workers/workflows",
    "workers/projections",
    "workers/queries",
)


def percent(covered: int, total: int) -> float:
    return 100.0 * covered / total if total else 100.0


def measured(part: str) -> dict[str, Any]:
    """Coverage's totals for the files of a part."""
    command = [sys.executable, "-m", "coverage", "json", "--quiet", "-o", "-", f"--include={part}/*"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"coverage of {part}: {(done.stdout + done.stderr).strip()}")
    totals: dict[str, Any] = json.loads(done.stdout)["totals"]
    return totals


def main() -> int:
    print(f"\nCoverage of the core (gate {GATE:.0f} %)       lines  branches")
    short = []
    for part in filter(lambda part: Path(part).is_dir(), PARTS):
        totals = measured(part)
        lines = percent(totals["covered_lines"], totals["num_statements"])
        branches = percent(totals["covered_branches"], totals["num_branches"])
        print(f"  {part:<36}{lines:>7.1f} %{branches:>7.1f} %")
        if min(lines, branches) < GATE:
            short.append(part)
    if short:
        print(
            f"Below the gate: {', '.join(short)}. To see what is missed: .venv/bin/coverage report",
            file=sys.stderr,
        )
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
