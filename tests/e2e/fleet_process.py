"""`poon run` as a process of its own, to be started, stopped and killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from tests.services.waiting import wait_until


class FleetProcess:
    """One fleet. Its log is in `log`.

    Args:
        environment: its settings.
        folder: its data.
        areas: what it works for.
        arguments: more for `poon run`.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        folder: Path,
        areas: str = "texts,spending",
        arguments: Sequence[str] = (),
    ) -> None:
        self.log = folder / "fleet.log"
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("POON_")},
            **environment,
            "POON_DATA_DIR": str(folder),
            "POON_LOGGING__FORMAT": "json",
        }
        self._arguments = ["run", "--areas", areas, *arguments]
        self._folder = folder
        self._output: IO[bytes] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        self._output = self.log.open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from workers.entrypoints.cli import main; main()", *self._arguments],
            env=self._environment,
            cwd=self._folder,
            stdout=self._output,
            stderr=subprocess.STDOUT,
        )

    def start_and_wait(self) -> None:
        seen = self._runs_told()
        self.start()
        wait_until(lambda: self._runs_told() > seen or not self.alive, "the fleet to run", timeout=60)
        assert self.alive, self.log.read_text()

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """Kill -9: no chance to say goodbye."""
        self._end(signal.SIGKILL)

    def terminate(self) -> int:
        """SIGTERM, and the exit code of the drained process."""
        return self._end(signal.SIGTERM)

    def send(self, number: signal.Signals) -> None:
        """A signal, without waiting for what it does."""
        os.kill(self.pid, number)

    def wait(self, seconds: float = 60) -> int:
        """Wait for the process to end by itself."""
        assert self._process is not None
        code = self._process.wait(seconds)
        self._close_log()
        return code

    def _end(self, number: signal.Signals) -> int:
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(number)
        return self.wait()

    def _close_log(self) -> None:
        if self._output is not None:
            self._output.close()

    def _runs_told(self) -> int:
        return self.log.read_text().count('"fleet runs"') if self.log.exists() else 0
