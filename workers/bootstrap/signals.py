"""SIGTERM and SIGINT: the first drains, the second aborts, and what does not end then is ended."""

from __future__ import annotations

import asyncio
import logging
import os
import queue
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType, TracebackType
from typing import Any, Final, Self

from workers.ports.clock import Clock

LOG: Final = logging.getLogger(__name__)
SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
EXIT_CODE: Final = 143
"""128 + SIGTERM, as a shell tells it: stopped before everything in flight was finished."""

MARGIN: Final = 4.5
"""Seconds to leave the group and close connections in. With the default drain time this ends before the 30 seconds
Kubernetes grants by default."""

ABORT_MARGIN: Final = 2.0
"""The same after a second signal, which says that somebody does not want to wait."""

_LAST_WORDS_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Stop:
    """How a fleet is asked to stop.

    Attributes:
        drain: take nothing new, finish what is in flight.
        abort: do not wait for it.
    """

    drain: asyncio.Event = field(default_factory=asyncio.Event)
    abort: asyncio.Event = field(default_factory=asyncio.Event)


class StopSignals:
    """Listens to the signals for as long as the context is open.

    A thread of its own counts them and the time: an event loop that is blocked hears no signal, and would never end a
    drain. Ending the process by force is as safe as any crash: what was not committed is redelivered.

    Args:
        drain_timeout: seconds a drain may take before the fleet itself gives it up.
        end: ends the process at once with an exit code.
    """

    def __init__(self, stop: Stop, clock: Clock, drain_timeout: float, end: Callable[[int], None] = os._exit) -> None:
        self._stop = stop
        self._clock = clock
        self._drain_timeout = drain_timeout
        self._end = end
        self._loop = asyncio.get_running_loop()
        # Its `put` may interrupt itself, as a signal may come while another one is handled.
        self._received: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self._watch = threading.Thread(target=self._count, name="stop signals", daemon=True)
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        self._watch.start()
        self._before = {number: signal.signal(number, self._note) for number in SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._received.put(None)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        self._received.put(number)

    def _count(self) -> None:
        """The thread: without a signal it ends with the context, after one it stays to end the process in time."""
        if self._received.get() is None:
            return
        self._ask(self._stop.drain)
        if not self._is_repeated_within(self._drain_timeout + MARGIN):
            self._finish("the drain did not end in time")
            return
        self._ask(self._stop.abort)
        third = self._is_repeated_within(ABORT_MARGIN)
        self._finish("stopped by a third signal" if third else "the abort did not end in time")

    def _is_repeated_within(self, seconds: float) -> bool:
        deadline = self._clock.monotonic() + seconds
        while (left := deadline - self._clock.monotonic()) > 0:
            with suppress(queue.Empty):
                if self._received.get(timeout=left) is not None:
                    return True
        return False

    def _ask(self, event: asyncio.Event) -> None:
        with suppress(RuntimeError):  # the loop is closed: the process is about to end
            self._loop.call_soon_threadsafe(event.set)

    def _finish(self, reason: str) -> None:
        # The thread that is stuck may hold the log's lock.
        words = threading.Thread(target=LOG.error, args=("ended by force",), kwargs={"extra": {"reason": reason}})
        words.daemon = True
        words.start()
        words.join(_LAST_WORDS_SECONDS)
        self._end(EXIT_CODE)
