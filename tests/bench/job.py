"""The job every contender does: `poon.spending.record.v1`, one entry of one of many owners."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from contracts.commands.spending import RecordSpending
from contracts.envelope import Envelope
from contracts.money import Money
from contracts.topics import TopicRole, topic_name
from contracts.values import Category, PaymentMethod
from workers.ports.messages import OutgoingRecord

TENANT: Final = "bench"
COMMANDS: Final = topic_name(RecordSpending.area, TopicRole.COMMANDS)
OUTCOMES: Final = topic_name(RecordSpending.area, TopicRole.EVENTS)
DEAD_LETTERS: Final = topic_name(RecordSpending.area, TopicRole.DEAD_LETTERS)

_SENT_AT: Final = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
_LETTER: Final = "ก"
_LETTER_BYTES: Final = len(_LETTER.encode())
_RAW_TEXT: Final = 2_000
_DESCRIPTION: Final = 1_000
MOST_PADDING: Final = (_RAW_TEXT + _DESCRIPTION) * _LETTER_BYTES
"""Bytes. No entry may be larger: its contract bounds every text."""

_MERCHANTS: Final = ("Cafe Amazon", "7-Eleven", "ร้านป้าแดง", "Lotus's", "BTS", "Grab")


@dataclass(frozen=True, slots=True)
class Job:
    """How much of it there is; the same job gives the same records.

    Attributes:
        messages: commands.
        keys: owners, drawn evenly.
        padding: bytes of Thai text added to each command, up to `MOST_PADDING`, to see what larger ones cost.
    """

    messages: int
    keys: int = 1_000
    padding: int = 0
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Planned:
    """One command as it will be sent, and what has to come of it."""

    command_id: str
    amount: Decimal
    record: OutgoingRecord


def plan(job: Job) -> Iterator[Planned]:
    """The job's commands in the order they are sent."""
    rng = random.Random(job.seed)
    for number in range(job.messages):
        command_id = str(UUID(int=rng.getrandbits(128), version=4))
        yield one_command(rng, job, command_id, number, _SENT_AT)


def one_command(rng: random.Random, job: Job, command_id: str, number: int, sent_at: datetime) -> Planned:
    """A command of the job, sent at a moment of the caller's choice."""
    amount = Decimal(rng.randrange(100, 500_000)) / 100
    letters = _LETTER * (job.padding // _LETTER_BYTES)
    command = RecordSpending(
        amount=Money.of(amount),
        merchant=rng.choice(_MERCHANTS),
        description=letters[_RAW_TEXT:] or None,
        raw_text=letters[:_RAW_TEXT] or None,
        category=rng.choice(tuple(Category)),
        payment_method=rng.choice(tuple(PaymentMethod)),
    )
    about = Envelope(
        id=command_id,
        source="/bench",
        type=RecordSpending.type,
        time=sent_at,
        tenant=TENANT,
        owner=f"owner-{rng.randrange(job.keys)}",
        sequence=str(number),
    )
    # What a producer writes: the fields it knows, not the defaults.
    value = command.model_dump_json(exclude_unset=True, exclude_none=True).encode()
    record = OutgoingRecord(COMMANDS, about.key.encode(), value, tuple(about.headers()))
    return Planned(command_id, amount, record)


def size_of(record: OutgoingRecord) -> int:
    """Bytes of a record's key, value and headers."""
    headers = sum(len(name) + len(value) for name, value in record.headers)
    return len(record.key or b"") + len(record.value or b"") + headers
