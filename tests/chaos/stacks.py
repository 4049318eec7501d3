"""Where every task of a process waits at the moment: told on SIGUSR1, for a run that does not end."""

import asyncio
import signal
import sys
from collections.abc import Iterator
from typing import Any


def tell_stacks_on_request() -> None:
    """Have this process write its tasks to standard error whenever it gets SIGUSR1."""
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, _tell)


def _tell() -> None:
    for task in asyncio.all_tasks():
        sys.stderr.write(f"TASK {task.get_name()}: {' < '.join(_waits(task.get_coro()))}\n")
    sys.stderr.flush()


def _waits(waiting: Any) -> Iterator[str]:  # noqa: ANN401  a coroutine, a generator, a future, whatever is awaited
    """The places a coroutine waits at, from the outside in."""
    while waiting is not None:
        frame = getattr(waiting, "cr_frame", None) or getattr(waiting, "gi_frame", None)
        if frame is None:
            yield repr(waiting)[:120]
            return
        yield f"{frame.f_code.co_qualname}:{frame.f_lineno}"
        waiting = getattr(waiting, "cr_await", None) or getattr(waiting, "gi_yieldfrom", None)
