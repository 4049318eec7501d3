"""`poon entries`, `totals`, `merchants`, `quality` and `projections` on database files: what needs no broker."""

import asyncio
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from adapters.database.engine import open_database
from adapters.database.store import SqlDecisionStore
from contracts.money import Currency, Money
from contracts.values import Category, PaymentMethod
from tests.conformance.database.samples import entry_verdict, spending
from tests.fakes.projections import entries_of, spending_histories
from tests.services.migrated import migrated_sqlite
from workers.domain.spending import SpendingEntry
from workers.entrypoints.cli import app
from workers.entrypoints.exits import ExitCode
from workers.ports.store import Verdict

HISTORY = spending_histories(12, tenant="acme")
WHO = ("--tenant", "acme", "--owner", "owner-1")
ENTRIES = [
    spending("1", owner="owner-1", spent_on=date(2026, 5, 3), description="กลางวัน", payment_method=PaymentMethod.CASH),
    spending("2", owner="owner-1", spent_on=date(2026, 5, 2), amount=Money.of("700", Currency.JPY), merchant="Muji"),
    spending("3", owner="owner-1", spent_on=date(2026, 5, 1), category=Category.TEMPLE),
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder whose database has a history and some entries."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("POON_DATA_DIR", str(tmp_path))
    url = migrated_sqlite(tmp_path / "poon.db")
    asyncio.run(kept(url, ENTRIES))
    return tmp_path


async def kept(url: str, entries: list[SpendingEntry]) -> None:
    database = open_database(url)
    verdicts = [Verdict(event.inbox_key, (event,)) for event in HISTORY]
    verdicts += [entry_verdict(f"c-{entry.id}", entry._replace(tenant="acme")) for entry in entries]
    await SqlDecisionStore(database).commit(verdicts)
    await database.close()


def poon(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def objects(*arguments: str) -> list[dict[str, Any]]:
    result = poon(*arguments, "--json")
    assert result.exit_code == ExitCode.OK, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_entries_are_listed_page_by_page() -> None:
    *first, cursor = objects("entries", "list", *WHO, "-n", "2")
    assert [(entry["spent_on"], entry["amount"]) for entry in first] == [
        ("2026-05-03", {"amount": "50.00", "currency": "THB"}),
        ("2026-05-02", {"amount": "700", "currency": "JPY"}),
    ]
    *second, last = objects("entries", "list", *WHO, "-n", "2", "--after", cursor["cursor"])
    assert ([entry["category"] for entry in second], last) == (["Temple Donations"], {"cursor": None})


@pytest.mark.parametrize(
    ("options", "days"),
    [
        (("--from", "2026-05-02", "--to", "2026-05-02"), [2]),
        (("--category", "Temple Donations"), [1]),
        (("--merchant", "Muji"), [2]),
        (("--currency", "JPY", "--min", "700", "--max", "700.00"), [2]),
        (("--paid-by", "Cash"), [3]),
        (("--text", "กลางวัน"), [3]),
    ],
)
def test_entries_are_filtered(options: tuple[str, ...], days: list[int]) -> None:
    *found, _ = objects("entries", "list", *WHO, *options)
    assert [date.fromisoformat(entry["spent_on"]).day for entry in found] == days


def test_entries_for_people_end_with_where_to_go_on() -> None:
    shown = poon("entries", "list", *WHO, "-n", "1").stdout
    assert "50.00 THB" in shown
    assert "more: --after 1" in shown
    assert "no entries" in poon("entries", "list", "--owner", "nobody").stdout


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--from", "yesterday"), "is no day"),
        (("--min", "many"), "is no amount"),
        (("--min", "NaN"), "is no amount"),
        (("--max", "0.00001"), "at most 4 decimals"),
        (("--max", "1e30"), "at most 4 decimals"),
    ],
)
def test_what_no_filter_can_be_is_refused(options: tuple[str, ...], told: str) -> None:
    result = poon("entries", "list", *options)
    assert result.exit_code == ExitCode.USAGE
    assert told in " ".join(result.output.split())


def test_a_cursor_that_is_none_is_bad_input() -> None:
    result = poon("entries", "list", "--after", "moon")
    assert (result.exit_code, "no cursor" in result.output) == (ExitCode.BAD_INPUT, True)


def test_totals_merchants_and_quality_come_from_what_was_rebuilt() -> None:
    for command in ("totals", "merchants", "quality"):
        result = poon(command)
        assert (result.exit_code, "has not been built yet" in result.output) == (ExitCode.BAD_INPUT, True)
    (rebuilt,) = objects("projections", "rebuild", "spending")
    assert (rebuilt["generation"], rebuilt["events"]) == (1, len(HISTORY) + len(ENTRIES))
    assert "generation 2 of quality answers" in poon("projections", "rebuild", "quality").stdout
    own = [entry for entry in entries_of(HISTORY) if entry.owner == "owner-1" and not entry.is_deleted]
    spent = sum(entry.amount.amount for entry in own if entry.amount.currency is Currency.THB)
    totals = [one for one in objects("totals", *WHO) if one["currency"] == "THB"]
    assert sum(map(float, (one["amount"] for one in totals))) == pytest.approx(float(spent))
    assert sum(one["visits"] for one in objects("merchants", *WHO)) == len(own)
    assert sum(one["outcomes"] for one in objects("quality", "--tenant", "acme")) == len(HISTORY)
    assert all(one["average_ms"] == 0 for one in objects("quality", "--tenant", "acme"))
    assert "THB" in poon("totals", *WHO, "--from", "2026-01", "--to", "2026-03").stdout
    assert "%" in poon("merchants", *WHO).stdout
    assert "spending.recorded.v1" in poon("quality", "--tenant", "acme").stdout


def test_what_is_empty_is_said() -> None:
    for name in ("spending", "quality"):
        objects("projections", "rebuild", name)
    assert "no totals" in poon("totals", "--owner", "nobody").stdout
    assert "no merchants" in poon("merchants", "--owner", "nobody").stdout
    assert "no outcomes" in poon("quality", "--tenant", "nobody").stdout


@pytest.mark.parametrize("month", ["2026-13", "March"])
def test_what_is_no_month_is_refused(month: str) -> None:
    result = poon("totals", "--from", month)
    assert (result.exit_code, "is no month" in " ".join(result.output.split())) == (ExitCode.USAGE, True)


def test_projections_are_listed_with_how_they_stand() -> None:
    assert [one["name"] for one in objects("projections", "list")] == ["spending", "quality"]
    assert "by month and category" in poon("projections", "list").stdout
    assert "nothing has been built yet" in poon("projections", "status").stdout
    objects("projections", "rebuild", "spending")
    (told,) = objects("projections", "status")
    assert (told["projection"], told["status"], told["events"]) == ("spending", "live", len(HISTORY) + len(ENTRIES))
    assert "live" in poon("projections", "status").stdout
    assert poon("projections", "rebuild", "moon").exit_code == ExitCode.USAGE


def test_queries_go_to_the_replica_and_nothing_else_does(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replica = migrated_sqlite(folder / "replica.db")
    asyncio.run(kept(replica, ENTRIES[:1]))
    monkeypatch.setenv("POON_DATABASE__REPLICA_URL", replica)
    *found, _ = objects("entries", "list", *WHO)
    assert [entry["spent_on"] for entry in found] == ["2026-05-03"]
    objects("projections", "rebuild", "spending")
    result = poon("totals", *WHO)  # what was rebuilt is on the primary, and a replica would follow it
    assert (result.exit_code, "has not been built yet" in result.output) == (ExitCode.BAD_INPUT, True)
