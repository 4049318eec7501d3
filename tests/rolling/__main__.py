"""`make rolling`: rolling update, scaling and lost nodes under load; fails if a promise broke or a bound was missed."""

import argparse
import asyncio
import os
import shutil
import sys
from pathlib import Path

from rich.console import Console

from adapters.clock import SystemClock
from tests.bench.machine import machine_facts
from tests.chaos.conductor import Tell
from tests.chaos.stage import missing
from tests.rolling.parts import Part, nodes, scale, update
from tests.rolling.releases import NoReleaseError, Release, differences, older_release, this_release
from tests.rolling.report import save, show
from tests.rolling.run import Options, Result, play
from tests.rolling.services import Services, open_services

RESULTS = Path("build/rolling")
PARTS = ("update", "scale", "nodes")


def main() -> int:
    options = _options()
    console = Console(width=140)
    if lacking := missing():
        console.print(f"rolling needs {lacking} on this machine", style="red")
        return 2
    newer = this_release()
    facts = machine_facts() | {"release B": newer.revision}
    older = None
    if "update" in options.parts:
        try:
            older = older_release(options.revision)
        except NoReleaseError as error:
            console.print(f"there is no older release to update from: {error}", style="red", highlight=False)
            return 2
        packages = ", ".join(differences(older)) or "as its lock says"
        facts |= {"release A": older.revision, "packages of A": packages}
        console.print(f"A is {older.revision}, B is {newer.revision}; A's packages: {packages}", highlight=False)
    load = Options(options.rate, options.seconds, options.call, options.seed, options.workflows)
    is_broken = False
    with open_services(options.brokers) as services:
        facts |= services.facts()
        for name in options.parts:
            part = _part(name, services, older, newer, options.workers)
            result = _played(part, services, load, console.log)
            console.print(f"written to {save(result, facts | _load(), RESULTS)}", highlight=False)
            show(result, console)
            is_broken = is_broken or bool(result.violations or result.slow)
    return 1 if is_broken else 0


def _part(name: str, services: Services, older: Release | None, newer: Release, workers: int) -> Part:
    if name == "update" and older is not None:
        return update(older, newer, workers)
    return scale(newer) if name == "scale" else nodes(newer, services)


def _played(part: Part, services: Services, load: Options, tell: Tell) -> Result:
    folder = (RESULTS / part.name).absolute()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with services.fresh_place() as place:
        return asyncio.run(
            play(
                part.name,
                part.prepare,
                part.play,
                place=place,
                options=load,
                folder=folder,
                clock=SystemClock(),
                tell=tell,
            )
        )


def _load() -> dict[str, str]:
    return {"load after": " ".join(f"{load:.2f}" for load in os.getloadavg())}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make rolling", description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, help="what is done; everything by default")
    parser.add_argument(
        "--from",
        dest="revision",
        metavar="REV",
        help="the older release; by default the newest tag, else what stood before the newest migration",
    )
    parser.add_argument("--brokers", type=int, choices=(1, 3), default=3, help="1 where memory or processors are short")
    parser.add_argument("--workers", type=int, default=2, help="replaced one by one in the update")
    parser.add_argument("--rate", type=float, default=30.0, help="commands sent, a second")
    parser.add_argument("--workflows", type=float, default=1.0, help="workflows started beside them, a second")
    parser.add_argument("--seconds", type=float, default=15.0, help="of each phase, after what is done in it")
    parser.add_argument("--call", type=float, default=0.05, help="what a backend takes for an answer, seconds")
    parser.add_argument("--seed", type=int, default=1, help="of the commands")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
