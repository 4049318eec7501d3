"""Publishing from synchronous tasks: one librdkafka producer a process, every outcome acknowledged."""

from __future__ import annotations

import functools

from confluent_kafka import Producer

from tests.bench.round import Round


@functools.cache
def _producer() -> Producer:
    servers = Round.from_environment().bootstrap_servers
    return Producer({"bootstrap.servers": servers, "partitioner": "murmur2_random", "acks": "all", "linger.ms": 0})


def publish(key: bytes, value: bytes, headers: list[tuple[str, bytes]]) -> None:
    """Publish an outcome, and return once the broker has acknowledged."""
    producer = _producer()
    producer.produce(Round.from_environment().outcomes, value, key, headers=list(headers))
    if producer.flush(30.0):
        raise TimeoutError("the broker did not acknowledge the outcome")
