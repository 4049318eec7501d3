"""Taskiq on Kafka.

Its broker commits positions every so often, not finished work; the interval is shortened so that waiting for the last
commit is no part of its time.
"""

import asyncio
import sys
from typing import Annotated, Any

from aiokafka import AIOKafkaProducer
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.partitioner import DefaultPartitioner
from taskiq import Context, TaskiqDepends, TaskiqEvents, TaskiqState
from taskiq_aio_kafka import AioKafkaBroker

from tests.bench.peers.feeding import commands
from tests.bench.peers.storing import record_async
from tests.bench.round import Round

about = Round.from_environment()
broker = AioKafkaBroker(about.bootstrap_servers, kafka_topic=about.commands)
# Its own choices come from another Kafka client, whose newer releases no longer fit aiokafka.
broker.configure_producer(partitioner=DefaultPartitioner())
broker.configure_consumer(
    group_id=about.group,
    auto_offset_reset="earliest",
    auto_commit_interval_ms=100,
    partition_assignment_strategy=(RoundRobinPartitionAssignor,),
)


@broker.on_event(TaskiqEvents.WORKER_STARTUP)
async def startup(state: TaskiqState) -> None:
    state.producer = AIOKafkaProducer(bootstrap_servers=about.bootstrap_servers, acks="all", enable_idempotence=True)
    await state.producer.start()


@broker.task("record_spending")
async def record_spending(
    payload: dict[str, Any], headers: dict[str, str], context: Annotated[Context, TaskiqDepends()]
) -> None:
    await record_async(payload, headers, context.state.producer)


async def feed() -> None:
    await broker.startup()
    for command in commands():
        await record_spending.kiq(command.payload, command.headers)
    await broker.shutdown()


if __name__ == "__main__" and sys.argv[1:] == ["feed"]:
    asyncio.run(feed())
