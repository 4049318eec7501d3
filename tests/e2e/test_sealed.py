"""A fleet with a master key: nothing personal can be read where it is kept, and its outcomes are as without one."""

import json
import shutil
import sqlite3
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zipfile import ZipFile

import pytest
import redis

from contracts.base import Event
from contracts.registry import AREAS
from tests.e2e.fleet_process import FleetProcess
from tests.e2e.owner_life import PICTURE, Caller, Words, calling, exported, holding, live, owners
from workers.bootstrap.clients import system_clock
from workers.config import Settings
from workers.entrypoints.exits import ExitCode
from workers.ports.sealing import CONTENT_MARK

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

OWNER: Final = "planted-owner"
SECRET: Final = Words("Zzyzxplanted", "ฅฅปลูกไว้ฅฅ", "Zzyzxร้าน")
PERSONAL: Final = SECRET[:2]
"""What is nowhere in the clear; the third, a merchant's name, is where the next says."""
NAMED: Final = {
    ("spending_entries", "merchant"),
    ("spending_merchants", "merchant"),
    ("projection_streams", "state"),
    ("category_mappings", "key"),
    ("category_mappings", "text"),
    ("category_mappings", "aliases"),
}
PICTURED: Final = PICTURE.read_bytes()[2_000:2_064]
TIMED: Final = frozenset({"duration_ms", "duration_seconds", "milliseconds"})


@dataclass(frozen=True)
class Home:
    """Where a fleet keeps everything."""

    folder: Path
    keys: Path | None
    redis: str

    @property
    def environment(self) -> dict[str, str]:
        own = {"POON_HTTP__PORT": "0", "POON_CACHE__URL": self.redis, "POON_OCR__PROCESSES": "1"}
        if self.keys is None:
            return own
        return own | {
            "POON_PRIVACY__MASTER_KEY": b64encode(b"m" * 32).decode(),
            "POON_PRIVACY__KEYS_URL": f"sqlite:///{self.keys}",
        }

    @property
    def settings(self) -> Settings:
        privacy: dict[str, Any] = {}
        if self.keys is not None:
            privacy = {
                "master_key": self.environment["POON_PRIVACY__MASTER_KEY"],
                "keys_url": self.environment["POON_PRIVACY__KEYS_URL"],
            }
        return Settings.model_validate(
            {"data_dir": self.folder, "cache": {"url": self.redis}, "privacy": privacy, "http": {"port": 0}}
        )

    @asynccontextmanager
    async def fleet(self) -> AsyncIterator[Caller]:
        self.folder.mkdir()
        process = FleetProcess(self.environment, self.folder, areas=",".join((*AREAS, "projections")))
        process.start_and_wait()
        try:
            async with calling(self.settings) as caller:
                yield caller
            assert process.terminate() == ExitCode.OK
        finally:
            if process.alive:
                process.kill()

    def tables(self) -> Iterator[tuple[str, str, str]]:
        """Table, column and value of all that the database holds."""
        with sqlite3.connect(f"file:{self.folder}/poon.db?mode=ro", uri=True) as connection:
            names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for table in names:
                rows = connection.execute(f'SELECT * FROM "{table}"')  # noqa: S608  its own list of tables
                columns = [column for column, *_ in rows.description]
                for row in rows:
                    yield from ((table, column, _text(value)) for column, value in zip(columns, row, strict=True))

    async def followed(self) -> None:
        while not any((table, SECRET.name in text) == ("spending_merchants", True) for table, _, text in self.tables()):
            await system_clock().sleep(0.2)

    def remembered(self) -> dict[bytes, bytes]:
        """The values of Redis by their keys, without counters."""
        with redis.Redis.from_url(self.redis) as client:
            found = {key: client.get(key) for key in client.scan_iter()}
        return {key: value for key, value in found.items() if isinstance(value, bytes) and not value.isdigit()}

    def copied(self, to: Path) -> "Home":
        """A backup of the database and the store, without the keys."""
        to.mkdir()
        with sqlite3.connect(self.folder / "poon.db") as source, sqlite3.connect(to / "poon.db") as target:
            source.backup(target)
        shutil.copytree(self.folder / "images", to / "images")
        return Home(to, self.keys, self.redis)


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _forms(word: str) -> tuple[str, ...]:
    return word, word.lower(), json.dumps(word)[1:-1]


