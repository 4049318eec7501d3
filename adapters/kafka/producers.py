"""Ending aiokafka producers in bounded time."""

from __future__ import annotations

import asyncio

from aiokafka import AIOKafkaProducer


async def stopped_within(producer: AIOKafkaProducer, seconds: float) -> bool:
    """Flush and stop a producer; whether it could flush in that time. Afterwards it is gone either way."""
    try:
        async with asyncio.timeout(seconds):
            await producer.stop()
    except TimeoutError:
        # Without its connections the sender's requests fail; only then does it end, and with it the danger that
        # it delivers an old batch behind a newer one.
        await producer.client.close()
        await producer._sender.close()  # noqa: SLF001  stop() gives no other way to end a sender that cannot flush
        return False
    return True
