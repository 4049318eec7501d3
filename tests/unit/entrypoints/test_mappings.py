"""`poon mappings` on a database file: everything that needs no broker."""

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from adapters.database.engine import open_database
from adapters.database.store import SqlDecisionStore
from contracts.mappings import MappingStatus
from tests.conformance.database.samples import mapping, mapping_verdict
from tests.services.migrated import migrated_sqlite
from workers.domain.mappings import SHARED, CategoryMapping
from workers.entrypoints.cli import app
from workers.entrypoints.exits import ExitCode

CANDIDATE = mapping("a shop", tenant="default", owner=SHARED, status=MappingStatus.CANDIDATE)
SHARED_SHOP = mapping("another shop", tenant="default", owner=SHARED, id=mapping("x").id)
OWN = mapping("my shop", tenant="default", owner="anong")
FOREIGN = mapping("their shop", tenant="globex", owner=SHARED)


@pytest.fixture(autouse=True)
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database with mappings of two tenants."""
    monkeypatch.chdir(tmp_path)
    url = migrated_sqlite(tmp_path / "poon.db")
    monkeypatch.setenv("POON_DATABASE__URL", url)
    asyncio.run(store(url, CANDIDATE, SHARED_SHOP, OWN, FOREIGN))


async def store(url: str, *mappings: CategoryMapping) -> None:
    opened = open_database(url)
    await SqlDecisionStore(opened).commit(
        [mapping_verdict(f"c-{place}", state) for place, state in enumerate(mappings)]
    )
    await opened.close()


def poon(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["mappings", *arguments])


def keys(*arguments: str) -> list[str]:
    """Of the mappings that are listed."""
    result = poon("list", "--json", *arguments)
    assert result.exit_code == ExitCode.OK, result.output
    return [json.loads(line)["key"] for line in result.stdout.splitlines()]


def test_those_shared_by_the_tenant_are_listed_unless_an_owner_is_named() -> None:
    assert keys() == ["a shop", "another shop"]
    assert keys("--owner", "anong") == ["my shop"]
    assert keys("--tenant", "globex") == ["their shop"]


def test_what_waits_for_review_is_listed_by_its_status() -> None:
    assert keys("--status", "candidate") == ["a shop"]
    assert keys("--status", "candidate", "--status", "active") == ["a shop", "another shop"]


def test_a_listed_mapping_tells_all_of_itself() -> None:
    told = json.loads(poon("list", "--json", "--status", "candidate").stdout)

    assert (told["id"], told["success_rate"]) == (str(CANDIDATE.id), CANDIDATE.success_rate.value)
    assert (told["category"], told["confirmations"], told["contradictions"]) == ("Family Obligations", 2, 1)


def test_people_get_a_table() -> None:
    result = poon("list")

    assert str(CANDIDATE.id) in result.stdout
    assert "a shop" in result.stdout


def test_a_list_of_nothing_says_so() -> None:
    assert poon("list", "--owner", "nobody").stdout == "no mappings\n"


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("no-id", "approve"), "mapping_id"),
        ((str(CANDIDATE.id), "approve", "--by", "x" * 129), "reviewer"),
    ],
)
def test_a_review_that_is_wrong_is_not_sent(arguments: tuple[str, ...], problem: str) -> None:
    result = poon("review", *arguments)

    assert result.exit_code == ExitCode.BAD_INPUT
    assert problem in result.output
