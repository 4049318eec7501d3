"""Refuses a core that is tested too little: each part must reach the gate in lines and in branches.

Reads the data of the last test run, .coverage.
"""

import json
import subprocess
import sys
from collections import Counter
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
    "workers/evaluation",
)


def percent(covered: int, total: int) -> float:
    return 100.0 * covered / total if total else 100.0


def measured() -> dict[str, dict[str, Any]]:
    """Coverage's figures of each file."""
    command = [sys.executable, "-m", "coverage", "json", "--quiet", "-o", "-"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"coverage: {(done.stdout + done.stderr).strip()}")
    files: dict[str, dict[str, Any]] = json.loads(done.stdout)["files"]
    return {path: told["summary"] for path, told in files.items()}


def shares(part: str, files: dict[str, dict[str, Any]]) -> tuple[float, float]:
    """Percent of the lines and of the branches of a part."""
    counted = Counter[str]()
    for path, figures in files.items():
        if path.startswith(f"{part}/"):
            counted.update({name: value for name, value in figures.items() if isinstance(value, int)})
    return (
        percent(counted["covered_lines"], counted["num_statements"]),
        percent(counted["covered_branches"], counted["num_branches"]),
    )


def main() -> int:
    print(f"\nCoverage of the core (gate {GATE:.0f} %)       lines  branches")
    short, files = [], measured()
    for part in filter(lambda part: Path(part).is_dir(), PARTS):
        lines, branches = shares(part, files)
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
