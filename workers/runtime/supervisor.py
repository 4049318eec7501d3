"""The one home of background tasks: named, and never failing unnoticed."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Supervisor:
    """Owns the tasks of a worker. The first one that fails is reported by `until`."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._failure: asyncio.Future[BaseException] = asyncio.get_running_loop().create_future()

    def spawn(self, work: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
        """Start a task; the caller need not keep it."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    async def first_of(self, *works: Coroutine[Any, Any, object]) -> None:
        """Wait until one of them has ended, and end the others."""
        waits = [self.spawn(work, "one of several waits") for work in works]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()

    def fail(self, error: BaseException) -> None:
        """Report a failure that is nobody's task; the first one counts, as with tasks."""
        if not self._failure.done():
            self._failure.set_result(error)

    async def until(self, stop: asyncio.Event) -> BaseException | None:
        """Wait until `stop` is set or a task fails.

        Returns:
            The exception of the first task that failed, or None when asked to stop.
        """
        stopping = asyncio.create_task(stop.wait(), name="await stop")
        either: set[asyncio.Future[Any]] = {stopping, self._failure}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            return self._failure.result() if self._failure.done() else None
        finally:
            stopping.cancel()

    async def close(self) -> None:
        """Cancel every task and wait for them to end."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._failure.cancel()

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is not None:
            self.fail(error)
