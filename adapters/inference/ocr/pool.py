"""Recognition processes: one engine each, so that reading an image never holds up the event loop."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.inference.ocr import engine
from adapters.inference.ocr.model_file import UnusableModelError
from contracts.errors import ErrorCode
from workers.ports.errors import BackendError, UnavailableError

if TYPE_CHECKING:
    from adapters.inference.ocr.engine import Answer, Choices, PageText, Refusal


class RecognitionProcess:
    """One child process. Executors of one process each keep a crash to the image that caused it."""

    def __init__(self, choices: Choices) -> None:
        self._executor = ProcessPoolExecutor(
            max_workers=1, mp_context=get_context("spawn"), initializer=engine.start_process, initargs=(choices,)
        )
        self._identity = self._executor.submit(engine.process_id)

    async def ready(self) -> int:
        """Wait until the engine is loaded; the process id."""
        return await asyncio.wrap_future(self._identity)

    def read(self, image: bytes) -> Future[Answer]:
        return self._executor.submit(engine.read_image, image)

    def resident_bytes(self) -> int:
        """Memory the process holds; 0 before it is ready and on systems that do not tell."""
        if not self._identity.done() or self._identity.cancelled() or self._identity.exception():
            return 0
        return resident_bytes(self._identity.result())

    def kill(self) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)
        if self._identity.done() and not self._identity.cancelled() and not self._identity.exception():
            with suppress(ProcessLookupError):
                os.kill(self._identity.result(), signal.SIGKILL)

    async def close(self) -> None:
        await asyncio.to_thread(self._executor.shutdown, wait=True, cancel_futures=True)


def resident_bytes(process_id: int) -> int:
    """Memory a process of this machine holds; 0 when it is gone or the system has no /proc."""
    try:
        pages = Path(f"/proc/{process_id}/statm").read_text(encoding="ascii").split()[1]
    except OSError:
        return 0
    return int(pages) * resource.getpagesize()


class RecognitionPool:
    """Hands each image to an idle process; a dead, stuck or bloated process is replaced."""

    def __init__(self, processes: int, timeout_seconds: float, choices: Choices, max_resident_bytes: int) -> None:
        self._size = processes
        self._timeout = timeout_seconds
        self._choices = choices
        self._most = max_resident_bytes
        self._idle: asyncio.Queue[RecognitionProcess] = asyncio.Queue()
        self._processes: set[RecognitionProcess] = set()

    async def start(self) -> list[int]:
        """Start the processes and wait until each has loaded its engine; their ids.

        Raises:
            UnavailableError: the operator's model is unusable.
            BackendError: a process ended while it started.
        """
        for _ in range(self._size):
            self._add()
        try:
            return list(await asyncio.gather(*(process.ready() for process in self._processes)))
        except BrokenExecutor as broken:
            await self.close()
            reason = f"a text recognition process could not start: {broken}"
            raise BackendError(ErrorCode.BACKEND_UNAVAILABLE, reason) from broken
        except UnusableModelError as unusable:
            await self.close()
            raise UnavailableError(f"text recognition cannot start: {unusable}") from unusable

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
        self._give_back_or_replace(process)
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
        process = RecognitionProcess(self._choices)
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

    def _give_back_or_replace(self, process: RecognitionProcess) -> None:
        if process.resident_bytes() > self._most:
            self._replace(process)
        else:
            self._give_back(process)

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
