"""Spending is recorded, analysed and forecast, all by commands through a broker."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.command_line import poon
from tests.e2e.fleet_process import FleetProcess
from workers.entrypoints.exits import ExitCode

pytestmark = pytest.mark.e2e

LAST = date(2025, 6, 30)
RENT = "ค่าเช่าห้อง"
MISTAKE = "0d7c5f1e-8a3b-4c2d-9e6f-1a2b3c4d5e6f"


class Owner:
    """Somebody who sends commands from a terminal."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def outcomes(self, *commands: dict[str, Any]) -> list[dict[str, Any]]:
        """Send commands, and wait for what becomes of them."""
        given = "\n".join(map(json.dumps, commands))
        result = poon(self._folder, "send", "json", "-", "--wait", "--json", given=given)
        assert result.returncode == ExitCode.OK, result.stderr
        return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture(scope="module")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owner]:
    folder = tmp_path_factory.mktemp("insights")
    fleet = FleetProcess({}, folder, areas="spending,insights")
    fleet.start_and_wait()
    somebody = Owner(folder)
    somebody.outcomes(*_recorded())
    somebody.outcomes({"type": "poon.spending.delete.v1", "data": {"entry_id": MISTAKE, "reason": "a slip"}})
    yield somebody
    assert fleet.terminate() == ExitCode.OK


def _recorded() -> Iterator[dict[str, Any]]:
    """A hundred baht a day since 5 April, three rents, and a mistake."""
    for number in range(87):
        yield _spent(LAST - timedelta(days=number), "100.00", f"ร้าน {number}", "Food & Dining")
    for month in (4, 5, 6):
        yield _spent(date(2025, month, 5), "7500.00", RENT, "Bills & Utilities")
    yield _spent(date(2025, 6, 12), "99999.00", "ร้าน", "Food & Dining", entry_id=MISTAKE)


def _spent(day: date, amount: str, merchant: str, category: str, **more: str) -> dict[str, Any]:
    money = {"amount": amount, "currency": "THB"}
    data = {"amount": money, "merchant": merchant, "category": category, "spent_on": day.isoformat(), **more}
    return {"type": "poon.spending.record.v1", "data": data}


def test_recorded_spending_is_analysed(owner: Owner) -> None:
    data = {"days": 90, "reference_date": LAST.isoformat()}
    (outcome,) = owner.outcomes({"type": "poon.insight.analyze.v1", "data": data})

    found = outcome["data"]
    assert (outcome["type"], outcome["topic"]) == ("poon.insight.generated.v1", "poon.insights.events")
    assert found["period"] == {"first": "2025-04-02", "last": "2025-06-30"}
    assert (found["entries"], found["complete"]) == (90, True)
    (baht,) = found["currencies"]
    assert (baht["currency"], baht["total"]["amount"]) == ("THB", "31200.00")
    (rent,) = [insight for insight in baht["insights"] if insight["kind"] == "recurring"]
    assert (rent["merchant"], rent["impact"]["amount"], rent["evidence"]["count"]) == (RENT, "7500.00", 3)
    assert "next around 5 Jul 2025" in rent["text"]["en"]
    assert 0 <= baht["score"]["points"] <= 100


def test_recorded_spending_is_forecast(owner: Owner) -> None:
    data = {"days": 30, "reference_date": LAST.isoformat()}
    (outcome,) = owner.outcomes({"type": "poon.insight.forecast.v1", "data": data})

    found = outcome["data"]
    assert (outcome["type"], found["entries"]) == ("poon.insight.forecasted.v1", 90)
    assert found["period"] == {"first": "2025-07-01", "last": "2025-07-30"}
    (baht,) = found["currencies"]
    assert baht["total"]["amount"]["amount"] == "10500.00"
    assert [(due["due"], due["merchant"], due["amount"]["amount"]) for due in baht["due"]] == [
        ("2025-07-05", RENT, "7500.00")
    ]
    assert {one["category"]: one["amount"]["amount"] for one in baht["categories"]} == {
        "Bills & Utilities": "7500.00",
        "Food & Dining": "3000.00",
    }


def test_somebody_without_entries_gets_an_answer_that_says_so(owner: Owner) -> None:
    commands: list[dict[str, Any]] = [
        {"type": name, "owner": "nobody", "data": {}}
        for name in ("poon.insight.analyze.v1", "poon.insight.forecast.v1")
    ]
    for outcome in owner.outcomes(*commands):
        assert (outcome["data"]["entries"], outcome["data"].get("currencies", [])) == (0, [])
