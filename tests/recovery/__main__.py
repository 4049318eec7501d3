"""`make restore-drill`: loses the database of a fleet at work, restores it, and measures what that takes."""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.machine import machine_facts
from tests.recovery.drill import Drill, Found
from tests.services.kafka import best_kafka
from tests.services.postgres import best_postgres
from tests.services.service import ServiceUnavailableError

RESULT = Path("build/restore-drill.json")


def main() -> int:
    options = _options()
    console = Console(width=110, highlight=False)
    try:
        # Nothing volatile: what a restore takes is to a large part the disk's.
        with best_kafka() as kafka, best_postgres(volatile=False) as postgres:
            if kafka.embedded is not None:
                console.print("the drill needs a real Kafka: its groups are rewound", style="red")
                return 2
            console.print(f"{kafka.service}; {postgres.service}; {machine_facts()['cores']}")
            with tempfile.TemporaryDirectory(prefix="poon-drill-") as folder:
                drill = Drill(kafka.bootstrap_servers, postgres, Path(folder), options.entries, options.seed)
                found = drill.run(console.log)
    except ServiceUnavailableError as error:
        console.print(str(error), style="red")
        return 2
    show(found, console)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps({name: getattr(found, name) for name in Found.__slots__}, indent=1))
    return 1 if found.problems else 0


def show(found: Found, console: Console) -> None:
    """What was measured, and what was wrong."""
    table = Table("", "measured", title="Restore drill")
    for name, value in rows_of(found):
        table.add_row(name, value)
    console.print(table)
    for problem in found.problems[:20]:
        console.print(problem, style="red")
    lost = sum(problem.startswith("lost") for problem in found.problems)
    doubled = sum(problem.startswith("doubled") for problem in found.problems)
    console.print(f"{lost} lost, {doubled} doubled, {len(found.problems)} problems in all")


def rows_of(found: Found) -> list[tuple[str, str]]:
    """The figures by name."""
    return [
        ("commands decided before the loss", f"{found.commands:,} ({found.entries:,} entries)"),
        ("copy", f"{found.copy_rows:,} rows, {found.copy_bytes / 1e6:.1f} MB, while commands flowed"),
        *((f"seconds: {step}", f"{seconds:.1f}") for step, seconds in found.seconds.items()),
        ("RPO of the copy alone", f"{found.after_backup:,} events, {found.age:.1f} s"),
        ("RPO with the log replayed", "0 events" if not found.problems else "see below"),
        ("RTO, from the loss to all decided again", f"{found.recovery_seconds:.1f} s"),
        ("outcomes published more often than sent", f"{found.republished:,}"),
    ]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make restore-drill", description=__doc__)
    parser.add_argument("--entries", type=int, default=50_000, help="entries recorded, and a tenth as many texts read")
    parser.add_argument("--seed", type=int, default=20261126, help="decides what is sent")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
