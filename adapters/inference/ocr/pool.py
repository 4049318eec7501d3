"""Recognition processes: one engine each, so that reading an image never holds up the event loop."""

from __future__ import annotations

import asyncio
import os
import signal
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from typing import TYPE_CHECKING

from adapters.inference.ocr import engine
from contracts.errors import ErrorCode
from workers.ports.errors import BackendError

if TYPE_CHECKING:
    from adapters.inference.ocr.engine import Answer, PageText, Refusal


class RecognitionProcess:
    """One child process. Executors of one process each keep a crash to the image that caused it."""

    def __init__(self) -> None:
        self._executor = ProcessPoolExecutor(
            max_workers=1, mp_context=get_context("spawn"), initializer=engine.start_process
        )
        self._identity = self._executor.submit(engine.process_id)

    async def ready(self) -> int:
        """Wait until the engine is loaded; the process id."""
        return await asyncio.wrap_future(self._identity)

    def read(self, image: bytes) -> Future[Answer]:
        return self._executor.submit(engine.read_image, image)

    def kill(self) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)
        if self._identity.done() and not self._identity.cancelled() and not self._identity.exception():
            with suppress(ProcessLookupError):
                os.kill(self._identity.result(), signal.SIGKILL)

    async def close(self) -> None:
        await asyncio.to_thread(self._executor.shutdown, wait=True, cancel_futures=True)


class RecognitionPool:
    """Hands each image to an idle process; a dead or stuck process is replaced."""

    def __init__(self, processes: int, timeout_seconds: float) -> None:
        self._size = processes
        self._timeout = timeout_seconds
        self._idle: asyncio.Queue[RecognitionProcess] = asyncio.Queue()
        self._processes: set[RecognitionProcess] = set()

    async def start(self) -> list[int]:
        """Start the processes and wait until each has loaded its engine; their ids."""
        for _ in range(self._size):
            self._add()
        try:
            return list(await asyncio.gather(*(process.ready() for process in self._processes)))
        except BrokenExecutor as broken:
            await self.close()
            reason = f"a text recognition process could not start: {broken}"
            raise BackendError(ErrorCode.BACKEND_UNAVAILABLE, reason) from broken

    async def close(self) -> None:
        """Let the images being read finish and end the processes."""
        processes, self._processes = self._processes, set()
        self._idle = asyncio.Queue()
        await asyncio.gather(*(process.close() for process in processes))

    async def read(self, image: bytes) -> PageText | Refusal:
        """Read one image; raises BackendError when its process failed, died or took too long."""
        if not self._processes:
            raise BackendError(ErrorCode.BACKEND_UNAVAILABLE, "text recognition is not started")
        process = await self._idle.get()
        try:
            answer = await self._answer(process, image)
        except BrokenExecutor as broken:
            self._replace(process)
            reason = "the text recognition process died and is replaced"
            raise BackendError(ErrorCode.BACKEND_UNAVAILABLE, reason) from broken
        except TimeoutError:
            self._replace(process)
            reason = f"text recognition took more than {self._timeout:g} s"
            raise BackendError(ErrorCode.BACKEND_TIMEOUT, reason) from None
        self._give_back(process)
        if isinstance(answer, engine.Failure):
            raise BackendError(ErrorCode.BACKEND_UNAVAILABLE, f"text recognition failed: {answer.reason}")
        return answer

    async def _answer(self, process: RecognitionProcess, image: bytes) -> Answer:
        reading = process.read(image)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(reading), self._timeout)
        except asyncio.CancelledError:
            self._return_when_done(process, reading)
            raise

    def _add(self) -> None:
        process = RecognitionProcess()
        self._processes.add(process)
        self._idle.put_nowait(process)

    def _replace(self, process: RecognitionProcess) -> None:
        process.kill()
        if process in self._processes:
            self._processes.remove(process)
            self._add()

    def _give_back(self, process: RecognitionProcess) -> None:
        if process in self._processes:
            self._idle.put_nowait(process)

    def _return_when_done(self, process: RecognitionProcess, reading: Future[Answer]) -> None:
        """A cancelled caller leaves its process busy: were it idle at once, the next image's time would run out."""
        loop = asyncio.get_running_loop()

        def give_back(_: object) -> None:
            with suppress(RuntimeError):  # the loop was closed meanwhile
                loop.call_soon_threadsafe(self._give_back, process)

        def give_up() -> None:
            if not reading.done():
                self._replace(process)

        loop.call_later(self._timeout, give_up)  # nobody else times it out any more
        reading.add_done_callback(give_back)
