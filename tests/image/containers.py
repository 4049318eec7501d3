"""Containers of the image as a pod of the chart starts them: no root, no rights, nothing to write to, and no shell."""

import subprocess
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from infra.image.engine import Engine, options
from tests.services.processes import ServiceProcess

SHELLS: Final = ("/usr/bin/bash", "/usr/bin/dash")
"""Debian's; `sh` is one of them. Something that cannot be started lies on each."""
NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
_SECONDS: Final = 240


@dataclass(frozen=True, slots=True)
class Done:
    """How a container ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def told(self) -> str:
        return f"ended with {self.code}: {self.stdout[-3000:]}{self.stderr[-3000:]}"


@dataclass(frozen=True, slots=True)
class Image:
    """An image, and the engine that runs it.

    Attributes:
        shells: which of its programs cannot be started.
    """

    engine: Engine
    name: str
    shells: tuple[str, ...] = SHELLS

    def run(self, *arguments: str, settings: Mapping[str, str] = NOTHING, network: str = "none") -> Done:
        """Run to the end; in a container without any network, unless one is named."""
        return self._ended(self._command(f"--network={network}", *options(self.name, settings, *arguments)))

    def python(self, program: str, *arguments: str) -> Done:
        """Run a program with the image's own Python."""
        started = ("--entrypoint=python", self.name, "-c", program, *arguments)
        return self._ended(self._command("--network=none", *started))

    def starts(self, program: str) -> bool:
        """Whether this can be the first process of a container."""
        return self._ended(self._command("--network=none", f"--entrypoint={program}", self.name, "-c", ":")).code == 0

    @contextmanager
    def running(self, log: Path, *arguments: str, settings: Mapping[str, str] = NOTHING) -> Iterator["Running"]:
        """A container on the network of this machine, for the length of a `with`."""
        name = f"poon-test-{uuid.uuid4().hex[:12]}"
        command, environment = self._command(
            f"--name={name}", "--network=host", *options(self.name, settings, *arguments)
        )
        process = ServiceProcess(command, log, environment=environment)
        try:
            yield Running(self.engine, name, process)
        finally:
            removal, environment = self.engine.process("rm", "--force", name)
            subprocess.run(removal, env=environment, capture_output=True, check=False)
            process.stop()

    def _command(self, *arguments: str) -> tuple[list[str], dict[str, str]]:
        masked = (f"--volume=/dev/null:{shell}:ro" for shell in self.shells)
        hardened = ("--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--tmpfs=/tmp:mode=1777")
        return self.engine.process("run", "--rm", *hardened, *self.engine.hardened, *masked, *arguments)

    @staticmethod
    def _ended(command: tuple[list[str], dict[str, str]]) -> Done:
        words, environment = command
        done = subprocess.run(
            words, env=environment, capture_output=True, text=True, check=False, timeout=_SECONDS
        )  # fmt: skip
        return Done(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True, slots=True)
class Running:
    """A container that runs."""

    engine: Engine
    name: str
    process: ServiceProcess

    def ask(self, *command: str) -> Done:
        """Start a program beside it, as a probe does."""
        words, environment = self.engine.process("exec", self.name, *command)
        done = subprocess.run(
            words, env=environment, capture_output=True, text=True, check=False, timeout=_SECONDS
        )  # fmt: skip
        return Done(done.returncode, done.stdout, done.stderr)

    def stop(self, seconds: int) -> int | None:
        """SIGTERM, SIGKILL after so many seconds; how it ended."""
        self.engine.say("stop", "-t", str(seconds), self.name)
        self.process.wait(seconds)
        return self.process.exit_code
