"""Computing in a thread."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

A = TypeVar("A")
R = TypeVar("R")


class ThreadComputing:
    """`Computing` in one thread: the event loop shares the interpreter with one busy thread at most.

    However many ask, it gets its turn after five milliseconds (`sys.getswitchinterval`).

    Args:
        threads: more of them for work that waits for disks and networks now and then.
    """

    def __init__(self, threads: int = 1) -> None:
        self._executor = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="computing")

    async def run(self, function: Callable[[A], R], argument: A) -> R:
        return await asyncio.get_running_loop().run_in_executor(self._executor, function, argument)

    async def close(self) -> None:
        """Let what is being computed end; what waits is given up."""
        await asyncio.to_thread(self._executor.shutdown, wait=True, cancel_futures=True)
