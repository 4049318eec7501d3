"""arq: asyncio on Redis, with the number of jobs at a time it has by itself."""

import asyncio
import sys
from typing import Any

from aiokafka import AIOKafkaProducer
from arq import create_pool
from arq.connections import RedisSettings

from tests.bench.peers.feeding import commands
from tests.bench.peers.storing import record_async
from tests.bench.round import Round

about = Round.from_environment()


async def startup(context: dict[str, Any]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=about.bootstrap_servers, acks="all", enable_idempotence=True)
    await producer.start()
    context["producer"] = producer


async def record_spending(context: dict[str, Any], payload: dict[str, Any], headers: dict[str, str]) -> None:
    await record_async(payload, headers, context["producer"])


class WorkerSettings:
    """What `arq` reads."""

    functions = (record_spending,)
    on_startup = startup
    redis_settings = RedisSettings.from_dsn(about.redis_url)


async def feed() -> None:
    pool = await create_pool(WorkerSettings.redis_settings)
    for command in commands():
        await pool.enqueue_job(record_spending.__name__, command.payload, command.headers)
    await pool.aclose()


if __name__ == "__main__" and sys.argv[1:] == ["feed"]:
    asyncio.run(feed())
