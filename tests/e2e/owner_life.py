"""An owner's life: every kind of input with words that nobody else uses, and where to look for them."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from adapters.kafka.publisher import KafkaPublisher
from contracts.base import Command, Event
from contracts.codec import encode
from contracts.commands.categories import CategorizeSpending, TeachMapping
from contracts.commands.receipts import ExtractReceipt
from contracts.commands.spending import CorrectSpending, DeleteSpending, RecordSpending
from contracts.commands.texts import ParseText
from contracts.commands.workflows import CloseMonth, ImportStatement, ProcessReceipt
from contracts.envelope import Envelope
from contracts.events.outcomes import Unsuccessful
from contracts.events.receipts import ReceiptExtracted
from contracts.events.spending import SpendingRecorded
from contracts.events.workflows import WorkflowCompensated, WorkflowCompleted, WorkflowStuck
from contracts.ids import owner_folder
from contracts.money import Money
from contracts.registry import AREAS
from contracts.spending import EntryChanges
from contracts.statements import StatementReference
from contracts.topics import TopicRole, topic_name
from contracts.values import Category, ImageReference
from tests.e2e.command_line import Typed, poon
from workers.bootstrap.clients import (
    client_seals,
    image_stores,
    kafka_connection,
    outcomes,
    statement_stores,
    system_clock,
)
from workers.config import Settings
from workers.entrypoints.exits import ExitCode
from workers.ports.messages import OutgoingRecord
from workers.ports.outcomes import FromBeginning, Outcome, OutcomeReader

TENANT: Final = "acme"
PICTURE: Final = Path(__file__).parents[2] / "workers/entrypoints/demo_data/images/coffee-cash.jpg"
ENDS: Final = (WorkflowCompleted, WorkflowCompensated, WorkflowStuck)
LAST_MONTH: Final = (system_clock().now().date().replace(day=1) - timedelta(days=1)).replace(day=12)


class Words(NamedTuple):
    """What an owner writes, and nobody else.

    Attributes:
        name: of a merchant.
    """

    latin: str
    thai: str
    name: str


class Caller:
    """Sends commands, and waits for what they led to.

    Attributes:
        heard: the outcomes that were waited for, in order.
    """

    def __init__(self, publisher: KafkaPublisher, reader: OutcomeReader) -> None:
        self._publisher = publisher
        self._reader = reader
        self._sent = 0
        self.heard: list[Event] = []

    async def ask(self, command: Command, owner: str, *, at: datetime | None = None) -> Event:
        return await self.send(command.type, command.area, encode(command), owner, at)

    async def send(self, kind: str, area: str, value: bytes, owner: str, at: datetime | None = None) -> Event:
        self._sent += 1
        time = at or system_clock().now()
        about = Envelope(id=f"c-{self._sent}", source="/test", type=kind, time=time, tenant=TENANT, owner=owner)
        record = OutgoingRecord(topic_name(area, TopicRole.COMMANDS), about.key.encode(), value, about.headers())
        await self._publisher.publish([record])
        return await self._heard(lambda outcome: _is_of(outcome, about.id, area))

    async def ended(self, command: Command, owner: str) -> Event:
        """The end of a workflow."""
        await self.ask(command, owner)
        return await self._heard(lambda outcome: _is_end_of(outcome, f"c-{self._sent}"))

    async def _heard(self, is_wanted: Callable[[Outcome], bool]) -> Event:
        while True:
            for outcome in await self._reader.read(1.0):
                if outcome.event is not None and is_wanted(outcome):
                    self.heard.append(outcome.event)
                    return outcome.event


def _is_of(outcome: Outcome, command_id: str, area: str) -> bool:
    """Whether it is the outcome of a command, and not what it led to in another area."""
    about = outcome.envelope
    own = outcome.partition.topic == topic_name(area, TopicRole.EVENTS)
    return own and about is not None and about.causation_id == command_id


def _is_end_of(outcome: Outcome, correlation: str) -> bool:
    about = outcome.envelope
    return isinstance(outcome.event, ENDS) and about is not None and about.correlation_id == correlation


@asynccontextmanager
async def calling(settings: Settings) -> AsyncIterator[Caller]:
    publisher = KafkaPublisher(kafka_connection(settings), "test", None)
    await publisher.start()
    async with outcomes(settings, AREAS, FromBeginning()) as reader:
        yield Caller(publisher, reader)
    await publisher.stop()


async def owners(folder: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> Typed:
    """`poon owners` beside a fleet."""
    return await asyncio.to_thread(lambda: poon(folder, "owners", *arguments, settings=environment))


async def exported(folder: Path, owner: str, target: Path, environment: Mapping[str, str] | None = None) -> bytes:
    result = await owners(folder, "export", owner, "--to", str(target), "--tenant", TENANT, environment=environment)
    assert result.returncode == ExitCode.OK, result.stderr
    return await asyncio.to_thread(target.read_bytes)


async def live(caller: Caller, owner: str, words: Words, settings: Settings) -> None:
    """Every kind of input, with an owner's own words in each."""
    latin, thai, name = words
    assert not isinstance(await caller.ask(ParseText(text=f"{thai} {latin} กาแฟ 65 บาท"), owner), Unsuccessful)
    assert isinstance(await caller.ask(ParseText(text=f"{thai} {latin}"), owner), Unsuccessful)
    recorded = await caller.ask(
        RecordSpending(
            amount=Money.of("65"),
            merchant=f"{name} {name}",
            description=f"note {latin}",
            raw_text=f"{thai} 65",
            location=thai,
            tags=(latin.lower(), thai),
            spent_on=LAST_MONTH,
        ),
        owner,
    )
    assert isinstance(recorded, SpendingRecorded)
    changes = EntryChanges(category=Category.FAMILY, description=f"better {latin} {thai}")
    await caller.ask(CorrectSpending(entry_id=recorded.entry_id, expected_version=1, changes=changes), owner)
    second = await caller.ask(RecordSpending(amount=Money.of("7"), merchant=name, spent_on=LAST_MONTH), owner)
    assert isinstance(second, SpendingRecorded)
    await caller.ask(DeleteSpending(entry_id=second.entry_id, reason=f"twice {thai}"), owner)
    await caller.ask(TeachMapping(text=f"{name} shop", category=Category.MERIT, aliases=(f"{name} stall",)), owner)
    await caller.ask(CategorizeSpending(text=f"{thai} {latin} {name} shop", merchant=f"{name} shop"), owner)
    await caller.send(ParseText.type, "texts", f"{{{latin} {thai}".encode(), owner)
    await pictures(caller, owner, settings)
    rows = f"Date,Description,Debit,Credit\n{LAST_MONTH:%d/%m/%Y},{name},120.00,\n"
    statement = await kept_statement(settings, owner, f"{owner}/statement.csv", rows.encode())
    assert isinstance(await caller.ended(ImportStatement(file=statement), owner), WorkflowCompleted)
    assert isinstance(await caller.ended(CloseMonth(month=f"{LAST_MONTH:%Y-%m}"), owner), WorkflowCompleted)


