"""Steady traffic: commands sent on time whatever happens, and the moment each outcome becomes visible."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from confluent_kafka import Consumer, Producer

from tests.bench.checking import Expected, Published
from tests.bench.job import Planned
from tests.bench.topics import header


class Arrival(NamedTuple):
    """An outcome as it became visible: whose, on which partition, when on the monotonic clock (seconds)."""

    command_id: str
    partition: int
    at: float


@dataclass(slots=True)
class Traffic:
    """Sends commands on time and sees their outcomes arrive, in one thread.

    Latency counts from when a command was due, so that a sender that falls behind does not hide it.

    Attributes:
        plan: the commands, each made when it is taken.
        due: when each command sent so far was due, monotonic seconds by command id.
        latencies: seconds until the first outcome of each.
        published: every outcome seen.
        arrivals: when and where each of them was.
    """

    producer: Producer
    outcomes: Consumer
    commands: str
    plan: Iterator[Planned]
    expected: Expected = field(default_factory=lambda: Expected({}, Decimal(0)))
    due: dict[str, float] = field(default_factory=dict)
    latencies: dict[str, float] = field(default_factory=dict)
    published: list[Published] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)

    def send(self, due: float) -> None:
        """Send the next command, which was due at that moment of the monotonic clock."""
        planned = next(self.plan)
        record = planned.record
        self.expected.add(planned.command_id, (record.key or b"").decode(), planned.amount)
        self.due[planned.command_id] = due
        self.producer.produce(self.commands, record.value, record.key, headers=list(record.headers))
        self.producer.poll(0)

    def receive(self, until: float) -> None:
        """Take over one outcome, or return when that moment has come."""
        message = self.outcomes.poll(max(0.0, until - time.monotonic()))
        if message is None or message.error() is not None:
            return
        now, command = time.monotonic(), header(message, "ce_causationid")
        self.published.append(Published(command, (message.key() or b"").decode()))
        self.arrivals.append(Arrival(command, message.partition() or 0, now))
        if command in self.due:
            self.latencies.setdefault(command, now - self.due[command])

    def wait_for_all(self, deadline: float) -> bool:
        """Receive until every command has its outcome; False when the deadline comes before."""
        while len(self.latencies) < len(self.due) and time.monotonic() < deadline:
            self.producer.poll(0)
            self.receive(min(deadline, time.monotonic() + 0.1))
        return len(self.latencies) == len(self.due)

    def pace(self, rate: float, count: int) -> None:
        """Send that many at that rate, receiving meanwhile."""
        start = time.monotonic()
        for number in range(count):
            due = start + number / rate
            while time.monotonic() < due:
                self.receive(due)
            self.send(due)
