"""The commands of the experiment. How long a command's call takes is written into it: the same for every contender."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from contracts.base import Command
from contracts.commands.spending import RecordSpending
from contracts.envelope import Envelope
from contracts.money import Money
from contracts.values import Category
from tests.bench.head_of_line.calls import Calls
from tests.bench.job import COMMANDS, TENANT, Planned
from workers.ports.messages import OutgoingRecord

CALL_HEADER: Final = "bench-call-us"
"""Whole microseconds that a command's call takes: for contenders that do not read its payload."""

STUCK_OWNER: Final = "owner-stuck"

_SENT_AT: Final = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class StuckKey:
    """A key beside the others.

    Attributes:
        every: of so many commands one is its.
        is_stuck: whether each of its calls takes the cap; if not, it is a key like any other.
    """

    every: int
    is_stuck: bool


@dataclass(frozen=True, slots=True)
class SlowJob:
    """How much there is to do; the same job gives the same records.

    Attributes:
        messages: commands.
        keys: owners, drawn evenly.
        stuck: one key more, if there is one.
    """

    messages: int
    keys: int
    calls: Calls
    seed: int = 1
    stuck: StuckKey | None = None


@dataclass(frozen=True, slots=True)
class SlowCommand:
    """A command.

    Attributes:
        number: its place among all, from 0: those of a key have to take effect in this order.
        seconds: that its call takes.
    """

    number: int
    planned: Planned
    seconds: float

    @property
    def key(self) -> str:
        """The record's key."""
        return (self.planned.record.key or b"").decode()


def slow_plan(job: SlowJob) -> Iterator[SlowCommand]:
    """The job's commands in the order they are sent."""
    rng = random.Random(job.seed)
    for number in range(job.messages):
        # All is drawn whether it is used or not: whether a key is stuck must not change the others' commands.
        command_id = str(UUID(int=rng.getrandbits(128), version=4))
        owner = f"owner-{rng.randrange(job.keys)}"
        seconds = job.calls.draw(rng)
        amount = Decimal(rng.randrange(100, 500_000)) / 100
        if job.stuck is not None and number % job.stuck.every == 0:
            owner = STUCK_OWNER
            seconds = job.calls.cap if job.stuck.is_stuck else seconds
        microseconds = round(seconds * 1e6)
        record = _record(command_id, owner, number, amount, microseconds)
        yield SlowCommand(number, Planned(command_id, amount, record), microseconds / 1e6)


def seconds_of(command: Command) -> float:
    """How long a command's call takes, as its payload says."""
    if not isinstance(command, RecordSpending) or command.description is None:
        raise ValueError("no command of this experiment")
    return int(command.description) / 1e6


def _record(command_id: str, owner: str, number: int, amount: Decimal, microseconds: int) -> OutgoingRecord:
    command = RecordSpending(
        amount=Money.of(amount), merchant="Cafe Amazon", description=str(microseconds), category=Category.FOOD
    )
    about = Envelope(
        id=command_id,
        source="/bench",
        type=RecordSpending.type,
        time=_SENT_AT,
        tenant=TENANT,
        owner=owner,
        sequence=str(number),
    )
    value = command.model_dump_json(exclude_unset=True, exclude_none=True).encode()
    headers = (*about.headers(), (CALL_HEADER, str(microseconds).encode()))
    return OutgoingRecord(COMMANDS, about.key.encode(), value, headers)


def unstuck(job: SlowJob) -> SlowJob:
    """The same job, its stuck key being a key like any other."""
    return job if job.stuck is None else replace(job, stuck=replace(job.stuck, is_stuck=False))
