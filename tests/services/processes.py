"""Programs started for a test run: found, started, stopped and never left behind."""

import atexit
import functools
import itertools
import os
import shutil
import signal
import socket
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, Final, Self

from tests.services import guardian

_STOP_SECONDS: Final = 20.0
_SERVICE_PORTS: Final = range(15_000, 32_000)
_TURNS: Final = itertools.count(os.getpid() * 389)  # runs that start together begin far apart


def find_program(name: str, *directories: Path) -> Path | None:
    """A program from PATH or else from these directories."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *map(str, directories)])
    found = shutil.which(name, path=path)
    return Path(found) if found else None


def free_ports(count: int) -> list[int]:
    """Ports of loopback that are free now and that nobody is given by chance.

    Below the range out of which systems number their connections, and not twice in this process before all others had
    their turn: between this answer and the service that binds a port, test runs beside this one look for ports too.
    """
    found: list[int] = []
    with ExitStack() as stack:
        for _ in _SERVICE_PORTS:
            port = _SERVICE_PORTS[next(_TURNS) % len(_SERVICE_PORTS)]
            tried = stack.enter_context(socket.socket())
            with suppress(OSError):
                tried.bind(("127.0.0.1", port))
                found.append(port)
            if len(found) == count:
                return found
    raise RuntimeError(f"fewer than {count} free ports from {_SERVICE_PORTS.start} to {_SERVICE_PORTS.stop - 1}")


def kill_children(pid: int) -> None:
    """End the direct children of a process at once. Only Linux tells who they are."""
    with suppress(FileNotFoundError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            with suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGKILL)


class ServiceProcess:
    """One program in a session of its own, its output in a file."""

    def __init__(
        self,
        command: Sequence[str | Path],
        log: Path,
        *,
        user: str | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
                user=user,
                cwd=log.parent,
                start_new_session=True,
            )
        self._log = log
        _tell_guardian(f"+{self.pid}")

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """How it ended; negative for a signal, None while it runs."""
        return self._process.poll()

    def ensure_running(self) -> None:
        """Raise with the end of its output if the program has ended."""
        if not self.running:
            raise RuntimeError(f"{self._process.args!r} ended with {self._process.returncode}: {self.tail()}")

    def tail(self) -> str:
        return self._log.read_text(errors="replace")[-2000:]

    def wait(self, seconds: float) -> None:
        """Wait until it has ended by itself.

        Raises:
            subprocess.TimeoutExpired: it has not.
        """
        self._process.wait(seconds)

    def suspend(self) -> None:
        """Freeze the program: it holds its connections and answers nothing."""
        os.killpg(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.killpg(self.pid, signal.SIGCONT)

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the program and its children."""
        self._signal(number)

    def kill(self) -> None:
        """End at once, as a crash does."""
        self._signal(signal.SIGKILL)
        self._reap()

    def stop(self, with_signal: signal.Signals = signal.SIGTERM) -> None:
        """End in order; at once if that takes too long."""
        self._signal(with_signal)
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
        self._reap()

    def _signal(self, number: signal.Signals) -> None:
        if self.running:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    def _reap(self) -> None:
        self._process.wait()
        _tell_guardian(f"-{self.pid}")


@functools.cache
def _guardian() -> IO[str]:
    process = subprocess.Popen(
        [sys.executable, "-S", guardian.__file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        text=True,
    )
    # The end of its input ends the guardian, and it kills what is still in its care.
    atexit.register(process.communicate)
    if process.stdin is None:
        raise RuntimeError("the guardian has no input")
    return process.stdin


def _tell_guardian(line: str) -> None:
    pipe = _guardian()
    pipe.write(f"{line}\n")
    pipe.flush()


class Startable(ABC):
    """Runs for the length of a `with`; a start that fails leaves nothing behind."""

    @abstractmethod
    def start(self) -> None:
        """Start, and return when it can be used."""

    @abstractmethod
    def close(self) -> None:
        """Stop, also half started, and leave nothing behind."""

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
