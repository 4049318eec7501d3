"""All tests, as `make test` runs them: the core's, measured; most others side by side; those that load the machine.

The core is covered by few tests, so no others are measured: that makes a test take twice as long.
Writes a JUnit report of each part into build/tests and prints how many tests ran. Ends with an error if a part failed,
also when the others did not.
"""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from infra.tools.test_counts import counts

REPORTS: Final = Path("build/tests")
PROCESSORS: Final = os.cpu_count() or 1
# One process more than processors: tests of services wait half of their time.
PROCESSES: Final = PROCESSORS + 1
# The unit tests of what the gate judges (infra/tools/coverage_gate.py), and those of the trace, of reading the archive
# and of forgetting in it, which are tested from outside.
CORE: Final = (
    *(
        f"tests/unit/{part}"
        for part in (
            *("contracts", "domain", "handlers", "ports", "projections", "queries", "runtime", "workflows"),
            *("evaluation", "tenancy", "workers"),
        )
    ),
    "tests/unit/entrypoints/test_trace.py",
    "tests/unit/entrypoints/test_events.py",
    "tests/integration/archive/test_forgetting.py",
)
MEASURED: Final = (
    "--cov",
    "--cov-config=infra/tools/coverage_core.toml",
    "--cov-report=",
    f"--numprocesses={PROCESSORS}",
    "--dist=loadfile",
    "--max-worker-restart=0",
)
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
ALONE: Final = ("-m", "alone", "--numprocesses=2", "--dist=loadgroup", "--max-worker-restart=0")
_MARK: Final = "mark.alone"


def alone(tests: Path) -> list[Path]:
    """The files with tests that are marked so. Importing all the others, to leave them out, takes most of a minute."""
    return sorted(path for path in tests.rglob("test_*.py") if _MARK in path.read_text(encoding="utf-8"))


def parts() -> dict[str, list[str]]:
    """The arguments of pytest for each part, by its name."""
    others = [f"--ignore={folder}" for folder in CORE]
    return {
        "core": [*MEASURED, *CORE],
        "side by side": [*SIDE_BY_SIDE, *others, "tests"],
        "alone": [*ALONE, *map(str, alone(Path("tests")))],
    }


def report(name: str) -> Path:
    """The JUnit report of a part."""
    return REPORTS / f"{name.replace(' ', '-')}.xml"


def run(name: str, arguments: Iterable[str]) -> int:
    """Run one part; its exit status."""
    print(f"\n== Tests {name}", flush=True)
    command = [sys.executable, "-m", "pytest", f"--junitxml={report(name)}", *arguments]
    return subprocess.run(command, check=False).returncode


def main() -> int:
    REPORTS.mkdir(parents=True, exist_ok=True)
    for old in REPORTS.glob("*.xml"):
        old.unlink()
    # All parts run, whatever one of them says.
    failed = [run(name, arguments) for name, arguments in parts().items()]
    print("\n".join(counts([report(name) for name in parts()])))
    return max(failed)


if __name__ == "__main__":
    sys.exit(main())
