"""The floor: the least a Python worker can do and still do the job. No framework, no lanes, no retries, no isolation.

Bare aiokafka `getmany`, pydantic, one statement and so one transaction a batch, whole batches handed to the producer,
explicit offset commits. The next batch is stored while the last is published, as any good worker would.
"""

from __future__ import annotations

import asyncio
import json
import signal
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import psycopg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.producer.message_accumulator import BatchBuilder

from adapters.clock import SystemClock
from contracts.commands.spending import RecordSpending
from contracts.envelope import event_id
from contracts.events.spending import SpendingRecorded
from tests.bench.round import Round
from tests.bench.runners.floor_sql import INSERT
from workers.domain.spending import local_date, new_entry_id

MOST_RECORDS: Final = 500
_BATCH_BYTES: Final = 1 << 20
_HANDLER: Final = RecordSpending.area
_DECIDED: Final = {"entry_id", "spent_on"}
_FIXED_HEADERS: Final = (
    ("content-type", b"application/json"),
    ("ce_specversion", b"1.0"),
    ("ce_source", b"/poon/workers/spending"),
    ("ce_type", SpendingRecorded.type.encode()),
    ("ce_dataschema", f"urn:poon:schema:{SpendingRecorded.type}".encode()),
    ("ce_sequence", b"1"),
)


@dataclass(slots=True)
class Decided:
    """A batch: its rows, what to publish on each partition, and the offsets to commit then."""

    rows: list[tuple[Any, ...]]
    builders: dict[int, BatchBuilder]
    offsets: dict[TopicPartition, int]


class Floor:
    """Consume, store, publish."""

    def __init__(self, about: Round) -> None:
        self._about = about
        self._stored: asyncio.Queue[Decided] = asyncio.Queue(2)
        self._consumer: AIOKafkaConsumer[bytes, bytes] = AIOKafkaConsumer(
            about.commands,
            bootstrap_servers=about.bootstrap_servers,
            group_id=about.group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        )
        self._producer = AIOKafkaProducer(
            bootstrap_servers=about.bootstrap_servers,
            acks="all",
            enable_idempotence=True,
            compression_type="lz4",
            max_batch_size=_BATCH_BYTES,
            max_request_size=2 * _BATCH_BYTES,
        )

    async def run(self) -> None:
        await self._producer.start()
        await self._consumer.start()
        async with (
            await psycopg.AsyncConnection.connect(self._about.database_url, autocommit=True) as connection,
            asyncio.TaskGroup() as tasks,
        ):
            tasks.create_task(self._store(connection.cursor(binary=True)))
            tasks.create_task(self._publish())

    async def _store(self, cursor: psycopg.AsyncCursor[Any]) -> None:
        while True:
            found = await self._consumer.getmany(timeout_ms=200, max_records=MOST_RECORDS)
            if not found:
                continue
            decided = self._decide(found)
            await cursor.execute(INSERT, [list(column) for column in zip(*decided.rows, strict=True)], prepare=True)
            await cursor.fetchall()
            await self._stored.put(decided)

    async def _publish(self) -> None:
        while True:
            batch = await self._stored.get()
            acknowledged = [
                await self._producer.send_batch(builder, self._about.outcomes, partition=partition)
                for partition, builder in batch.builders.items()
            ]
            await asyncio.gather(*acknowledged)
            await self._consumer.commit(batch.offsets)

    def _decide(self, found: dict[TopicPartition, list[ConsumerRecord[bytes, bytes]]]) -> Decided:
        decided = Decided([], {}, {})
        now = SystemClock().now()
        moment = now.isoformat().replace("+00:00", "Z").encode()
        for partition, records in found.items():
            # An outcome has its command's key and its topic as many partitions, so it lands in the same one.
            builder = decided.builders[partition.partition] = self._producer.create_batch()
            for record in records:
                row, headers = decide(record, now, moment)
                decided.rows.append(row)
                builder.append(timestamp=None, key=record.key, value=row[5].encode(), headers=headers)
            decided.offsets[partition] = records[-1].offset + 1
        return decided


def decide(
    record: ConsumerRecord[bytes, bytes], now: datetime, moment: bytes
) -> tuple[tuple[Any, ...], list[tuple[str, bytes]]]:
    """A record's row, in the order the statement wants, and its outcome's headers."""
    headers: dict[str, Any] = dict(record.headers)
    command_id, tenant, owner = headers["ce_id"], headers["ce_tenantid"], headers["ce_subject"]
    name, whose = command_id.decode(), tenant.decode()
    command = RecordSpending.model_validate_json(record.value or b"", strict=True, extra="forbid")
    sent_at = datetime.fromisoformat(headers["ce_time"].decode())
    today = local_date(sent_at, command.time_zone)
    entry_id = command.entry_id or new_entry_id(whose, name)
    spent_on = command.spent_on or today
    if command.amount.amount == 0 or spent_on > today:
        raise ValueError(f"{name} is no command of this benchmark")
    identity = event_id(_HANDLER, whose, name, 0)
    correlation = headers.get("ce_correlationid", command_id)
    row = (whose, name, owner.decode(), correlation.decode(), identity, _outcome(command, entry_id, spent_on), now)
    return (*row, *_entry(command, entry_id, spent_on)), [
        *_FIXED_HEADERS,
        ("ce_id", str(identity).encode()),
        ("ce_time", moment),
        ("ce_subject", owner),
        ("ce_partitionkey", headers["ce_partitionkey"]),
        ("ce_tenantid", tenant),
        ("ce_correlationid", correlation),
        ("ce_causationid", command_id),
    ]


def _outcome(command: RecordSpending, entry_id: UUID, spent_on: date) -> str:
    """The payload of SpendingRecorded: what was commanded, and three fields more. Nothing is built twice."""
    told = command.model_dump_json(exclude_none=True, exclude=_DECIDED)
    return f'{{"entry_id":"{entry_id}","version":1,"spent_on":"{spent_on}",{told[1:]}'


def _entry(command: RecordSpending, entry_id: UUID, spent_on: date) -> tuple[Any, ...]:
    return (
        entry_id,
        command.amount.amount,
        command.amount.currency.value,
        command.merchant,
        command.description,
        spent_on,
        command.spent_at,
        command.time_zone,
        command.category.value,
        command.subcategory,
        command.payment_method and command.payment_method.value,
        command.location,
        json.dumps(command.tags) if command.tags else "[]",
        command.raw_text,
        command.confidence.value,
        command.processing_method.value,
        command.source.model_dump_json(exclude_none=True),
    )


async def main() -> None:
    work = asyncio.current_task()
    if work is not None:  # ends in order, so that a profiler can tell what it saw
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, work.cancel)
    with suppress(asyncio.CancelledError):
        await Floor(Round.from_environment()).run()


if __name__ == "__main__":
    asyncio.run(main())
