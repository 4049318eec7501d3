"""A place in the pool is given back, whatever becomes of the caller."""

import asyncio
import os
from concurrent.futures import Future

import pytest

from adapters.inference.ocr import pool as pools
from adapters.inference.ocr.engine import Choices
from tests.fakes.clock import settle

MOST = 1_000


class FakeProcess:
    """Reads at once, but never ends with an image that hangs; grows by each image's size."""

    started = 0

    def __init__(self, _: Choices) -> None:
        self.held = 0
        FakeProcess.started += 1

    async def ready(self) -> int:
        return 1

    def read(self, image: bytes) -> Future[str]:
        reading: Future[str] = Future()
        reading.set_running_or_notify_cancel()
        self.held += len(image)
        if image != b"hangs":
            reading.set_result("page")
        return reading

    def resident_bytes(self) -> int:
        return self.held

    def kill(self) -> None:
        """Nothing to kill."""

    async def close(self) -> None:
        """Nothing to close."""


@pytest.fixture
async def pool(monkeypatch: pytest.MonkeyPatch) -> pools.RecognitionPool:
    monkeypatch.setattr(pools, "RecognitionProcess", FakeProcess)
    monkeypatch.setattr(FakeProcess, "started", 0)
    started = pools.RecognitionPool(1, 0.05, Choices(), MOST)
    await started.start()
    return started


async def test_a_hanging_image_whose_caller_was_cancelled_costs_its_process_and_not_the_place(
    pool: pools.RecognitionPool,
) -> None:
    hanging = asyncio.get_running_loop().create_task(pool.read(b"hangs"))
    await settle()
    hanging.cancel()
    await asyncio.gather(hanging, return_exceptions=True)
    assert await pool.read(b"fine") == "page"  # type: ignore[comparison-overlap]


async def test_a_process_that_holds_too_much_after_an_image_makes_room_for_a_new_one(
    pool: pools.RecognitionPool,
) -> None:
    for _ in range(2):
        assert await pool.read(bytes(MOST // 2)) == "page"  # type: ignore[comparison-overlap]
    assert FakeProcess.started == 1
    assert await pool.read(b"one byte more") == "page"  # type: ignore[comparison-overlap]
    assert FakeProcess.started == 2
    assert await pool.read(b"fine") == "page"  # type: ignore[comparison-overlap]
    assert FakeProcess.started == 2


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="the system does not tell")  # noqa: PTH110
def test_the_memory_a_process_holds_is_the_system_s_own_figure() -> None:
    before = pools.resident_bytes(os.getpid())
    held = bytearray(os.urandom(64_000_000))
    assert pools.resident_bytes(os.getpid()) - before > 0.8 * len(held)


def test_a_process_that_is_gone_holds_nothing() -> None:
    assert pools.resident_bytes(2**22 + 1) == 0
