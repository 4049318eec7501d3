"""A fleet learns: what an owner teaches or corrects answers that owner's next text, and nobody else's before review."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from adapters.kafka.publisher import KafkaPublisher
from contracts.base import Command, Event
from contracts.codec import encode
from contracts.commands.categories import CategorizeSpending, TeachMapping
from contracts.commands.spending import CorrectSpending, RecordSpending
from contracts.commands.texts import ParseText
from contracts.envelope import Envelope
from contracts.events.categories import (
    CategoryRejected,
    MappingLearned,
    MappingProposed,
    MappingReviewed,
    SpendingCategorized,
)
from contracts.events.spending import SpendingCorrected, SpendingRecorded
from contracts.events.texts import TextParsed
from contracts.mappings import CategoryStep
from contracts.money import Money
from contracts.spending import EntryChanges
from contracts.topics import TopicRole, topic_name
from contracts.values import Category
from tests.e2e.command_line import poon
from tests.e2e.fleet_process import FleetProcess
from workers.bootstrap.clients import kafka_connection, outcomes, system_clock
from workers.config import Settings
from workers.entrypoints.exits import ExitCode
from workers.ports.messages import OutgoingRecord
from workers.ports.outcomes import FromBeginning, OutcomeReader

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

AREAS = ("texts", "spending", "categories")
SHOP = "ร้านป้าแดง"
TEXT = ParseText(text=f"{SHOP} 120 บาท")


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[FleetProcess]:
    process = FleetProcess({"POON_HTTP__PORT": "0"}, tmp_path, areas=",".join(AREAS))
    process.start_and_wait()
    yield process
    if process.alive:
        process.kill()


class Caller:
    """Sends a command, and waits for the events it led to."""

    def __init__(self, publisher: KafkaPublisher, reader: OutcomeReader) -> None:
        self._publisher = publisher
        self._reader = reader
        self._sent = 0

    async def ask(self, command: Command, owner: str, tenant: str = "acme", events: int = 1) -> list[Event]:
        self._sent += 1
        envelope = Envelope(
            id=f"c-{self._sent}",
            source="/test",
            type=command.type,
            time=system_clock().now(),
            tenant=tenant,
            owner=owner,
        )
        topic = topic_name(command.area, TopicRole.COMMANDS)
        await self._publisher.publish(
            [OutgoingRecord(topic, envelope.key.encode(), encode(command), envelope.headers())]
        )
        return await self.heard(events, envelope.id)

    async def heard(self, events: int = 1, command_id: str | None = None) -> list[Event]:
        """The next events, by type; all of that command where one is named."""
        found: list[Event] = []
        while len(found) < events:
            for outcome in await self._reader.read(1.0):
                assert outcome.event is not None
                assert outcome.envelope is not None
                assert command_id in {None, outcome.envelope.causation_id}
                found.append(outcome.event)
        return sorted(found, key=lambda event: event.type)

    async def category(self, owner: str, tenant: str = "acme") -> tuple[Category, str | None]:
        """What the shop's text means to an owner, and which step of which backend told it."""
        (parsed,) = await self.ask(TEXT, owner, tenant)
        assert isinstance(parsed, TextParsed)
        return parsed.category.value, parsed.processing.backends[-1].step


@asynccontextmanager
async def calling(settings: Settings) -> AsyncIterator[Caller]:
    publisher = KafkaPublisher(kafka_connection(settings), "test", None)
    await publisher.start()
    async with outcomes(settings, AREAS, FromBeginning()) as reader:
        yield Caller(publisher, reader)
    await publisher.stop()


async def test_a_fleet_learns_from_its_owners(fleet: FleetProcess, tmp_path: Path) -> None:
    async with calling(Settings(data_dir=tmp_path)) as caller:
        await an_owner_teaches(caller)
        await an_owner_corrects(caller)
        await all_profit_once_it_was_reviewed(caller, tmp_path)
    assert fleet.terminate() == ExitCode.OK


async def an_owner_teaches(caller: Caller) -> None:
    before = await caller.category("nok")
    assert before != (Category.FAMILY, "owner_mapping")
    (learned,) = await caller.ask(TeachMapping(text=SHOP, category=Category.FAMILY), "nok")
    assert isinstance(learned, MappingLearned)
    assert await caller.category("nok") == (Category.FAMILY, "owner_mapping")
    assert await caller.category("lek") == before
    assert await caller.category("nok", tenant="globex") == before
    (refused,) = await caller.ask(TeachMapping(text=SHOP, category=Category.FAMILY, patterns=("(",)), "nok")
    assert isinstance(refused, CategoryRejected)
    assert (refused.code, refused.field) == ("invalid_pattern", "patterns.0")


async def an_owner_corrects(caller: Caller) -> None:
    (recorded,) = await caller.ask(RecordSpending(amount=Money.of("120"), merchant=SHOP), "lek")
    assert isinstance(recorded, SpendingRecorded)
    correction = CorrectSpending(
        entry_id=recorded.entry_id, expected_version=1, changes=EntryChanges(category=Category.FAMILY)
    )
    learned, corrected = await caller.ask(correction, "lek", events=2)
    assert isinstance(learned, MappingLearned)
    assert isinstance(corrected, SpendingCorrected)
    assert await caller.category("lek") == (Category.FAMILY, "owner_mapping")


async def all_profit_once_it_was_reviewed(caller: Caller, folder: Path) -> None:
    _, proposed = await caller.ask(TeachMapping(text=SHOP, category=Category.FAMILY), "anan", events=2)
    assert isinstance(proposed, MappingProposed)
    assert (await caller.category("new"))[1] != "shared_mapping"
    (waiting,) = await mappings(folder, "list", "--status", "candidate", "--json")
    assert (waiting["id"], waiting["confirmations"]) == (str(proposed.mapping_id), 3)
    (told,) = await mappings(folder, "review", waiting["id"], "approve", "--by", "somsri", "--json")
    assert (told["type"], told["data"]["reviewer"]) == (MappingReviewed.type, "somsri")
    (reviewed,) = await caller.heard()
    assert isinstance(reviewed, MappingReviewed)
    assert await caller.category("new") == (Category.FAMILY, "shared_mapping")
    (judged,) = await caller.ask(CategorizeSpending(text="ข้าวกล่อง", merchant=SHOP), "new")
    assert isinstance(judged, SpendingCategorized)
    assert judged.step is CategoryStep.SHARED_MAPPING
    assert (await caller.category("new", tenant="globex"))[1] != "shared_mapping"


async def mappings(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    """What `poon mappings` prints, a JSON object a line."""
    result = await asyncio.to_thread(poon, folder, "mappings", *arguments, "--tenant", "acme")
    assert result.returncode == ExitCode.OK
    return [json.loads(line) for line in result.stdout.splitlines()]
