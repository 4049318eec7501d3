"""Says how many tests ran, by area. usage: python -m infra.tools.test_counts REPORT.xml."""

import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET


def area(case: ET.Element) -> str:
    """The folder under tests: `tests.unit.runtime.test_offsets` is in unit."""
    parts = case.get("classname", "").split(".")
    return parts[1] if len(parts) > 1 else parts[0]


def main() -> None:
    cases = list(ET.parse(Path(sys.argv[1])).iter("testcase"))  # noqa: S314 - pytest has just written it
    states = Counter(
        next((child.tag for child in case if child.tag in {"failure", "error", "skipped"}), "passed") for case in cases
    )
    print(f"tests: {len(cases)} ({', '.join(f'{count} {state}' for state, count in sorted(states.items()))})")
    for name, count in sorted(Counter(map(area, cases)).items()):
        print(f"  {name:<14}{count:>6}")


if __name__ == "__main__":
    main()
