"""Wires what operators need for workflows: where they stand, and their histories."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from adapters.database.reading import SqlEventReader
from adapters.database.workflow_histories import SqlWorkflowHistories
from adapters.database.workflows import SqlWorkflowBoard
from workers.bootstrap.dead_letters import operators_database
from workers.config import Settings
from workers.ports.store import EventReader
from workers.ports.workflow_histories import WorkflowHistories
from workers.ports.workflows import WorkflowBoard
from workers.workflows.handlers import stream_of


@dataclass(frozen=True, slots=True)
class WorkflowRecords:
    """What is stored of workflows.

    Attributes:
        board: where they stand.
        events: their histories.
        histories: those of many, by the time they began.
    """

    board: WorkflowBoard
    events: EventReader
    histories: WorkflowHistories


@asynccontextmanager
async def workflow_records(settings: Settings) -> AsyncIterator[WorkflowRecords]:
    """What is stored of workflows.

    Raises:
        DatabaseRefusedError: the schema is not this release's.
        UnavailableError: the database cannot be used.
    """
    async with operators_database(settings) as database:
        yield WorkflowRecords(
            SqlWorkflowBoard(database), SqlEventReader(database), SqlWorkflowHistories(database, stream_of)
        )
