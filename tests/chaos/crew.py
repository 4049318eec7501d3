"""The workers as processes: started, killed, stopped, frozen, and noticed when they die by themselves."""

import json
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

from tests.services.processes import ServiceProcess
from workers.entrypoints.exits import ExitCode

ROOT: Final = Path(__file__).parents[2]
CLEAN: Final = (ExitCode.OK, ExitCode.ABORTED)
"""How a worker ends that was asked to: everything finished, or what was not given up in time."""
MOST: Final = 4
"""Workers at a time."""
_NOTHING: Final[Mapping[str, str]] = {}
_RUNNER: Final = ("-m", "tests.chaos.runner")


@dataclass(frozen=True, slots=True)
class WorkerProcess:
    """One worker."""

    name: str
    process: ServiceProcess
    log: Path

    @property
    def has_run(self) -> bool:
        """Whether it has said that it has its partitions."""
        return '"fleet runs"' in self.log.read_text(errors="replace")

    def last_words(self) -> str:
        """The messages of the last lines of its log."""
        lines = self.log.read_text(errors="replace").splitlines()[-5:]
        return " / ".join(_message(line) for line in lines)[-500:]


class Crew:
    """The workers there are at the moment.

    Args:
        environment: of every worker.
        folder: for logs.
        program: what each of them runs, as arguments of Python.

    Attributes:
        deaths: what workers died of that nobody killed or stopped.
        failed_starts: how many could not start, because what they need was away.
    """

    def __init__(self, environment: Mapping[str, str], folder: Path, program: Sequence[str] = _RUNNER) -> None:
        self._environment = environment
        self._program = program
        self._folder = folder
        self._numbers = count(1)
        self._workers: list[WorkerProcess] = []
        self.deaths: list[str] = []
        self.failed_starts = 0

    @property
    def workers(self) -> tuple[WorkerProcess, ...]:
        return tuple(self._workers)

    def add(self, root: Path = ROOT, more: Mapping[str, str] = _NOTHING) -> WorkerProcess:
        """Start one more; does not wait until it works.

        Args:
            root: the folder its code is taken from.
            more: settings of its own.
        """
        name = f"worker-{next(self._numbers)}"
        home = self._folder / name
        home.mkdir()
        log = home / "worker.log"
        settings = {"POON_DATA_DIR": str(home), "POON_LOGGING__FORMAT": "json", "PYTHONPATH": str(root)}
        process = ServiceProcess(
            [sys.executable, *self._program], log, environment={**self._environment, **settings, **more}
        )
        worker = WorkerProcess(name, process, log)
        self._workers.append(worker)
        return worker

    def pick(self, choice: int) -> WorkerProcess:
        """One of the workers."""
        return self._workers[choice % len(self._workers)]

    def kill(self, worker: WorkerProcess) -> None:
        self._workers.remove(worker)
        worker.process.kill()

    def stop(self, worker: WorkerProcess) -> None:
        """SIGTERM, and wait for the drained process to end.

        Another exit code than its own two for that is a death, unless it had not come so far as to hear the signal.
        """
        self._workers.remove(worker)
        worker.process.stop()
        if worker.has_run and worker.process.exit_code not in CLEAN:
            self._mourn(worker, "asked to stop")

    def ask_for_stacks(self) -> None:
        """Have every worker write to its log where its tasks wait."""
        for worker in self._workers:
            worker.process.send(signal.SIGUSR1)

    def bury(self) -> list[WorkerProcess]:
        """Take out the workers that died by themselves, as an orchestrator would notice, and tell which."""
        dead = [worker for worker in self._workers if not worker.process.running]
        for worker in dead:
            self._workers.remove(worker)
            worker.process.kill()  # nothing is left to kill: takes it out of the guardian's care
            if worker.process.exit_code == ExitCode.UNAVAILABLE and not worker.has_run:
                self.failed_starts += 1
            else:
                self._mourn(worker, "by itself")
        return dead

    def close(self) -> None:
        for worker in self._workers:
            worker.process.kill()
        self._workers.clear()

    def _mourn(self, worker: WorkerProcess, how: str) -> None:
        self.deaths.append(f"{worker.name} ended {how} with {worker.process.exit_code}: {worker.last_words()}")


def _message(line: str) -> str:
    try:
        told = json.loads(line)
    except ValueError:
        return line
    return str(told.get("message") or told.get("event") or line)
