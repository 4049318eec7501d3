"""A place in the pool is given back, whatever becomes of the caller."""

import asyncio
from concurrent.futures import Future

import pytest

from adapters.inference.ocr import pool as pools
from tests.fakes.clock import settle


class FakeProcess:
    """Reads at once, but never ends with an image that hangs."""

    async def ready(self) -> int:
        return 1

    def read(self, image: bytes) -> Future[str]:
        reading: Future[str] = Future()
        reading.set_running_or_notify_cancel()
        if image != b"hangs":
            reading.set_result("page")
        return reading

    def kill(self) -> None:
        """Nothing to kill."""

    async def close(self) -> None:
        """Nothing to close."""


async def test_a_hanging_image_whose_caller_was_cancelled_costs_its_process_and_not_the_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pools, "RecognitionProcess", FakeProcess)
    pool = pools.RecognitionPool(1, 0.05)
    await pool.start()
    hanging = asyncio.get_running_loop().create_task(pool.read(b"hangs"))
    await settle()
    hanging.cancel()
    await asyncio.gather(hanging, return_exceptions=True)
    assert await pool.read(b"fine") == "page"  # type: ignore[comparison-overlap]
