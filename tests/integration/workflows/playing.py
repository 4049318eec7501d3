"""The ledger's scenarios played by the product's own workers, which die, on a log in memory and a real database."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

from adapters.cache.opening import open_cache
from adapters.clock import SystemClock
from adapters.computing import ThreadComputing
from adapters.database.duplicates import SqlDuplicateRepository
from adapters.database.engine import Database
from adapters.database.mapping_reading import SqlMappingRepository
from adapters.database.reading import SqlEventReader, SqlSpendingRepository
from adapters.database.store import SqlDecisionStore
from adapters.inference.lexicon import payment_method_of
from adapters.inference.mappings import SortedLayer
from adapters.inference.receipts.extraction import RuleReceiptExtraction
from adapters.inference.texts import RuleCategorization
from adapters.statements.occurrences import open_occurrences
from adapters.statements.reader import FileStatementReader
from adapters.storage.statements import open_statement_stores
from contracts.base import Command
from contracts.commands.receipts import ExtractReceipt
from contracts.commands.statements import CloseStatement, ImportStatementChunk, SurveyStatement
from tests.chaos.backends import MoodyCategorization, MoodyReceiptExtraction, MoodyRecognition, Temper
from tests.chaos.control import Control, Told
from tests.chaos.workflows import AREAS, KEPT_ROWS, Script
from tests.fakes.images import MemoryImages
from tests.integration.workflows.mortal import Fuse, World
from tests.ledger.checker import Seen
from tests.ledger.observe import outcome_seen
from tests.ledger.scenarios import Ask, Scenario, stored_key
from tests.ledger.stored import read_workflows
from tests.ledger.told import WorkflowEvidence
from tests.services.stores import open_statement_files
from workers.domain.mapping_keys import key_of
from workers.handlers.books import Books
from workers.handlers.receipts import extract_receipt
from workers.handlers.spending import Duplicates
from workers.handlers.statements import StatementTools, close_statement, import_chunk, survey_statement
from workers.ports.handling import Handler
from workers.ports.sealing import UNSEALED
from workers.workflows.handlers import Workflows, workflow_handlers
from workers.workflows.receipts import PROCESS_RECEIPT

TENANT: Final = "stories"
CALL_SECONDS: Final = 0.02
TICK: Final = 0.005
CHUNK: Final = 8
"""Rows of a chunk, so that small statements have several."""


async def _no_reading(*_: object) -> Any:  # noqa: ANN401  never called
    raise AssertionError("the stage has a handler of its own for this")


@dataclass
class StageWorld(World):
    """With every handler a workflow has to do with, and what has been asked of them.

    Attributes:
        folder: for statements.
        asked: what was sent from outside, in order.
    """

    folder: Path = Path()
    asked: list[Ask] = field(default_factory=list)
    _played: asyncio.Event = field(default_factory=asyncio.Event)
    _answered: set[str] = field(default_factory=set)
    _read: dict[str, int] = field(default_factory=dict)

    @property
    def store(self) -> str:
        """The object store."""
        return f"file://{self.folder}/store"

    async def play(self, scenarios: Sequence[Scenario], deaths: Sequence[int]) -> None:
        """Have fleets carry them out: each dies after so many writes, and the last lives."""
        self.begun = len(scenarios)
        files = open_statement_files(self.store)
        for one in scenarios:
            if one.stored and one.file is not None:
                await asyncio.to_thread(files.save, stored_key(TENANT, one.file), [one.file.data])
        async with asyncio.TaskGroup() as group:
            group.create_task(self._send(scenarios))
            for writes in deaths:
                await self.live(Fuse(writes))
            await self.live(Fuse())

    async def evidence(self) -> WorkflowEvidence:
        """What came of it."""
        stored = await read_workflows(self.url, TENANT)
        kept = [str(file) for file in (self.folder / "store" / KEPT_ROWS).rglob("*") if file.is_file()]
        outcomes = [outcome for area in AREAS for outcome in self._outcomes(area)]
        return WorkflowEvidence(
            outcomes, stored.rows, stored.entries, stored.runs, stored.timers, kept, lag={"all": self.log.lag}
        )

    async def _send(self, scenarios: Sequence[Scenario]) -> None:
        clock = SystemClock()
        scripts = [Script(scenario, clock.monotonic()) for scenario in scenarios]
        while scripts:
            self._look()
            for script in scripts:
                for ask in script.due(clock.monotonic(), self._answered.__contains__):
                    self.asked += [ask] * ask.copies
                    for _ in range(ask.copies):
                        self.log.append(ask.record)
            scripts = [script for script in scripts if not script.is_over]
            await clock.sleep(TICK)
        self._played.set()

    def _look(self) -> None:
        """Note what was answered since."""
        for area in AREAS:
            fresh = self._outcomes(area, self._read.get(area, 0))
            self._answered |= {outcome.command_id for outcome in fresh}
            self._read[area] = self._read.get(area, 0) + len(fresh)

    async def _over(self, database: Database) -> None:
        await self._played.wait()
        await super()._over(database)

    def _outcomes(self, area: str, first: int = 0) -> list[Seen]:
        return [
            outcome_seen(record.topic, record.key or b"", record.value or b"{}", known)
            for record in self.log.topics.get(f"poon.{area}.events", [])[first:]
            for known in [{name: value for name, value in record.headers if value is not None}]
        ]

    def _handlers(self, database: Database, decisions: SqlDecisionStore) -> dict[type[Command], Handler]:
        entries, clock = SqlSpendingRepository(database), SystemClock()
        control = Control(self.folder / "control.json")
        control.slow(CALL_SECONDS)
        temper = Temper(Told(control.file), clock)
        categorization = MoodyCategorization(RuleCategorization(), temper)
        books = Books(SqlMappingRepository(database), SortedLayer)
        stores = open_statement_stores(self.store, UNSEALED)
        tools = StatementTools(
            FileStatementReader(), stores, open_occurrences, lambda _: None, ThreadComputing(), chunk_rows=CHUNK
        )
        extract = partial(
            extract_receipt,
            images=MemoryImages(),
            recognition=MoodyRecognition(temper),
            extraction=MoodyReceiptExtraction(RuleReceiptExtraction(payment_method_of, lambda _: None), temper),
            categorization=categorization,
            books=books,
            cache=open_cache("memory://", clock),
            clock=clock,
        )
        chunk = partial(
            import_chunk,
            tools=tools,
            entries=entries,
            duplicates=Duplicates(SqlDuplicateRepository(database, entries), key_of),
            books=books,
            categorization=categorization,
        )
        more: dict[type[Command], Any] = {
            ExtractReceipt: extract,
            SurveyStatement: partial(survey_statement, tools=tools),
            ImportStatementChunk: chunk,
            CloseStatement: partial(close_statement, tools=tools),
        }
        workflows = Workflows(SqlEventReader(database), decisions, random.Random(1))
        return (
            super()._handlers(database, decisions)
            | cast("dict[type[Command], Handler]", more)
            | workflow_handlers(workflows)
        )


def stage_world(url: str, folder: Path) -> StageWorld:
    """A world on an empty database, migrated, and an empty folder."""
    return StageWorld(url, PROCESS_RECEIPT, cast("Handler", _no_reading), areas=AREAS, folder=folder)
