"""Workers of several releases, started until they are ready, stopped in order or killed, and counted by release."""

import asyncio
import json
import re
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from tests.chaos.control import CONTROL_VARIABLE, Control
from tests.chaos.crew import Crew, WorkerProcess
from tests.rolling.releases import Release
from tests.services.processes import free_ports
from tests.services.waiting import eventually

START_SECONDS: Final = 180.0
MIGRATE_SECONDS: Final = 180.0
RELEASE_VARIABLE: Final = "ROLLING_RELEASE"
"""Tells a worker what its release is called; the program below knows it by this name."""
# By its path, so that the release on PYTHONPATH has no say in it; without that path's folder among those of modules.
_PROGRAM: Final = ("-P", str(Path(__file__).with_name("runner.py")))
_SETTLED: Final = re.compile(r"^poon_commands_settled_total\{[^}]*\} ([0-9.e+]+)", re.MULTILINE)
_MIGRATE: Final = "import sys; from workers.entrypoints.cli import main; sys.argv = ['poon', *sys.argv[1:]]; main()"


@dataclass(frozen=True, slots=True)
class Place:
    """The services a fleet stands on.

    Attributes:
        replicas: copies of every topic.
    """

    bootstrap_servers: str
    database_url: str
    cache_url: str = "memory://"
    replicas: int = 1


class Worker:
    """One worker and what it is."""

    def __init__(self, release: Release, process: WorkerProcess, port: int) -> None:
        self.release = release
        self.process = process
        self._url = f"http://127.0.0.1:{port}"

    @property
    def name(self) -> str:
        return f"{self.process.name} ({self.release.name})"

    def is_ready(self) -> bool:
        """Whether it says that it carries out commands; blocks.

        Raises:
            RuntimeError: it has ended instead.
        """
        self.process.process.ensure_running()
        return self._ask("readyz") is not None

    def settled(self) -> int | None:
        """How many commands it settled so far; None when it does not say; blocks."""
        told = self._ask("metrics")
        return None if told is None else int(sum(float(count) for count in _SETTLED.findall(told)))

    def _ask(self, page: str) -> str | None:
        try:
            with urllib.request.urlopen(f"{self._url}/{page}", timeout=5) as answer:  # noqa: S310  on loopback
                return str(answer.read().decode())
        except OSError:  # not there yet, or it answers that it is not ready
            return None


class Fleet:
    """The workers there are at the moment.

    Attributes:
        crew: their processes.
        store: the folder of their object store.
        workers: in the order they were started.
    """

    def __init__(self, place: Place, group: str, folder: Path, call_seconds: float) -> None:
        control = Control(folder / "control.json")
        control.slow(call_seconds)
        self.store = folder / "store"
        self._environment = {
            **_SETTINGS,
            "POON_KAFKA__GROUP_ID": group,
            "POON_KAFKA__BOOTSTRAP_SERVERS": place.bootstrap_servers,
            "POON_DATABASE__URL": place.database_url,
            "POON_CACHE__URL": place.cache_url,
            "POON_IMAGES__URL": f"file://{self.store}",
            CONTROL_VARIABLE: str(control.file),
        }
        self._folder = folder
        self._known: dict[str, tuple[str, int]] = {}
        self._releases: dict[str, Release] = {}
        self.crew = Crew(self._environment, folder, _PROGRAM)
        self.workers: list[Worker] = []

    async def start(self, release: Release, count: int = 1) -> list[Worker]:
        """Start workers at once and return when all of them are ready."""
        fresh = [self._launch(release) for _ in range(count)]
        self.workers += fresh
        for worker in fresh:
            await eventually(
                partial(asyncio.to_thread, worker.is_ready),
                f"{worker.name} to be ready",
                seconds=START_SECONDS,
            )
        return fresh

    async def stop(self, *workers: Worker) -> None:
        """SIGTERM to all of them at once, and return when their drained processes have ended."""
        await self._forget(workers)
        async with asyncio.TaskGroup() as group:
            for worker in workers:
                group.create_task(asyncio.to_thread(self.crew.stop, worker.process))

    async def kill(self, *workers: Worker) -> None:
        """SIGKILL, one right after the other."""
        await self._forget(workers)
        for worker in workers:
            await asyncio.to_thread(self.crew.kill, worker.process)

    def bury(self) -> list[str]:
        """Take out the workers that died by themselves, and tell which."""
        dead = self.crew.bury()
        gone = [worker for worker in self.workers if worker.process in dead]
        self.workers = [worker for worker in self.workers if worker not in gone]
        return [worker.name for worker in gone]

    def settled(self) -> Mapping[str, int]:
        """How many commands each release settled so far, of those that its workers lived to tell of; blocks."""
        for worker in self.workers:
            self._note(worker)
        total: Counter[str] = Counter()
        for release, count in self._known.values():
            total[release] += count
        return total

    def migrate(self, release: Release) -> str:
        """Have a release bring the schema up to its own, and tell the revision; blocks.

        Raises:
            subprocess.CalledProcessError: it refused.
        """
        return str(json.loads(self._run(release, _MIGRATE, "migrate", "--json"))["revision"])

    def home(self, release: Release) -> Path:
        """Where a process of a release takes its code from; blocks."""
        return Path(self._run(release, "import workers; print(workers.__file__)").strip()).parents[1]

    def unordered(self) -> list[str]:
        """The names of releases that worked and do not promise the order of streams."""
        return sorted(name for name, release in self._releases.items() if not release.orders_streams)

    def close(self) -> None:
        self.crew.close()
        self.workers.clear()

    def _run(self, release: Release, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", *arguments],
            env={**self._environment, "PYTHONPATH": str(release.root), "POON_DATA_DIR": str(self._folder)},
            cwd=self._folder,
            check=True,
            capture_output=True,
            text=True,
            timeout=MIGRATE_SECONDS,
        )
        return done.stdout

    def _launch(self, release: Release) -> Worker:
        self._releases[release.name] = release
        (port,) = free_ports(1)
        own = {"POON_HTTP__PORT": str(port), RELEASE_VARIABLE: release.name}
        return Worker(release, self.crew.add(release.root, own), port)

    async def _forget(self, workers: Sequence[Worker]) -> None:
        for worker in workers:
            await asyncio.to_thread(self._note, worker)
            self.workers.remove(worker)

    def _note(self, worker: Worker) -> None:
        if (count := worker.settled()) is not None:
            self._known[worker.process.name] = worker.release.name, count


_SETTINGS: Final = {
    "POON_KAFKA__SESSION_TIMEOUT_SECONDS": "6",
    "POON_KAFKA__REBALANCE_TIMEOUT_SECONDS": "6",
    "POON_KAFKA__REQUEST_TIMEOUT_SECONDS": "5",
    "POON_DATABASE__CONNECT_TIMEOUT_SECONDS": "5",
    "POON_RUNTIME__DRAIN_TIMEOUT_SECONDS": "10",
    # Releases before the database told who may work on it know only this.
    "POON_DATABASE__ACCEPT_NEWER_SCHEMA": "true",
    # Pictures here cost nothing to read: as many receipts in flight as on a machine of 20 cores.
    "POON_OCR__PROCESSES": "20",
}
