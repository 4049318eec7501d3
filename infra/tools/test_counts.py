"""Says how many tests ran, by area, and which failed. usage: python -m infra.tools.test_counts REPORT.xml ... ."""

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

FAILED: Final = {"failure", "error"}
MOST_NAMED: Final = 20
"""A log is often cut at its beginning: what matters stays short, and comes last."""


def area(case: ET.Element) -> str:
    """The folder under tests: `tests.unit.runtime.test_offsets` is in unit."""
    parts = case.get("classname", "").split(".")
    return parts[1] if len(parts) > 1 else parts[0]


def state(case: ET.Element) -> str:
    return next((child.tag for child in case if child.tag in {"failure", "error", "skipped"}), "passed")


def counts(reports: Sequence[Path]) -> list[str]:
    """The lines that tell what is in these JUnit reports together; a run that was cut short left none."""
    missing = [f"no report {report}: that run did not end" for report in reports if not report.exists()]
    # pytest has just written them
    cases = [
        case
        for report in reports
        if report.exists()
        for case in ET.parse(report).iter("testcase")  # noqa: S314
    ]
    states = Counter(map(state, cases))
    total = f"tests: {len(cases)} ({', '.join(f'{count} {name}' for name, count in sorted(states.items()))})"
    areas = [f"  {name:<14}{count:>6}" for name, count in sorted(Counter(map(area, cases)).items())]
    failed = [f"failed: {case.get('classname')}::{case.get('name')}" for case in cases if state(case) in FAILED]
    more = [f"and {len(failed) - MOST_NAMED} more"] if len(failed) > MOST_NAMED else []
    return [total, *areas, *failed[:MOST_NAMED], *more, *missing]


if __name__ == "__main__":
    print("\n".join(counts([Path(name) for name in sys.argv[1:]])))
