"""What counts as an alert, as a named cause, as calm, and as a failed drill."""

from typing import Any

import pytest

from tests.drills.judging import Named, disturbed_calm, failings, naming, the_alert


def finding(**changes: str) -> dict[str, Any]:
    usual = {
        "severity": "critical",
        "what": "the database is away",
        "means": "Nothing is stored.",
        "do": "Bring it back.",
        "page": "docs/runbooks/PoonOutage.md",
    }
    return usual | changes


def test_a_finding_that_names_the_cause_is_found() -> None:
    found = naming([finding(what="dead letters"), finding()], r"database .* away", "PoonOutage")
    assert found == Named("the database is away", "Bring it back.", "docs/runbooks/PoonOutage.md")


def test_what_it_means_may_name_the_cause_too() -> None:
    assert naming([finding(what="it is late")], "Nothing is stored", "PoonOutage") is not None


@pytest.mark.parametrize(
    "changes", [{"severity": "notice"}, {"what": "the cache is away"}, {"do": ""}, {"page": "docs/operators.md"}]
)
def test_a_notice_another_cause_no_advice_or_another_page_does_not_count(changes: dict[str, str]) -> None:
    assert naming([finding(**changes)], "database", "PoonOutage") is None


def test_an_alert_counts_with_the_labels_it_has_to_have() -> None:
    firing = [{"alertname": "PoonOutage", "area": "texts", "ground": "broker"}]
    assert the_alert(firing, "PoonOutage", {"ground": "broker"}) == firing[0]
    assert the_alert(firing, "PoonOutage", {"ground": "database"}) is None
    assert the_alert(firing, "PoonDeadLetters", {}) is None


def test_the_calm_is_disturbed_by_any_alert_but_those_of_a_busy_machine() -> None:
    assert disturbed_calm({"PoonLatencyBudgetShrinks"}) == []
    assert disturbed_calm({"PoonLatencyBudgetShrinks", "PoonOutage"}) == ["PoonOutage"]


def test_a_drill_fails_by_its_calm_its_ledger_and_by_what_is_still_wrong() -> None:
    after = [finding(), finding(severity="warning")]
    assert failings(["PoonOutage"], ["lost: no outcome of 7"], after) == [
        "in the calm: PoonOutage fires",
        "ledger: lost: no outcome of 7",
        "still wrong: the database is away",
    ]
    assert failings([], [], [finding(severity="warning")]) == []
