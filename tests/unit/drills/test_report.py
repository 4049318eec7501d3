"""Figures are told in the time that passed and in the product's."""

from typing import Any

import pytest

from tests.drills.report import HEADINGS, product_time, published, row


def told(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    usual = {
        "drill": "database-down",
        "alert": "PoonOutage",
        "factor": 30.0,
        "waits": 0.0,
        "fault_to_alert": 12.6,
        "alert_to_cause": 3.2,
        "cure_to_clear": 8.0,
        "commands": 1_234,
        "failings": [],
    }
    return usual | changes


def test_what_the_rule_waited_for_counts_in_full_and_the_rest_as_it_was() -> None:
    assert product_time(told(), 300.0) == pytest.approx(302.6)


def test_an_age_that_was_lived_through_counts_in_full_too() -> None:
    assert product_time(told(waits=900.0, fault_to_alert=45.0), 300.0) == pytest.approx(1_205.0)


def test_an_alert_faster_than_its_rule_is_not_told_as_faster() -> None:
    assert product_time(told(fault_to_alert=2.0), 300.0) == 300.0


def test_a_row_tells_both_times_and_what_the_ledger_found() -> None:
    assert row(told(failings=["ledger: lost: one", "in the calm: PoonOutage fires"]), "5m") == (
        "database-down", "PoonOutage", "30", "13 s", "5.0 min", "3 s", "8 s", "1,234", "1",
    )  # fmt: skip


def test_the_published_table_has_a_row_for_each_drill() -> None:
    lines = published([row(told(), "5m"), row(told(drill="broker-down"), "5m")]).splitlines()
    assert [line.split(" | ")[0] for line in lines] == ["| Drill", "| ---", "| database-down", "| broker-down"]
    assert {line.count(" | ") for line in lines} == {len(HEADINGS) - 1}
