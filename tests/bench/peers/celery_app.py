"""Celery with its prefork pool on Redis; a task is acknowledged once it is done."""

import sys
from typing import Any

from celery import Celery

from tests.bench.peers.feeding import commands
from tests.bench.peers.storing import record
from tests.bench.round import Round

app = Celery("bench", broker=Round.from_environment().redis_url)
app.conf.update(task_acks_late=True, task_ignore_result=True)


@app.task(name="record_spending")
def record_spending(payload: dict[str, Any], headers: dict[str, str]) -> None:
    record(payload, headers)


if __name__ == "__main__" and sys.argv[1:] == ["feed"]:
    for command in commands():
        record_spending.delay(command.payload, command.headers)
