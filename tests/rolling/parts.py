"""The parts of a run: a rolling update there and back, scaling out and in, nodes that are lost."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

from tests.rolling.figures import CHANGE, NODE
from tests.rolling.releases import Release
from tests.rolling.run import Play, Run

MOST: Final = 4
"""Workers at the most, in the parts that scale and lose nodes."""
_BREATH: Final = 1 / 3
"""Between two workers that are replaced, as a share of a phase."""


@dataclass(frozen=True, slots=True)
class Part:
    """What is done to a fleet: before the load, and under it."""

    name: str
    prepare: Play
    play: Play


class Brokers(Protocol):
    """A cluster one broker of which can be killed; both block."""

    def kill(self, number: int) -> None:
        """End a broker as a power failure does."""
        ...

    def bring_back(self, number: int) -> None:
        """Start it again and return when every copy of every partition is in step."""
        ...


def update(older: Release, newer: Release, workers: int) -> Part:
    """A rolling update and the way back, the newer schema staying."""

    async def prepare(run: Run) -> None:
        for release in (older, newer):
            home = await asyncio.to_thread(run.fleet.home, release)
            run.promise(kept=home == release.root, sentence=f"{release.name} ran the code in {home}")
        run.notes["schema before"] = await asyncio.to_thread(run.fleet.migrate, older)
        await run.fleet.start(older, workers)

    async def expand(run: Run) -> None:
        run.notes["schema after"] = await asyncio.to_thread(run.fleet.migrate, newer)

    async def play(run: Run) -> None:
        await run.quiet(f"{older.name} alone")
        await run.change(f"{newer.name} migrates under {older.name}", CHANGE, partial(expand, run))
        forth = f"{older.name} -> {newer.name}, one by one"
        await run.change(forth, CHANGE, partial(replace_one_by_one, run, newer), shared=True)
        await run.quiet(f"{newer.name} alone")
        back = f"{newer.name} -> {older.name}, one by one"
        await run.change(back, CHANGE, partial(replace_one_by_one, run, older), shared=True)
        await run.quiet(f"{older.name} alone, on {newer.name}'s schema")

    return Part("update", prepare, play)


async def replace_one_by_one(run: Run, release: Release) -> None:
    """Start a worker, wait until it is ready, stop one it is for, wait for its end; and the next."""
    for old in list(run.fleet.workers):
        await run.fleet.start(release)
        await run.fleet.stop(old)
        await run.hold(_BREATH)


def scale(release: Release) -> Part:
    """From one worker to four at once, and back."""

    async def prepare(run: Run) -> None:
        await asyncio.to_thread(run.fleet.migrate, release)
        await run.fleet.start(release)

    async def play(run: Run) -> None:
        await run.quiet("1 worker")
        await run.change("1 -> 4 workers", CHANGE, partial(run.fleet.start, release, MOST - 1))
        await run.quiet("4 workers")
        await run.change("4 -> 1 worker", CHANGE, lambda: run.fleet.stop(*run.fleet.workers[1:]))
        await run.quiet("1 worker again")

    return Part("scale", prepare, play)


def nodes(release: Release, brokers: Brokers) -> Part:
    """Two of four workers are killed at once; then a broker together with the two workers of its node."""

    async def prepare(run: Run) -> None:
        await asyncio.to_thread(run.fleet.migrate, release)
        await run.fleet.start(release, MOST)

    async def lose_workers(run: Run, beside: Callable[[], None] | None = None) -> None:
        killing = [run.fleet.kill(*run.fleet.workers[:2])]
        if beside is not None:
            killing.append(asyncio.to_thread(beside))
        await asyncio.gather(*killing)
        await run.fleet.start(release, 2)

    async def bring_back() -> None:
        await asyncio.to_thread(brokers.bring_back, 1)

    async def play(run: Run) -> None:
        await run.quiet("4 workers")
        await run.change("two of four killed", NODE, partial(lose_workers, run))
        await run.change("a broker and two of four killed", NODE, partial(lose_workers, run, partial(brokers.kill, 1)))
        await run.change("the broker comes back", CHANGE, bring_back)
        await run.quiet("4 workers again")

    return Part("nodes", prepare, play)