def where(home: Home, *words: str) -> set[tuple[str, str]]:
    """The columns in which any of the words is."""
    forms = [form for word in words for form in _forms(word)]
    return {(table, column) for table, column, text in home.tables() if any(form in text for form in forms)}


def told(events: list[Event]) -> list[tuple[str, object]]:
    """What outcomes say, but for how long it took."""
    return [(event.type, _timeless(event.model_dump(mode="json"))) for event in events]


def _timeless(value: object) -> object:
    if isinstance(value, dict):
        return {name: _timeless(each) for name, each in value.items() if name not in TIMED}
    return [_timeless(each) for each in value] if isinstance(value, list) else value


@pytest.fixture
def plain(tmp_path: Path) -> Home:
    return Home(tmp_path / "plain", None, "memory://")


@pytest.fixture
def sealed(tmp_path: Path, fresh_redis: str) -> Home:
    return Home(tmp_path / "sealed", tmp_path / "keys.db", fresh_redis)


async def test_the_outcomes_of_a_fleet_that_seals_are_those_of_one_that_does_not(plain: Home, sealed: Home) -> None:
    heard = []
    for home in (plain, sealed):
        async with home.fleet() as caller:
            await live(caller, OWNER, SECRET, home.settings)
            heard.append(told(caller.heard))
    assert heard[1] == heard[0]
    assert where(plain, *PERSONAL) >= {("events", "data"), ("spending_entries", "description")}, "the test has to find"
    assert any(PICTURED in path.read_bytes() for path in (plain.folder / "images").rglob("*.jpg"))


async def test_nothing_personal_is_in_the_clear_and_nothing_of_an_erased_owner_can_be_read_in_any_copy(
    sealed: Home, tmp_path: Path
) -> None:
    async with sealed.fleet() as caller:
        await live(caller, OWNER, SECRET, sealed.settings)
        await sealed.followed()
        nothing_personal_is_in_the_clear(sealed)
        await exported(sealed.folder, OWNER, tmp_path / "whole.zip", sealed.environment)
        copy, lines = sealed.copied(tmp_path / "copy"), sealed.remembered()
        await exported(copy.folder, OWNER, tmp_path / "copied.zip", copy.environment)
        for archive in ("whole.zip", "copied.zip"):
            held = read(tmp_path / archive)
            assert [each for each in (*SECRET, "files/planted-owner/statement.csv") if each not in held] == []

        erased = await owners(
            sealed.folder, "erase", OWNER, "--yes", "--tenant", "acme", environment=sealed.environment
        )
        assert erased.returncode == ExitCode.OK, erased.stdout + erased.stderr

    assert holding(sealed.folder, SECRET) == set()
    assert sealed.remembered().keys().isdisjoint(lines)
    await exported(copy.folder, OWNER, tmp_path / "gone.zip", copy.environment)
    gone = read(tmp_path / "gone.zip")
    assert not [word for word in PERSONAL for form in _forms(word) if form in gone]
    assert "files/" not in gone
    assert SECRET.name in gone, "what is said to stay readable in a copy does"


def nothing_personal_is_in_the_clear(home: Home) -> None:
    assert where(home, *PERSONAL) == set()
    assert where(home, SECRET.name) <= NAMED
    assert holding(home.folder, Words(*PERSONAL, PERSONAL[0])) == set()
    files = [path for path in (home.folder / "images").rglob("*") if path.is_file()]
    assert len(files) == 4
    assert all(path.read_bytes().startswith(CONTENT_MARK) for path in files)
    remembered = home.remembered()
    assert remembered, "the lines of pictures"
    assert all(value.startswith(CONTENT_MARK) for value in remembered.values())
    assert all(b"sealed:" in key for key in remembered)


def read(archive: Path) -> str:
    """Everything an archive holds."""
    with ZipFile(archive) as opened:
        return "\n".join(f"{name}\n{opened.read(name).decode(errors='replace')}" for name in opened.namelist())
