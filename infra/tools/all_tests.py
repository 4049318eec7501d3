"""All tests, as `make test` runs them: most side by side, then those that load the machine for long.

Writes a JUnit report of each part into build/tests and prints how many tests ran. Ends with an error if a part failed,
also when the other did not.
"""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from infra.tools.test_counts import counts

REPORTS: Final = Path("build/tests")
# One process more than processors: tests of services wait half of their time.
PROCESSES: Final = (os.cpu_count() or 1) + 1
# A file stays in one process: what its tests share (a fleet, a database) is started once.
SIDE_BY_SIDE: Final = (
    "-m",
    "not alone",
    f"--numprocesses={PROCESSES}",
    "--dist=loadfile",
    "--no-loadscope-reorder",
    # With another in the place of one that died, xdist 3.8 gives out no more files and waits for ever.
    "--max-worker-restart=0",
)
# Two groups, each with workers, brokers and a database of its own: chaos, and whole runs under load.
ALONE: Final = ("-m", "alone", "--cov-append", "--numprocesses=2", "--dist=loadgroup", "--max-worker-restart=0")
_MARK: Final = "mark.alone"


def alone(tests: Path) -> list[Path]:
    """The files with tests that are marked so. Importing all the others, to leave them out, takes most of a minute."""
    return sorted(path for path in tests.rglob("test_*.py") if _MARK in path.read_text(encoding="utf-8"))


def report(name: str) -> Path:
    """The JUnit report of a part."""
    return REPORTS / f"{name.replace(' ', '-')}.xml"


def run(name: str, options: Iterable[str], files: Iterable[Path] = ()) -> int:
    """Run one part, of these files only if there are any; its exit status."""
    print(f"\n== Tests {name}", flush=True)
    command = [sys.executable, "-m", "pytest", "--cov", "--cov-report=", f"--junitxml={report(name)}", *options]
    command += map(str, files)
    return subprocess.run(command, check=False).returncode


def main() -> int:
    REPORTS.mkdir(parents=True, exist_ok=True)
    for old in REPORTS.glob("*.xml"):
        old.unlink()
    # Both parts run, whatever the first one says.
    failed = [run("side by side", SIDE_BY_SIDE), run("alone", ALONE, alone(Path("tests")))]
    print("\n".join(counts([report(name) for name in ("side by side", "alone")])))
    return max(failed)


if __name__ == "__main__":
    sys.exit(main())
