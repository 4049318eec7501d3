"""`make chaos`: carries a seeded schedule of faults out on a real fleet, and fails if a promise broke."""

import argparse
import asyncio
import secrets
import shutil
import sys
from pathlib import Path

from rich.console import Console

from adapters.clock import SystemClock
from tests.chaos.faults import FaultKind
from tests.chaos.report import save, show
from tests.chaos.run import run_chaos
from tests.chaos.schedule import make_schedule
from tests.chaos.stage import missing

RESULTS = Path("build/chaos")


def main() -> int:
    options = _options()
    console = Console(width=120)
    if lacking := missing():
        console.print(f"chaos needs {lacking} on this machine", style="red")
        return 2
    seed = secrets.randbelow(2**31) if options.seed is None else options.seed
    console.print(f"seed {seed}, {options.minutes:g} minutes, {options.rate:g} commands/s", highlight=False)
    folder = RESULTS / f"seed-{seed}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    schedule = make_schedule(seed, options.minutes * 60, options.kinds or tuple(FaultKind))
    tell = console.log
    result = asyncio.run(
        run_chaos(schedule, options.rate, folder.resolve(), SystemClock(), tell, workflows=options.workflows)
    )
    show(result, console)
    save(result, RESULTS / f"seed-{seed}.json")
    console.print(f"repeat with: make chaos SEED={seed} MINUTES={options.minutes:g}; logs in {folder}", highlight=False)
    return 1 if result.violations or result.slow else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--seed", type=int, help="decides what is done and when; made up and printed when left out")
    parser.add_argument("--minutes", type=float, default=5.0, help="from 5 on every kind of fault comes")
    parser.add_argument("--rate", type=float, default=100.0, help="commands sent, a second")
    parser.add_argument(
        "--workflows",
        type=float,
        default=0.0,
        help="workflows started beside them, a second; the crew works for statements, insights and workflows then, too",
    )
    parser.add_argument(
        "--kinds", nargs="*", type=FaultKind, metavar="KIND", help=f"only these: {', '.join(FaultKind)}"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
