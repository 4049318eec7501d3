"""A sign of life: a small file, written every few seconds by the event loop that works; it also tells where to ask."""

from __future__ import annotations

import json
import logging
import os
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from workers.ports.clock import Clock

LOG: Final = logging.getLogger(__name__)
FILE_NAME: Final = f"heartbeat-{socket.gethostname()}.json"
"""One a host: replicas in containers may share a data folder, and a live one must not speak for a dead one."""

INTERVAL: Final = 2.0
"""Seconds between two beats."""


@dataclass(frozen=True, slots=True)
class Beat:
    """What the file says.

    Attributes:
        at: when it was written, seconds since the epoch.
        state: what the process did then.
        url: where it answers over HTTP; None where it does not.
    """

    pid: int
    at: float
    state: str
    url: str | None


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
            return Beat(pid, at, state, url if isinstance(url, str) else None)
        case _:
            raise UnreadableBeatError


class Heartbeat:
    """Writes the file, whole or not at all.

    Args:
        url: where the process answers over HTTP, if it does.
    """

    def __init__(self, data_dir: Path, clock: Clock, url: str | None = None) -> None:
        self._path = data_dir / FILE_NAME
        self._clock = clock
        self._url = url

    def beat(self, state: str) -> None:
        """Say what the process does now: starting, running, waiting for something, draining."""
        content = {"pid": os.getpid(), "at": self._clock.now().timestamp(), "state": state, "url": self._url}
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
