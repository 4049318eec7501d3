"""A sign of life for `poon health`: a small file, written every few seconds by the event loop that works."""

from __future__ import annotations

import json
import logging
import os
import socket
from contextlib import suppress
from pathlib import Path
from typing import Final

from workers.ports.clock import Clock

LOG: Final = logging.getLogger(__name__)
FILE_NAME: Final = f"heartbeat-{socket.gethostname()}.json"
"""One a host: replicas in containers may share a data folder, and a live one must not speak for a dead one."""

INTERVAL: Final = 2.0
"""Seconds between two beats."""


class Heartbeat:
    """Writes the file, whole or not at all."""

    def __init__(self, data_dir: Path, clock: Clock) -> None:
        self._path = data_dir / FILE_NAME
        self._clock = clock

    def beat(self, state: str) -> None:
        """Say what the process does now: starting, running, waiting for something, draining."""
        content = {"pid": os.getpid(), "at": self._clock.now().timestamp(), "state": state}
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
