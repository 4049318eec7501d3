"""A sign of life: a small file, written every few seconds by the event loop that works; it also tells where to ask.

A process that ends as it should takes the file away. One that finds a file of another process in its place knows that
its predecessor was killed, and carries that on: for its memory a process is killed without a word, and nobody else in
the fleet could tell.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from workers.ports.clock import Clock

LOG: Final = logging.getLogger(__name__)
FILE_NAME: Final = f"heartbeat-{socket.gethostname()}.json"
"""One a host: replicas in containers may share a data folder, and a live one must not speak for a dead one."""

INTERVAL: Final = 2.0
"""Seconds between two beats."""

MOST_KILLED: Final = 20
"""The latest killed predecessors that are remembered."""

_KILOBYTES: Final = 1_000 if sys.platform == "darwin" else 1_000_000 / 1_024
"""What `ru_maxrss` counts in, for a megabyte."""


def peak_megabytes(whose: int = resource.RUSAGE_SELF) -> int:
    """The most memory this process has had so far, or with `RUSAGE_CHILDREN` the largest of its that have ended."""
    return int(resource.getrusage(whose).ru_maxrss / _KILOBYTES)


@dataclass(frozen=True, slots=True)
class Killed:
    """A process that ended without taking its file away.

    Attributes:
        at: when it last gave a sign of life, seconds since the epoch.
        megabytes: the most memory it had had by then.
    """

    at: float
    megabytes: int


@dataclass(frozen=True, slots=True)
class Beat:
    """What the file says.

    Attributes:
        at: when it was written, seconds since the epoch.
        state: what the process did then.
        url: where it answers over HTTP; None where it does not.
        megabytes: the most memory it had had by then.
        killed: the processes before it that were killed, the latest last.
    """

    pid: int
    at: float
    state: str
    url: str | None
    megabytes: int = 0
    killed: tuple[Killed, ...] = ()


class UnreadableBeatError(Exception):
    """There is a file, and it is no heartbeat."""


def read_beat(data_dir: Path) -> Beat | None:
    """The last heartbeat of this host in a data folder; None where no fleet runs that ended well.

    Raises:
        UnreadableBeatError: it cannot be read.
    """
    try:
        written = json.loads((data_dir / FILE_NAME).read_bytes())
    except OSError:
        return None
    except ValueError:
        raise UnreadableBeatError from None
    match written:
        case {"pid": int(pid), "at": int(at) | float(at), "state": str(state)}:
            url = written.get("url")
            return Beat(
                pid, at, state, url if isinstance(url, str) else None, _megabytes(written), _killed_before(written)
            )
        case _:
            raise UnreadableBeatError


def _megabytes(written: Mapping[str, Any]) -> int:
    """A release before this one writes none."""
    megabytes = written.get("megabytes")
    return megabytes if isinstance(megabytes, int) else 0


def _killed_before(written: Mapping[str, Any]) -> tuple[Killed, ...]:
    match written.get("killed"):
        case [*pairs]:
            return tuple(Killed(*pair) for pair in pairs if isinstance(pair, list) and len(pair) == 2)  # noqa: PLR2004  time and memory
        case _:
            return ()


class Heartbeat:
    """Writes the file, whole or not at all.

    Args:
        url: where the process answers over HTTP, if it does.
        memory: the most megabytes this process has had so far.
    """

    def __init__(
        self, data_dir: Path, clock: Clock, url: str | None = None, memory: Callable[[], int] = peak_megabytes
    ) -> None:
        self._path = data_dir / FILE_NAME
        self._clock = clock
        self._url = url
        self._memory = memory
        self._killed = _and_the_last(data_dir)

    def beat(self, state: str) -> None:
        """Say what the process does now: starting, running, waiting for something, draining."""
        content = {
            "pid": os.getpid(),
            "at": self._clock.now().timestamp(),
            "state": state,
            "url": self._url,
            "megabytes": self._memory(),
            "killed": [(one.at, one.megabytes) for one in self._killed],
        }
        fresh = self._path.with_suffix(f".{os.getpid()}")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_text(json.dumps(content))
            fresh.replace(self._path)
        except OSError as error:  # a full disk is no reason to stop, and none to skip the drain
            LOG.warning("no heartbeat", extra={"reason": str(error)})

    def end(self) -> None:
        """Take the file away: the process has ended as it should."""
        with suppress(OSError):
            self._path.unlink()


def _and_the_last(data_dir: Path) -> tuple[Killed, ...]:
    """The killed predecessors in this place, the one whose file is still there included."""
    try:
        last = read_beat(data_dir)
    except UnreadableBeatError:
        return ()
    if last is None or _lives_beside(last.pid):
        return ()
    return (*last.killed, Killed(last.at, last.megabytes))[-MOST_KILLED:]


def _lives_beside(pid: int) -> bool:
    """Whether another process has this number now. In a container every process of a fleet may have the same: ours."""
    if pid == os.getpid():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # somebody else's
        return True
    return True
