"""`poon totals` beside a fleet that is killed: what was recorded is in them, once."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.command_line import poon
from tests.e2e.fleet_process import FleetProcess
from tests.services.waiting import wait_until
from workers.entrypoints.exits import ExitCode

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[FleetProcess]:
    # Who is killed is missed for as long as this before another may work.
    settings = {"POON_HTTP__PORT": "0", "POON_KAFKA__SESSION_TIMEOUT_SECONDS": "6"}
    process = FleetProcess(settings, tmp_path, areas="spending,projections")
    process.start_and_wait()
    yield process
    if process.alive:
        process.kill()


def told(folder: Path, *arguments: str, given: str = "") -> list[dict[str, Any]]:
    """What a command prints, one object a line."""
    result = poon(folder, *arguments, "--json", given=given)
    assert result.returncode == ExitCode.OK, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def record(folder: Path, amount: str, command_id: str) -> None:
    data = {
        "amount": {"amount": amount, "currency": "THB"},
        "merchant": "Grab",
        "spent_on": "2026-03-02",
        "category": "Transportation",
    }
    command = json.dumps({"type": "poon.spending.record.v1", "id": command_id, "data": data})
    told(folder, "send", "json", "-", "--wait", given=command)


def test_totals_follow_what_is_recorded_once_although_the_fleet_is_killed(fleet: FleetProcess, tmp_path: Path) -> None:
    record(tmp_path, "120.50", "c-1")
    wait_until(lambda: told(tmp_path, "totals"), "the totals to follow")
    fleet.kill()
    fleet.start_and_wait()
    record(tmp_path, "120.50", "c-1")
    record(tmp_path, "0.25", "c-2")
    wait_until(lambda: told(tmp_path, "totals")[0]["entries"] == 2, "the totals to follow again")
    (total,) = told(tmp_path, "totals")
    assert (total["month"], total["category"], total["amount"]) == ("2026-03", "Transportation", "120.75")
    assert [(one["merchant"], one["visits"]) for one in told(tmp_path, "merchants")] == [("Grab", 2)]
    *entries, _ = told(tmp_path, "entries", "list")
    assert sorted(entry["amount"]["amount"] for entry in entries) == ["0.25", "120.50"]
    wait_until(lambda: sum(one["outcomes"] for one in told(tmp_path, "quality")) == 2, "the outcomes to be counted")
    lag = {line["topic"] for line in told(tmp_path, "lag", "--area", "projections")[0]["groups"]}
    assert "poon.spending.events" in lag
