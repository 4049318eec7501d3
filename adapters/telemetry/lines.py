"""The stream a fleet logs to: whoever writes never waits for whoever reads.

A log collector that stops reading fills the pipe, and a plain write would then stop the event loop, and with it the
heartbeat that keeps a worker in its group. So a thread of its own writes: the first line at once, those that follow it
closely together. What is queued is bounded; above the bound lines are dropped and counted: a worker that works and logs
less is worth more than one that does neither.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from typing import BinaryIO, Final

LOG: Final = logging.getLogger(__name__)
PAUSE: Final = 0.05
"""Seconds between two writes: a thread woken for every line takes the interpreter from the event loop every time."""
QUEUED_BYTES: Final = 8 * 1024 * 1024
"""Some 20,000 lines: a second of a fleet at full speed."""


class LineWriter:
    """A stream for `logging` handlers and for whole batches of lines; lines of both keep their order.

    Args:
        target: written and flushed by the thread alone.
        limit: the most bytes waiting.
        pause: the least time between two writes, seconds; the end cuts it short.
    """

    def __init__(self, target: BinaryIO, limit: int = QUEUED_BYTES, pause: float = PAUSE) -> None:
        self._target = target
        self._limit = limit
        self._pause = pause
        self._queue: deque[tuple[bytes, int]] = deque()
        self._waiting = 0
        self._closed = threading.Event()
        self._lock = threading.Lock()
        self._something = threading.Condition(self._lock)
        self._dropped = 0
        self._told = 0
        self._thread = threading.Thread(target=self._write_forever, name="log lines", daemon=True)
        self._thread.start()

    @property
    def dropped(self) -> int:
        """Lines given up so far."""
        return self._dropped

    def write(self, text: str) -> int:
        """Queue text, as a `logging.StreamHandler` hands it over."""
        self.write_lines(text.encode(), text.count("\n"))
        return len(text)

    def write_lines(self, data: bytes, count: int) -> None:
        """Queue whole lines, or drop them all."""
        with self._lock:
            if self._closed.is_set() or self._waiting + len(data) > self._limit:
                self._dropped += count
                return
            self._waiting += len(data)
            self._queue.append((data, count))
            self._something.notify()

    def flush(self) -> None:
        """Nothing: a handler calls this after every line, and the thread flushes what it writes."""

    def isatty(self) -> bool:
        """Whether people read along."""
        return self._target.isatty()

    def close(self, timeout: float) -> None:
        """Write what is queued, for at most so many seconds. What comes later is dropped."""
        with self._lock:
            self._closed.set()
            self._something.notify()
        self._thread.join(timeout)

    def _write_forever(self) -> None:
        while queued := self._next():
            data = b"".join(lines for lines, _ in queued)
            try:
                self._target.write(data)
                self._target.flush()
            except (OSError, ValueError):  # nobody reads any more, or the stream was closed
                with self._lock:
                    self._dropped += sum(count for _, count in queued)
                    self._told = self._dropped
            with self._lock:
                self._waiting -= len(data)
            self._tell()
            self._closed.wait(self._pause)

    def _next(self) -> list[tuple[bytes, int]]:
        """All that is queued; empty once closed and written."""
        with self._lock:
            while not self._queue and not self._closed.is_set():
                self._something.wait()
            queued = list(self._queue)
            self._queue.clear()
            return queued

    def _tell(self) -> None:
        """Say in the log itself, once its reader is back, how much of it is missing."""
        missing = self._dropped - self._told
        if missing and not self._closed.is_set():
            self._told += missing
            LOG.warning("log lines dropped", extra={"lines": missing})
