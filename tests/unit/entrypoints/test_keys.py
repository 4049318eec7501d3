"""`poon keys` on database files: status, rotation, and keys in a database of their own."""

import asyncio
import json
import os
from base64 import b64encode
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from adapters.database.reading import SqlSpendingRepository
from adapters.database.store import SqlDecisionStore
from adapters.vault.master_keys import master_id
from tests.conformance.database.owners import sent
from tests.conformance.database.samples import TENANT, entry_id, entry_verdict, spending
from tests.fakes.cache import VisibleCache
from workers.bootstrap import keys as bootstrap_keys
from workers.bootstrap.ground import migrate_schema, schema_of
from workers.bootstrap.vault import sealing_database
from workers.config import load_settings
from workers.entrypoints.cli import app
from workers.entrypoints.commands import keys
from workers.entrypoints.exits import ExitCode

NEW, OLD = b"n" * 32, b"o" * 32
WORDS = "ลับ planted"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three owners' entries, sealed under the older master key; keys in a file of their own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("POON_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("POON_PRIVACY__KEYS_URL", f"sqlite:///{tmp_path}/keys/keys.db")
    use(monkeypatch, OLD)
    asyncio.run(fill())
    return tmp_path


def use(monkeypatch: pytest.MonkeyPatch, newest: bytes | None, *older: bytes) -> None:
    monkeypatch.delenv("POON_PRIVACY__MASTER_KEY", raising=False)
    if newest is not None:
        monkeypatch.setenv("POON_PRIVACY__MASTER_KEY", b64encode(newest).decode())
    monkeypatch.setenv("POON_PRIVACY__OLD_MASTER_KEYS", ",".join(b64encode(key).decode() for key in older))


async def fill(*owners: str) -> None:
    settings = load_settings(os.environ, Path.cwd())
    await migrate_schema(settings)
    assert await schema_of(settings) == "current"
    database = sealing_database(settings, settings.database.url.get_secret_value(), 1)
    entries = [spending(name, owner=name, raw_text=WORDS) for name in owners or ("anong", "lek", "somsri")]
    await SqlDecisionStore(database).commit([sent(entry_verdict(f"c-{one.owner}", one)) for one in entries])
    await database.close()


async def read(owner: str = "anong") -> str | None:
    settings = load_settings(os.environ, Path.cwd())
    database = sealing_database(settings, settings.database.url.get_secret_value(), 1)
    entry = await SqlSpendingRepository(database).get(TENANT, entry_id(owner))
    await database.close()
    return entry and entry.raw_text


def held_in(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("poon.db*"))


def poon(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["keys", *arguments])


def test_status_names_master_keys_by_their_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    told = poon("status")
    assert told.exit_code == ExitCode.OK, told.output
    assert f"{master_id(OLD)}: 3 owners" in told.output
    use(monkeypatch, NEW)
    told = poon("status")
    assert told.exit_code == ExitCode.NO
    assert f"{master_id(OLD)}: 3 owners (MISSING" in told.output
    assert not [key for key in (NEW, OLD) if b64encode(key).decode() in told.output or key.decode() in told.output]
    use(monkeypatch, None)
    assert json.loads(poon("status", "--json").output) == {
        "newest": None,
        "wrapped": {master_id(OLD): 3},
        "missing": [master_id(OLD)],
        "destroyed": 0,
    }


def test_rotating_goes_in_pieces_and_afterwards_the_older_key_can_go(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, NEW, OLD)
    monkeypatch.setattr(keys, "AT_ONCE", 2)
    assert "3 keys would be wrapped anew" in poon("rotate", "--dry-run").output
    assert "3 anew" in poon("status").output
    assert json.loads(poon("rotate", "--dry-run", "--json").output) == {"waiting": 3}
    told = poon("rotate")
    assert told.exit_code == ExitCode.OK, told.output
    assert told.output.splitlines()[:2] == ["2 of 3", "3 of 3"]
    assert json.loads(poon("rotate", "--json").output) == {"wrapped": 0}
    use(monkeypatch, NEW)
    assert asyncio.run(read()) == WORDS


def test_rotating_without_a_master_key_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, None)
    told = poon("rotate")
    assert told.exit_code == ExitCode.UNAVAILABLE
    assert "POON_PRIVACY__MASTER_KEY" in told.output
    use(monkeypatch, NEW)
    told = poon("rotate")
    assert told.exit_code == ExitCode.UNAVAILABLE
    assert master_id(OLD) in told.output


def test_the_database_and_its_copies_hold_neither_texts_nor_keys(folder: Path) -> None:
    held = b"".join(file.read_bytes() for file in folder.glob("poon.db*"))
    assert WORDS.encode() not in held
    assert master_id(OLD).encode() not in held, "a wrapped key stands where no key should be"
    assert master_id(OLD).encode() in b"".join(file.read_bytes() for file in (folder / "keys").glob("keys.db*"))


def test_what_was_stored_before_is_encrypted_in_pieces_and_nothing_is_left_of_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, None)
    owners = [f"old-{number}" for number in range(5)]
    asyncio.run(fill(*owners))
    assert WORDS.encode() in held_in(folder)
    use(monkeypatch, OLD)
    monkeypatch.setattr(keys, "ROWS_AT_ONCE", 3)
    told = poon("seal")
    assert told.exit_code == ExitCode.OK, told.output
    assert told.output.splitlines()[-3:] == [
        "events: 8 rows, of which 5 were in the clear and are encrypted now",
        "spending_entries: 8 rows, of which 5 were in the clear and are encrypted now",
        "dead_letters: 0 rows, of which 0 were in the clear and are encrypted now",
    ]
    assert "events: 8 rows gone through, 5 encrypted" in told.output
    assert WORDS.encode() not in held_in(folder)
    assert asyncio.run(read("old-3")) == WORDS
    again = poon("seal", "--json")
    assert json.loads(again.output) == {
        "tables": {
            "events": {"rows": 8, "sealed": 0},
            "spending_entries": {"rows": 8, "sealed": 0},
            "dead_letters": {"rows": 0, "sealed": 0},
        },
        "cache_forgotten": True,
    }


def test_sealing_old_rows_without_a_master_key_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, None)
    told = poon("seal")
    assert told.exit_code == ExitCode.UNAVAILABLE
    assert "POON_PRIVACY__MASTER_KEY" in told.output


class SharedCache(VisibleCache):
    """One that outlives whoever looks into it, or that cannot be reached."""

    def __init__(self, *, is_away: bool = False) -> None:
        super().__init__()
        self.is_away = is_away

    async def forget(self, prefix: str) -> bool:
        return not self.is_away and await super().forget(prefix)

    async def close(self) -> None:
        pass


def test_what_is_remembered_in_the_clear_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    cache = SharedCache()
    cache.values = dict.fromkeys(("ocr:a:1", "model:b", "sealed:a:1", "budget:c"), b"5")
    monkeypatch.setattr(bootstrap_keys, "open_cache", lambda *_: cache)
    assert poon("seal").exit_code == ExitCode.OK
    assert set(cache.values) == {"sealed:a:1", "budget:c"}


def test_a_cache_that_cannot_be_reached_may_remember_in_the_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap_keys, "open_cache", lambda *_: SharedCache(is_away=True))
    told = poon("seal")
    assert told.exit_code == ExitCode.NO
    assert "the cache cannot be reached" in told.output
