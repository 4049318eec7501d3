"""Says how many tests ran, by area. usage: python -m infra.tools.test_counts REPORT.xml ... ."""

import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree as ET


def area(case: ET.Element) -> str:
    """The folder under tests: `tests.unit.runtime.test_offsets` is in unit."""
    parts = case.get("classname", "").split(".")
    return parts[1] if len(parts) > 1 else parts[0]


def counts(reports: Iterable[Path]) -> list[str]:
    """The lines that tell what is in these JUnit reports together."""
    # pytest has just written them
    cases = [case for report in reports for case in ET.parse(report).iter("testcase")]  # noqa: S314
    states = Counter(
        next((child.tag for child in case if child.tag in {"failure", "error", "skipped"}), "passed") for case in cases
    )
    total = f"tests: {len(cases)} ({', '.join(f'{count} {state}' for state, count in sorted(states.items()))})"
    return [total, *(f"  {name:<14}{count:>6}" for name, count in sorted(Counter(map(area, cases)).items()))]


if __name__ == "__main__":
    print("\n".join(counts(map(Path, sys.argv[1:]))))
