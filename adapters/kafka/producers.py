"""Ending aiokafka producers in bounded time."""

# aiokafka knows no end but a flush that waits for the broker, so its parts are ended one by one.
# ruff: noqa: SLF001

from __future__ import annotations

import asyncio
from contextlib import suppress
from itertools import chain
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

END_SECONDS: Final = 2.0
"""The longest wait for connections, and then for the sender, to end."""


async def stopped_within(producer: AIOKafkaProducer, seconds: float) -> bool:
    """Flush and stop a producer; whether it could flush in that time. Afterwards it is gone either way."""
    try:
        async with asyncio.timeout(seconds):
            await producer.stop()
    except TimeoutError:
        await abandon(producer)
        return False
    return True


async def abandon(producer: AIOKafkaProducer) -> None:
    """End a producer with all that is in it, so that it cannot deliver an old batch behind a newer one."""
    producer._closed = True
    sending: asyncio.Task[None] = producer._sender.sender_task
    # From here on it starts no request, and ends when those under way have; which fail without connections.
    sending.cancel()
    with suppress(TimeoutError):
        async with asyncio.timeout(END_SECONDS):
            await producer.client.close()
    _spare_metadata(producer.client)
    await asyncio.wait({sending}, timeout=END_SECONDS)
    unsent = producer._message_accumulator
    for batch in chain(unsent._pending_batches, *unsent._batches.values()):
        _fail(batch)


def _spare_metadata(client: Any) -> None:  # noqa: ANN401  aiokafka ships no types
    """Have nobody wait for metadata of a closed client: a request that failed would, for ever."""
    if client._md_update_fut is None:
        client._md_update_fut = asyncio.get_running_loop().create_future()
    if not client._md_update_fut.done():
        client._md_update_fut.set_result(False)


def _fail(batch: Any) -> None:  # noqa: ANN401
    """Have nobody wait for a batch: a flush that was given up would, for ever."""
    batch.failure(KafkaError("the producer is gone"))
    for future in (batch.future, batch._drain_waiter):
        if future.done() and not future.cancelled():
            future.exception()  # or asyncio would complain that nobody looked at it
