"""A worker of any release: that release's own runner, with workflows, which older runners do not handle.

Run as a program with the release's folder on PYTHONPATH: everything it imports is that release's. Every record it
publishes tells in a header (`tests.ledger.observe.PUBLISHER`) which release published it.
"""

import os
import random
import sys
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import replace

from aiokafka.producer.message_accumulator import BatchBuilder

from tests.chaos import runner
from workers.bootstrap.parts import Parts
from workers.config import Settings
from workers.workflows.handlers import Workflows, workflow_handlers

_OWN = runner.moody_parts
_APPEND = BatchBuilder.append
_STAMP = ("published-by", os.environ["ROLLING_RELEASE"].encode())


def stamped(batch: BatchBuilder, *, headers: Collection[tuple[str, bytes]] = (), **record: object) -> object:
    """Put a record into a batch as it is put otherwise, its release told."""
    return _APPEND(batch, headers=[*headers, _STAMP], **record)


@asynccontextmanager
async def with_workflows(settings: Settings, areas: Collection[str]) -> AsyncIterator[Parts]:
    """What the release's runner opens, and the handlers of workflows."""
    async with _OWN(settings, areas) as parts:
        table = workflow_handlers(Workflows(parts.events, parts.decisions, random.Random()))
        yield replace(parts, handlers={**parts.handlers, **table})


if __name__ == "__main__":
    BatchBuilder.append = stamped
    runner.moody_parts = with_workflows
    sys.exit(runner.main())
