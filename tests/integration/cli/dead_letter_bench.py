"""A worker on real services whose backend breaks when told to, and `poon dlq` beside it."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select, update
from typer.testing import CliRunner, Result

from adapters.clock import SystemClock
from adapters.database.duplicates import SqlDuplicateRepository
from adapters.database.engine import Database, open_database
from adapters.database.history import SqlSpendingHistory
from adapters.database.months import SqlMonthEntries
from adapters.database.reading import SqlEventReader, SqlSpendingRepository
from adapters.database.store import SqlDecisionStore
from adapters.database.tables import dead_letters, events
from adapters.database.workflows import SqlTimerStore
from adapters.kafka.connection import KafkaConnection
from adapters.kafka.publisher import KafkaPublisher
from adapters.telemetry.quiet import QuietObserver
from contracts.base import Command
from contracts.codec import encode
from contracts.commands.texts import ParseText
from contracts.envelope import Envelope
from contracts.errors import ErrorCode
from tests.fakes.cache import VisibleCache
from tests.fakes.clock import NOON
from tests.fakes.commands import TEXT_COMMANDS, parsed
from tests.fakes.computing import DirectComputing
from tests.fakes.mappings import books, learning
from tests.fakes.privacy import MemoryOwnerFiles, MemoryOwners
from tests.services.kafka import fresh_name
from tests.services.waiting import eventually
from workers.bootstrap.parts import Parts, make_worker
from workers.bootstrap.statements import statement_tools
from workers.config import Settings
from workers.domain.mapping_keys import key_of
from workers.entrypoints.cli import app
from workers.handlers.months import Months
from workers.handlers.privacy import Privacy
from workers.handlers.spending import Duplicates
from workers.ports.errors import BackendError
from workers.ports.handling import CommandContext, Decision, NewEvent
from workers.ports.messages import OutgoingRecord
from workers.ports.sealing import UNSEALED

TENANT = "acme"


@dataclass
class Backend:
    """Reads texts, unless it is broken."""

    broken: bool = True
    read: list[str] = field(default_factory=list)
    asked: int = 0

    async def __call__(self, command: Command, _context: CommandContext) -> Decision:
        assert isinstance(command, ParseText)
        self.asked += 1
        if self.broken and "fine" not in command.text:
            raise BackendError(ErrorCode.BACKEND_UNAVAILABLE, "engine gone")
        self.read.append(command.text)
        return Decision((NewEvent(parsed()),))


class Bench:
    """One worker, one database, one tenant."""

    def __init__(self, bootstrap_servers: str, database_url: str, database: Database, group: str) -> None:
        self.backend = Backend()
        self.database = database
        self.environ = {
            "POON_KAFKA__BOOTSTRAP_SERVERS": bootstrap_servers,
            "POON_KAFKA__GROUP_ID": group,
            "POON_DATABASE__URL": database_url,
            "POON_DEFAULTS__TENANT": TENANT,
            "TERM": "dumb",
            "COLUMNS": "250",
        }
        self.publisher = KafkaPublisher(KafkaConnection(bootstrap_servers), "bench")

    async def poon(self, *arguments: str, **settings: str) -> Result:
        environ = self.environ | {f"POON_{name}": value for name, value in settings.items()}
        return await asyncio.to_thread(CliRunner().invoke, app, arguments, env=environ)

    async def send(self, command_id: str, words: str, owner: str = "nok") -> None:
        about = Envelope(id=command_id, source="/test", type=ParseText.type, time=NOON, tenant=TENANT, owner=owner)
        value = encode(ParseText(text=words))
        await self.send_raw(OutgoingRecord(TEXT_COMMANDS, about.key.encode(), value, tuple(about.headers())))

    async def send_raw(self, record: OutgoingRecord) -> None:
        await self.publisher.publish([record])

    async def letters(self, *filters: str) -> list[dict[str, Any]]:
        listed = await self.poon("dlq", "list", "--oldest-first", "--json", *filters)
        assert listed.exit_code == 0, listed.output
        return [json.loads(line) for line in listed.stdout.splitlines()]

    async def dead(self, count: int) -> list[dict[str, Any]]:
        """The waiting dead letters, once there are so many."""
        waiting = select(func.count()).where(dead_letters.c.status == "waiting")

        async def are_there() -> bool:
            async with self.database.connection() as connection:
                return (await connection.execute(waiting)).scalar_one() >= count

        await eventually(are_there, f"{count} dead letters")
        return await self.letters("--status", "waiting")

    async def outcomes(self, command_id: str) -> Sequence[str]:
        """The types of the events that were stored for a command."""
        async with self.database.connection() as connection:
            found = await connection.execute(select(events.c.type).where(events.c.causation_id == command_id))
            return found.scalars().all()

    async def decided(self, command_id: str, count: int = 1) -> Sequence[str]:
        async def is_decided() -> bool:
            return len(await self.outcomes(command_id)) >= count

        await eventually(is_decided, f"the outcome of {command_id}")
        return await self.outcomes(command_id)

    async def forget_the_sending(self) -> None:
        """As after a crash between sending a replacement and noting it."""
        async with self.database.connection(writes=True) as connection:
            await connection.execute(update(dead_letters).values(status="redriving"))
            await connection.commit()


@asynccontextmanager
async def working(bootstrap_servers: str, database_url: str) -> AsyncIterator[Bench]:
    """A bench whose worker has its partitions, and drains in the end."""
    database = open_database(database_url)
    bench = Bench(bootstrap_servers, database_url, database, fresh_name("dlq"))
    settings = Settings.model_validate(
        {
            "kafka": {"bootstrap_servers": bootstrap_servers, "group_id": bench.environ["POON_KAFKA__GROUP_ID"]},
            "database": {"url": database_url},
            "runtime": {"retry": {"attempts": 2, "base_delay_seconds": 0.01}},
        }
    )
    reader, repository = SqlEventReader(database), SqlSpendingRepository(database)
    parts = Parts(
        decisions=SqlDecisionStore(database),
        events=reader,
        entries=repository,
        duplicates=Duplicates(SqlDuplicateRepository(database, repository), key_of),
        books=books(),
        learning=learning(),
        handlers={ParseText: bench.backend},
        clock=SystemClock(),
        ask_database=database.check,
        timers=SqlTimerStore(database),
        history=SqlSpendingHistory(database),
        computing=DirectComputing(),
        statements=statement_tools(settings, UNSEALED, lambda _: None, DirectComputing()),
        months=Months(SqlMonthEntries(database), reader),
        privacy=Privacy(MemoryOwners(), MemoryOwners(), MemoryOwnerFiles(), VisibleCache()),
    )
    worker = make_worker(settings, parts, "texts", QuietObserver())
    stop = asyncio.Event()
    await bench.publisher.start()
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(worker.run(stop))
            await worker.ready()
            try:
                yield bench
            finally:
                stop.set()
    finally:
        await bench.publisher.stop()
        await database.close()
