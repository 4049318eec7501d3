"""An error that repeats is told a few times a minute, and how often it was not.

A backend that is away makes every attempt fail, and each would be a line with a stack of frames: thousands a second
that say one thing. The lines of commands are not thinned out: whoever looks for one command has to find it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

WINDOW: Final = 60.0
"""Seconds within which a repetition is one."""

MOST_KINDS: Final = 1_000
"""Kinds of lines that are told apart at a time; a new one beyond them has to wait for the next window."""

_Kind = tuple[str, str, str]


@dataclass(slots=True)
class _Seen:
    began: float
    told: int = 0
    left_out: int = 0


class RepeatFilter(logging.Filter):
    """Lets so many warnings or errors of a kind through in a minute; the first of the next one says what was left out.

    A kind is what is said, who says it, and the class of the error. Lines below `WARNING` pass.

    Args:
        most: of a kind within a minute; 0 lets all through.
        monotonic: tells the time, seconds; called from any thread.
    """

    def __init__(self, most: int, monotonic: Callable[[], float]) -> None:
        super().__init__()
        self._most = most
        self._monotonic = monotonic
        self._seen: dict[_Kind, _Seen] = {}
        self._lock = threading.Lock()
        self._left_out = 0

    @property
    def left_out(self) -> int:
        """Lines that were not written so far."""
        return self._left_out

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is to be written."""
        if not self._most or record.levelno < logging.WARNING:
            return True
        with self._lock:
            return self._admits(record)

    def _admits(self, record: logging.LogRecord) -> bool:
        now = self._monotonic()
        seen = self._kind(_kind_of(record), now)
        if now - seen.began >= WINDOW:
            if seen.left_out:
                record.__dict__["left_out"] = seen.left_out  # a field of the line, as what is passed as extra
            seen.began, seen.told, seen.left_out = now, 0, 0
        if seen.told < self._most:
            seen.told += 1
            return True
        seen.left_out += 1
        self._left_out += 1
        return False

    def _kind(self, kind: _Kind, now: float) -> _Seen:
        seen = self._seen.get(kind)
        if seen is None:
            if len(self._seen) >= MOST_KINDS:
                self._seen = {
                    known: one for known, one in self._seen.items() if now - one.began < WINDOW or one.left_out
                }
            seen = self._seen.setdefault(kind if len(self._seen) < MOST_KINDS else _OTHERS, _Seen(now))
        return seen


_OTHERS: Final[_Kind] = ("", "", "")


def _kind_of(record: logging.LogRecord) -> _Kind:
    error = record.exc_info[0] if record.exc_info else None
    return record.name, str(record.msg), "" if error is None else error.__qualname__
