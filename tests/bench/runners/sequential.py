"""A sequential consumer: bare aiokafka, of every partition one record at a time: call, row, outcome, offset."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress

import psycopg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from adapters.clock import SystemClock
from contracts.commands.spending import RecordSpending
from tests.bench.head_of_line.commands import seconds_of
from tests.bench.round import Round
from tests.bench.runners.floor import decide
from tests.bench.runners.floor_sql import INSERT


class Sequential:
    """Call, store, publish, commit; then the next."""

    def __init__(self, about: Round) -> None:
        self._about = about
        self._clock = SystemClock()
        self._producer = AIOKafkaProducer(
            bootstrap_servers=about.bootstrap_servers, acks="all", enable_idempotence=True, compression_type="lz4"
        )

    async def run(self) -> None:
        await self._producer.start()
        partitions = await self._producer.partitions_for(self._about.commands)
        async with asyncio.TaskGroup() as tasks:
            for number in partitions:
                tasks.create_task(self._work(TopicPartition(self._about.commands, number)))

    async def _work(self, partition: TopicPartition) -> None:
        consumer: AIOKafkaConsumer[bytes, bytes] = AIOKafkaConsumer(
            bootstrap_servers=self._about.bootstrap_servers,
            group_id=self._about.group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        )
        consumer.assign([partition])
        await consumer.start()
        async with await psycopg.AsyncConnection.connect(self._about.database_url, autocommit=True) as connection:
            cursor = connection.cursor(binary=True)
            while True:
                record = await consumer.getone()
                await self._clock.sleep(seconds_of(RecordSpending.model_validate_json(record.value or b"")))
                now = self._clock.now()
                row, headers = decide(record, now, now.isoformat().replace("+00:00", "Z").encode())
                await cursor.execute(INSERT, [[value] for value in row], prepare=True)
                await self._producer.send_and_wait(
                    self._about.outcomes, row[5].encode(), record.key, record.partition, headers=headers
                )
                await consumer.commit({partition: record.offset + 1})


async def main() -> None:
    work = asyncio.current_task()
    if work is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, work.cancel)
    with suppress(asyncio.CancelledError):
        await Sequential(Round.from_environment()).run()


if __name__ == "__main__":
    asyncio.run(main())
