"""Worker processes as an operator has them: `poon run`, each at its own address, started again when they die."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from tests.drills.memory import MemoryLimit
from tests.drills.programs import Said, poon
from tests.services.processes import ServiceProcess, free_ports
from tests.services.waiting import wait_until

AREAS: Final = ("texts", "spending")
START_SECONDS: Final = 400.0
_POON: Final = (sys.executable, "-c", "from workers.entrypoints.cli import main; main()")


class Worker:
    """One place for a worker process: its address, its settings and its folder stay, processes come and go.

    Attributes:
        environment: its settings; a change counts from the next start.
        limit: what its processes start in; None without a limit.
    """

    def __init__(self, name: str, environment: Mapping[str, str], folder: Path) -> None:
        self.name = name
        (self._port,) = free_ports(1)
        self._home = folder / name
        self._home.mkdir()
        self._log = self._home / "worker.log"
        self._process: ServiceProcess | None = None
        self.limit: MemoryLimit | None = None
        self.environment = {
            **environment,
            "POON_DATA_DIR": str(self._home),
            "POON_LOGGING__FORMAT": "json",
            "POON_HTTP__PORT": str(self._port),
        }

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._port}"

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.running

    def start(self) -> None:
        """Start a process; does not wait until it works."""
        self.kill()  # one that has died by itself is still in the care of the tests' guardian
        command = [*_POON, "run", "--areas", ",".join(AREAS)]
        entered = self.limit.entering(command) if self.limit else command
        self._process = ServiceProcess(entered, self._log, environment=self.environment)

    def start_and_wait(self) -> None:
        """Start a process and wait until it has its partitions; blocks."""
        before = self._runs_told()
        self.start()
        wait_until(lambda: self._runs_told() > before or not self.is_alive, self.name, timeout=START_SECONDS)
        assert self.is_alive, self._log.read_text(errors="replace")[-3_000:]

    def stop(self) -> None:
        """SIGTERM, and wait until it has drained; blocks."""
        if self._process is not None:
            self._process.stop()

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()

    def poon(self, arguments: Sequence[str]) -> Said:
        """What an operator beside this worker gets to see of a command; blocks."""
        return poon(arguments, {**self.environment, "COLUMNS": "200"}, self._home)

    def _runs_told(self) -> int:
        return self._log.read_text(errors="replace").count('"fleet runs"') if self._log.exists() else 0
