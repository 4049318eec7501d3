"""An owner whose words are unmistakable goes through the whole fleet and is erased; then the words are looked for."""

import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from zipfile import ZipFile

import pytest

from contracts.commands.privacy import EraseOwner
from contracts.commands.receipts import ExtractReceipt
from contracts.commands.spending import RecordSpending
from contracts.errors import ErrorCode
from contracts.events.outcomes import Unsuccessful
from contracts.events.receipts import ReceiptExtracted
from contracts.events.spending import SpendingRecorded
from contracts.money import Money
from contracts.registry import AREAS
from tests.e2e.fleet_process import FleetProcess
from tests.e2e.owner_life import PICTURE, TENANT, Caller, Words, calling, exported, holding, kept_image, live, owners
from workers.bootstrap.clients import system_clock
from workers.config import Settings
from workers.entrypoints.exits import ExitCode

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

OWNER, NEIGHBOUR = "planted-owner", "neighbour"


PLANTED = Words("Zzyzxplanted", "ฅฅปลูกไว้ฅฅ", "Zzyzxร้าน")
OTHERS = Words("Qqyneighbour", "ฃฃข้างบ้านฃฃ", "Qqyร้าน")


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


def followed(folder: Path, words: Words) -> bool:
    import sqlite3  # noqa: PLC0415

    with sqlite3.connect(f"file:{folder}/poon.db?mode=ro", uri=True) as connection:
        names = connection.execute("SELECT merchant FROM spending_merchants").fetchall()
    return any(words.name in name for (name,) in names)


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

        late = await caller.ask(RecordSpending(amount=Money.of("9"), merchant=PLANTED.name), OWNER, at=before)
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
    assert not any(OTHERS.latin in text or OTHERS.name in text for text in texts.values())
    assert len(kept) == len(manifest["files"]) == 4


async def the_owner_may_come_back(caller: Caller, settings: Settings) -> None:
    """A newer command takes effect, and what was remembered of a picture is not remembered any more."""
    new = await caller.ask(RecordSpending(amount=Money.of("10"), merchant="Cafe"), OWNER)
    assert isinstance(new, SpendingRecorded)
    picture = await kept_image(settings, OWNER, "back.jpg", PICTURE.read_bytes())
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
