"""A limit on the memory of a process, enforced by the kernel as it is for a container."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from tests.services.service import ServiceUnavailableError
from tests.services.waiting import wait_until

_ONE_HIERARCHY: Final = Path("/sys/fs/cgroup")
_OF_MEMORY: Final = Path("/sys/fs/cgroup/memory")
MEGABYTE: Final = 1_000_000
EMPTY_SECONDS: Final = 10.0


class MemoryLimit:
    """A control group of this process's own: what runs in it and takes more is killed by the kernel (OOM).

    Raises:
        ServiceUnavailableError: no group can be made here.
    """

    def __init__(self, name: str) -> None:
        self._is_unified = (_ONE_HIERARCHY / "cgroup.controllers").exists()
        self._folder = (_ONE_HIERARCHY if self._is_unified else _OF_MEMORY) / f"{name}-{os.getpid()}"
        try:
            self._folder.mkdir()
        except OSError as error:
            raise ServiceUnavailableError(f"needs a memory control group of its own: {error}") from error
        if not self._limit_file.exists():
            self.close()
            raise ServiceUnavailableError("needs control groups that limit memory")

    def limit_to(self, megabytes: int) -> None:
        """From now on no more than this, page cache included, which is given up first."""
        self._limit_file.write_text(str(megabytes * MEGABYTE))

    def entering(self, command: list[str]) -> list[str]:
        """The command, run within the limit from its first moment."""
        return ["sh", "-c", f'echo $$ > "{self._folder}/cgroup.procs" && exec "$@"', "sh", *command]

    @property
    def used_megabytes(self) -> int:
        """What everything in here takes together."""
        name = "memory.current" if self._is_unified else "memory.usage_in_bytes"
        return int((self._folder / name).read_text()) // MEGABYTE

    @property
    def kills(self) -> int:
        """How many processes the kernel has killed in here."""
        events = self._folder / ("memory.events" if self._is_unified else "memory.oom_control")
        return int(dict(line.split() for line in events.read_text().splitlines())["oom_kill"])

    def close(self) -> None:
        """Remove the group; nothing may run in it any more."""

        def removed() -> bool:
            with suppress(OSError):
                self._folder.rmdir()
            return not self._folder.exists()

        wait_until(removed, "the control group to be empty", timeout=EMPTY_SECONDS)

    @property
    def _limit_file(self) -> Path:
        return self._folder / ("memory.max" if self._is_unified else "memory.limit_in_bytes")
