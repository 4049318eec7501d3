"""The processes the models live in: killed, stuck, left alone."""

import asyncio
import io
import os
import select
import signal
import subprocess
import sys

import pytest
from PIL import Image

from adapters.inference.ocr import engine
from adapters.inference.ocr.recognition import LocalTextRecognition
from contracts.errors import ErrorCode
from tests.fakes.clock import settle
from tests.integration.ocr.demo import demo_image
from workers.ports.errors import BackendError

pytestmark = pytest.mark.ocr


def strip() -> bytes:
    """The head of a receipt: what happens to processes happens whatever they read, and a few lines are read sooner."""
    page = Image.open(io.BytesIO(demo_image("coffee-cash.jpg")))
    head = io.BytesIO()
    page.crop((0, 0, page.width, page.height // 3)).save(head, "JPEG")
    return head.getvalue()


HEAD = strip()
ORPHAN = """
import asyncio
from adapters.inference.ocr.recognition import LocalTextRecognition

async def main():
    print(*await LocalTextRecognition().start(), flush=True)
    await asyncio.Event().wait()

if __name__ == "__main__":
    asyncio.run(main())
"""


async def test_a_killed_process_is_replaced_and_the_image_may_be_sent_again() -> None:
    recognition = LocalTextRecognition()
    (victim,) = await recognition.start()
    try:
        os.kill(victim, signal.SIGKILL)
        with pytest.raises(BackendError) as lost:
            await recognition.recognise(HEAD)
        assert lost.value.code is ErrorCode.BACKEND_UNAVAILABLE
        assert (await recognition.recognise(HEAD)).lines
    finally:
        await recognition.close()


async def test_a_process_that_takes_too_long_is_replaced() -> None:
    async with LocalTextRecognition(timeout_seconds=0.01) as recognition:
        with pytest.raises(BackendError) as late:
            await recognition.recognise(HEAD)
        assert late.value.code is ErrorCode.BACKEND_TIMEOUT


async def test_the_event_loop_which_carries_the_heartbeat_goes_on_while_an_image_is_read() -> None:
    async with LocalTextRecognition() as recognition:
        reading = asyncio.get_running_loop().create_task(recognition.recognise(HEAD))
        turns = 0
        while not reading.done():
            await settle(1)
            turns += 1
        assert (await reading).lines
    assert turns > 1_000


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="watching a stranger's process needs Linux")
def test_no_process_outlives_a_killed_parent() -> None:
    with subprocess.Popen([sys.executable, "-c", ORPHAN], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = os.pidfd_open(int(parent.stdout.readline()))
        parent.kill()
    try:
        ended, _, _ = select.select([child], [], [], 30)
        assert ended
    finally:
        os.close(child)


@pytest.mark.usefixtures("socket_disabled")
def test_nothing_is_downloaded() -> None:
    page = engine.read_image(HEAD)
    assert isinstance(page, engine.PageText)
    assert len(page.lines) > 2