async def pictures(caller: Caller, owner: str, settings: Settings) -> None:
    data = PICTURE.read_bytes()
    one = await kept_image(settings, owner, f"{owner}/direct.jpg", data)
    read = await caller.ask(ExtractReceipt(image=one, reference_date=date(2025, 6, 15)), owner)
    assert isinstance(read, ReceiptExtracted)
    await caller.ended(ProcessReceipt(image=await kept_image(settings, owner, f"{owner}/flow.jpg", data)), owner)
    refused = await kept_image(settings, owner, f"{owner_folder(TENANT, owner)}/refused.jpg", b"no picture")
    assert isinstance(await caller.ask(ExtractReceipt(image=refused), owner), Unsuccessful)


async def kept_image(settings: Settings, owner: str, key: str, data: bytes) -> ImageReference:
    async with client_seals(settings) as seals:
        return await (await image_stores(settings, seals).of(TENANT, owner)).save(key, data)


async def kept_statement(settings: Settings, owner: str, key: str, data: bytes) -> StatementReference:
    async with client_seals(settings) as seals:
        return (await statement_stores(settings, seals).of(TENANT, owner)).save(key, [data])


def holding(folder: Path, words: Words) -> set[str]:
    """The files that hold any of the words, as bytes, wherever in them and however JSON writes them."""
    wanted = [form.encode() for word in words for form in (word, word.lower(), json.dumps(word)[1:-1])]
    found = set()
    for path in folder.rglob("*"):
        if path.is_file() and any(form in path.read_bytes() for form in wanted):
            found.add(path.name)
    return found
