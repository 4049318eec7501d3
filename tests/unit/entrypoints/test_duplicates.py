"""`poon duplicates` on a database file: everything that needs no broker."""

import asyncio
import json
from datetime import UTC, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from adapters.clock import SystemClock
from adapters.database.engine import open_database
from adapters.database.store import SqlDecisionStore
from contracts.spending import Source, SourceKind
from tests.conformance.database.samples import entry_verdict, spending
from tests.services.migrated import migrated_sqlite
from workers.domain.spending import SpendingEntry
from workers.entrypoints.cli import app
from workers.entrypoints.exits import ExitCode

TODAY = SystemClock().now().astimezone(UTC).date()
SLIP = Source(kind=SourceKind.RECEIPT, reference="014180553BPM01234")


def mine(name: str, **changes: Any) -> SpendingEntry:  # noqa: ANN401  any field of an entry
    return spending(name, **{"tenant": "default", "owner": "anong", "spent_on": TODAY, "spent_at": time(9)} | changes)


COFFEE = mine("coffee", merchant="เซเว่น")
COFFEE_AGAIN = mine("coffee again", merchant="7-Eleven")
OLD = [mine(f"old {number}", source=SLIP, spent_on=TODAY - timedelta(days=100)) for number in "12"]
LOOKS_ALIKE_ONLY = mine("lunch", merchant="another shop")
FOREIGN = [mine(f"foreign {number}", owner="lek") for number in "12"]


@pytest.fixture(autouse=True)
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    url = migrated_sqlite(tmp_path / "poon.db")
    monkeypatch.setenv("POON_DATABASE__URL", url)
    asyncio.run(store(url, COFFEE, COFFEE_AGAIN, *OLD, LOOKS_ALIKE_ONLY, *FOREIGN))


async def store(url: str, *entries: SpendingEntry) -> None:
    opened = open_database(url)
    await SqlDecisionStore(opened).commit([entry_verdict(f"c-{entry.id}", entry) for entry in entries])
    await opened.close()


def poon(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["duplicates", *arguments])


def listed(*arguments: str) -> list[dict[str, Any]]:
    result = poon("list", "--json", *arguments)
    assert result.exit_code == ExitCode.OK, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_pairs_of_the_owner_are_listed_with_what_a_person_needs_to_judge_them() -> None:
    (pair,) = listed("--owner", "anong")

    assert (pair["reason"], pair["strength"]) == ("same_minute", "medium")
    entries = sorted((COFFEE, COFFEE_AGAIN), key=lambda entry: entry.id)
    assert pair["entries"] == [
        {
            "id": str(entry.id),
            "version": 1,
            "amount": "50.00",
            "currency": "THB",
            "merchant": entry.merchant,
            "spent_on": TODAY.isoformat(),
            "spent_at": "09:00:00",
            "source": "manual",
        }
        for entry in entries
    ]


def test_older_pairs_are_listed_on_request_the_newest_first() -> None:
    assert [pair["strength"] for pair in listed("--owner", "anong", "--days", "101")] == ["medium", "strong"]
    assert [pair["strength"] for pair in listed("--owner", "anong", "--days", "101", "--strength", "strong")] == [
        "strong"
    ]


def test_nobody_sees_the_pairs_of_another() -> None:
    (pair,) = listed("--owner", "lek")

    assert {entry["id"] for entry in pair["entries"]} == {str(entry.id) for entry in FOREIGN}
    assert listed("--owner", "anong", "--tenant", "globex") == []


def test_people_get_a_table_or_are_told_that_there_is_nothing() -> None:
    assert "same_minute" in poon("list", "--owner", "anong").stdout
    assert poon("list", "--owner", "nobody").stdout == "no possible duplicates\n"


def test_what_is_no_entry_is_not_sent() -> None:
    result = poon("distinguish", "no-id", str(COFFEE.id))

    assert result.exit_code == ExitCode.BAD_INPUT
    assert "entry_id" in result.output
