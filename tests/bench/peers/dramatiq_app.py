"""Dramatiq on Redis, with as many processes and threads as it starts by itself."""

import sys
from typing import Any

import dramatiq
from dramatiq.brokers.redis import RedisBroker

from tests.bench.peers.feeding import commands
from tests.bench.peers.storing import record
from tests.bench.round import Round

dramatiq.set_broker(RedisBroker(url=Round.from_environment().redis_url))


@dramatiq.actor
def record_spending(payload: dict[str, Any], headers: dict[str, str]) -> None:
    record(payload, headers)


if __name__ == "__main__" and sys.argv[1:] == ["feed"]:
    for command in commands():
        record_spending.send(command.payload, command.headers)
