"""An owner whose words are unmistakable goes through the whole fleet and is erased; then the words are looked for."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

import pytest

from adapters.kafka.publisher import KafkaPublisher
from contracts.base import Command, Event
from contracts.codec import encode
from contracts.commands.categories import CategorizeSpending, TeachMapping
from contracts.commands.privacy import EraseOwner
from contracts.commands.receipts import ExtractReceipt
from contracts.commands.spending import CorrectSpending, DeleteSpending, RecordSpending
from contracts.commands.texts import ParseText
from contracts.commands.workflows import CloseMonth, ImportStatement, ProcessReceipt
from contracts.envelope import Envelope
from contracts.errors import ErrorCode
from contracts.events.outcomes import Unsuccessful
from contracts.events.receipts import ReceiptExtracted
from contracts.events.spending import SpendingRecorded
from contracts.events.workflows import WorkflowCompensated, WorkflowCompleted, WorkflowStuck
from contracts.ids import owner_folder
from contracts.money import Money
from contracts.registry import AREAS
from contracts.spending import EntryChanges
from contracts.topics import TopicRole, topic_name
from contracts.values import Category, ImageReference
from tests.e2e.command_line import Typed, poon
from tests.e2e.fleet_process import FleetProcess
from workers.bootstrap.clients import image_store, kafka_connection, outcomes, statement_files, system_clock
from workers.config import Settings
from workers.entrypoints.exits import ExitCode
from workers.ports.messages import OutgoingRecord
from workers.ports.outcomes import FromBeginning, OutcomeReader

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

TENANT = "acme"
OWNER, NEIGHBOUR = "planted-owner", "neighbour"
PICTURE = Path(__file__).parents[2] / "workers/entrypoints/demo_data/images/coffee-cash.jpg"
ENDS = (WorkflowCompleted, WorkflowCompensated, WorkflowStuck)
LAST_MONTH = (system_clock().now().date().replace(day=1) - timedelta(days=1)).replace(day=12)


class Words(NamedTuple):
    """What an owner writes, and nobody else."""

    latin: str
    thai: str


PLANTED = Words("Zzyzxplanted", "ฅฅปลูกไว้ฅฅ")
OTHERS = Words("Qqyneighbour", "ฃฃข้างบ้านฃฃ")


@pytest.fixture
def areas() -> Sequence[str]:
    """What the fleet works for."""
    return (*AREAS, "projections")


@pytest.fixture
def fleet(tmp_path: Path, areas: Sequence[str]) -> Iterator[FleetProcess]:
    folder = tmp_path / "data"
    folder.mkdir()
    process = FleetProcess({"POON_HTTP__PORT": "0", "POON_OCR__PROCESSES": "1"}, folder, areas=",".join(areas))
    process.start_and_wait()
    yield process
    if process.alive:
        process.kill()


class Caller:
    """Sends commands, and waits for what they led to."""

    def __init__(self, publisher: KafkaPublisher, reader: OutcomeReader) -> None:
        self._publisher = publisher
        self._reader = reader
        self._sent = 0

    async def ask(self, command: Command, owner: str, *, at: datetime | None = None) -> Event:
        return await self.send(command.type, command.area, encode(command), owner, at)

    async def send(self, kind: str, area: str, value: bytes, owner: str, at: datetime | None = None) -> Event:
        self._sent += 1
        time = at or system_clock().now()
        about = Envelope(id=f"c-{self._sent}", source="/test", type=kind, time=time, tenant=TENANT, owner=owner)
        record = OutgoingRecord(topic_name(area, TopicRole.COMMANDS), about.key.encode(), value, about.headers())
        await self._publisher.publish([record])
        return await self._heard(about.id, (Event,))

    async def ended(self, command: Command, owner: str) -> Event:
        """The end of a workflow."""
        await self.ask(command, owner)
        return await self._heard(None, ENDS, correlation=f"c-{self._sent}")

    async def _heard(self, cause: str | None, kinds: tuple[type[Event], ...], correlation: str | None = None) -> Event:
        while True:
            for outcome in await self._reader.read(1.0):
                about = outcome.envelope
                assert about is not None
                mine = about.causation_id == cause if correlation is None else about.correlation_id == correlation
                if mine and isinstance(outcome.event, kinds):
                    return outcome.event


@asynccontextmanager
async def calling(settings: Settings) -> AsyncIterator[Caller]:
    publisher = KafkaPublisher(kafka_connection(settings), "test", None)
    await publisher.start()
    async with outcomes(settings, AREAS, FromBeginning()) as reader:
        yield Caller(publisher, reader)
    await publisher.stop()


async def owners(folder: Path, *arguments: str) -> Typed:
    return await asyncio.to_thread(poon, folder, "owners", *arguments)


async def exported(folder: Path, owner: str, target: Path) -> bytes:
    result = await owners(folder, "export", owner, "--to", str(target), "--tenant", TENANT)
    assert result.returncode == ExitCode.OK, result.stderr
    return await asyncio.to_thread(target.read_bytes)


async def live(caller: Caller, owner: str, words: Words, settings: Settings) -> None:
    """Every kind of input, with an owner's own words in each."""
    latin, thai = words
    assert not isinstance(await caller.ask(ParseText(text=f"{thai} {latin} กาแฟ 65 บาท"), owner), Unsuccessful)
    assert isinstance(await caller.ask(ParseText(text=f"{thai} {latin}"), owner), Unsuccessful)
    recorded = await caller.ask(
        RecordSpending(
            amount=Money.of("65"),
            merchant=f"{latin} {thai}",
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
    second = await caller.ask(RecordSpending(amount=Money.of("7"), merchant=latin, spent_on=LAST_MONTH), owner)
    assert isinstance(second, SpendingRecorded)
    await caller.ask(DeleteSpending(entry_id=second.entry_id, reason=f"twice {thai}"), owner)
    await caller.ask(TeachMapping(text=f"{latin} shop", category=Category.MERIT, aliases=(thai,)), owner)
    await caller.ask(CategorizeSpending(text=f"{thai} {latin} shop", merchant=f"{latin} shop"), owner)
    await caller.send(ParseText.type, "texts", f"{{{latin} {thai}".encode(), owner)
    await pictures(caller, owner, settings)
    rows = f"Date,Description,Debit,Credit\n{LAST_MONTH:%d/%m/%Y},{latin} {thai},120.00,\n"
    statement = statement_files(settings).save(f"{owner}/statement.csv", iter([rows.encode()]))
    assert isinstance(await caller.ended(ImportStatement(file=statement), owner), WorkflowCompleted)
    assert isinstance(await caller.ended(CloseMonth(month=f"{LAST_MONTH:%Y-%m}"), owner), WorkflowCompleted)


async def pictures(caller: Caller, owner: str, settings: Settings) -> None:
    images, data = image_store(settings), PICTURE.read_bytes()
    one = await images.save(f"{owner}/direct.jpg", data)
    read = await caller.ask(ExtractReceipt(image=one, reference_date=date(2025, 6, 15)), owner)
    assert isinstance(read, ReceiptExtracted)
    await caller.ended(ProcessReceipt(image=await images.save(f"{owner}/flow.jpg", data)), owner)
    refused = await images.save(f"{owner_folder(TENANT, owner)}/refused.jpg", b"no picture")
    assert isinstance(await caller.ask(ExtractReceipt(image=refused), owner), Unsuccessful)


def holding(folder: Path, words: Words) -> set[str]:
    """The files that hold any of the words, as bytes, wherever in them and however JSON writes them."""
    wanted = [form.encode() for word in words for form in (word, word.lower(), json.dumps(word)[1:-1])]
    found = set()
    for path in folder.rglob("*"):
        if path.is_file() and any(form in path.read_bytes() for form in wanted):
            found.add(path.name)
    return found


def followed(folder: Path, words: Words) -> bool:
    import sqlite3  # noqa: PLC0415

    with sqlite3.connect(f"file:{folder}/poon.db?mode=ro", uri=True) as connection:
        names = connection.execute("SELECT merchant FROM spending_merchants").fetchall()
    return any(words.latin in name for (name,) in names)


async def test_nothing_an_owner_said_is_found_after_the_owner_was_erased(fleet: FleetProcess, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    settings = Settings(data_dir=folder)
    async with calling(settings) as caller:
        before = system_clock().now()
        await live(caller, OWNER, PLANTED, settings)
        await live(caller, NEIGHBOUR, OTHERS, settings)
        while not (followed(folder, PLANTED) and followed(folder, OTHERS)):
            await system_clock().sleep(0.2)
        assert holding(folder, PLANTED) & {"poon.db", "poon.db-wal"}, "the test has to find what is there"
        whole = await exported(folder, OWNER, tmp_path / "planted.zip")
        neighbours = await exported(folder, NEIGHBOUR, tmp_path / "neighbour.zip")
        assert whole
        the_archive_holds_every_kind(tmp_path / "planted.zip")

        erased = await owners(folder, "erase", OWNER, "--yes", "--tenant", TENANT, "--json")
        assert erased.returncode == ExitCode.OK, erased.stdout + erased.stderr
        removed = json.loads(erased.stdout)["data"]["removed"]
        assert (removed["files"], removed["dead_letters"], removed["mappings"] > 0) == (4, 1, True)

        assert holding(folder, PLANTED) == set()
        assert not list((folder / "images").rglob(f"{OWNER}/*.*"))
        assert await exported(folder, NEIGHBOUR, tmp_path / "again.zip") == neighbours, "nobody else lost anything"

        late = await caller.ask(RecordSpending(amount=Money.of("9"), merchant=PLANTED.latin), OWNER, at=before)
        assert isinstance(late, Unsuccessful)
        assert late.code == ErrorCode.OWNER_ERASED
        assert holding(folder, PLANTED) == set(), "what waited on a topic brings nothing back"
        await the_owner_may_come_back(caller, settings)
    assert fleet.terminate() == ExitCode.OK
    shutil.rmtree(folder / "images")
    assert holding(folder, PLANTED) == set()


def the_archive_holds_every_kind(file: Path) -> None:
    with ZipFile(file) as archive:
        assert archive.testzip() is None
        manifest = json.loads(archive.read("manifest.json"))
        texts = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".jsonl")}
        kept = {name for name in archive.namelist() if name.startswith("files/")}
        assert archive.read(f"files/{OWNER}/direct.jpg") == PICTURE.read_bytes()
    assert set(manifest["tables"]) >= {"events", "spending_entries", "category_mappings", "dead_letters"}
    assert all(text.count("\n") == manifest["tables"][name.removesuffix(".jsonl")] for name, text in texts.items())
    assert all(PLANTED.thai in texts[f"{name}.jsonl"] for name in ("events", "spending_entries", "dead_letters"))
    assert not any(OTHERS.latin in text for text in texts.values())
    assert len(kept) == len(manifest["files"]) == 4


async def the_owner_may_come_back(caller: Caller, settings: Settings) -> None:
    """A newer command takes effect, and what was remembered of a picture is not remembered any more."""
    new = await caller.ask(RecordSpending(amount=Money.of("10"), merchant="Cafe"), OWNER)
    assert isinstance(new, SpendingRecorded)
    picture = await image_store(settings).save("back.jpg", PICTURE.read_bytes())
    assert isinstance(picture, ImageReference)
    read = await caller.ask(ExtractReceipt(image=picture), OWNER)
    assert isinstance(read, ReceiptExtracted)
    assert not any(answer.cached for answer in read.processing.backends)


@pytest.mark.parametrize("areas", [("privacy", "spending", "projections")])
async def test_nobody_is_erased_by_mistake(fleet: FleetProcess, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    async with calling(Settings(data_dir=folder)) as caller:
        await caller.ask(RecordSpending(amount=Money.of("10"), merchant="Cafe"), OWNER)
        refused = await caller.ask(EraseOwner(owner=NEIGHBOUR), OWNER)
        assert isinstance(refused, Unsuccessful)
        assert (refused.code, refused.field) == ("invalid_command", "owner")
        assert (await owners(folder, "erase", OWNER)).returncode == ExitCode.USAGE
        await exported(folder, OWNER, tmp_path / "kept.zip")
        again = await owners(folder, "export", OWNER, "--to", str(tmp_path / "kept.zip"))
        assert again.returncode == ExitCode.BAD_INPUT
    with ZipFile(tmp_path / "kept.zip") as archive:
        assert json.loads(archive.read("manifest.json"))["tables"] == {"spending_entries": 1, "events": 2} | {
            name: count
            for name, count in json.loads(archive.read("manifest.json"))["tables"].items()
            if name.startswith("spending_m")
        }
    assert fleet.alive
