"""Ending aiokafka producers in bounded time."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from itertools import chain
from typing import Final

from aiokafka import AIOKafkaProducer

CLOSE_SECONDS: Final = 2.0
PAUSE_SECONDS: Final = 0.1
"""Between two attempts to end a sender."""


async def stopped_within(producer: AIOKafkaProducer, seconds: float) -> bool:
    """Flush and stop a producer; whether it could flush in that time. Afterwards it is gone either way."""
    try:
        async with asyncio.timeout(seconds):
            await producer.stop()
    except TimeoutError:
        await _end(producer)
        return False
    return True


async def _end(producer: AIOKafkaProducer) -> None:
    """End a producer that cannot flush, and with it the danger that it delivers an old batch behind a newer one.

    Its sender, told to end, first waits for the requests under way. They fail once the connections are closed, but then
    wait for metadata that nobody fetches any more, for ever: each further cancellation ends one of them.
    """
    sending: asyncio.Task[None] = producer._sender.sender_task  # noqa: SLF001  stop() is no way to end this one
    sending.cancel()
    with suppress(TimeoutError):
        async with asyncio.timeout(CLOSE_SECONDS):
            await producer.client.close()
    while not sending.done():
        sending.cancel()
        await asyncio.wait({sending}, timeout=PAUSE_SECONDS)
    unsent = producer._message_accumulator  # noqa: SLF001
    for batch in chain(unsent._pending_batches, *unsent._batches.values()):  # noqa: SLF001
        batch.future.cancel()  # or the flush that was given up would wait for it for ever, too
