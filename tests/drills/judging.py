"""Judges a drill: what may fire in the calm, whether a doctor named the cause, what is left in the end. Pure."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

OF_THE_MACHINE: Final = frozenset(
    {"PoonLatencyBudgetShrinks", "PoonSlowerThanYesterday", "PoonBackendSlowerThanYesterday"}
)
"""Alerts that judge milliseconds, and thus how busy this machine is: they may fire in the calm, and the result names
them. The drill's own has to be silent when its fault is done."""
LOUD: Final = frozenset({"warning", "critical"})


class Named(NamedTuple):
    """A doctor's finding that names the cause."""

    what: str
    do: str
    page: str


def naming(findings: Iterable[Mapping[str, Any]], cause: str, page: str) -> Named | None:
    """The first finding that is no mere notice, names the cause, says what to do and leads to the page."""
    for finding in findings:
        says = f"{finding['what']} {finding['means']}"
        leads = finding["page"] == f"docs/runbooks/{page}.md"
        if finding["severity"] in LOUD and leads and finding["do"] and re.search(cause, says):
            return Named(finding["what"], finding["do"], finding["page"])
    return None


def disturbed_calm(fired: Collection[str]) -> list[str]:
    """Names of alerts that fired although nothing is broken."""
    return sorted(set(fired) - OF_THE_MACHINE)


def the_alert(firing: Iterable[Mapping[str, str]], name: str, labels: Mapping[str, str]) -> Mapping[str, str] | None:
    """The labels of an alert that fires with at least these labels; None where none does."""
    for alert in firing:
        if alert["alertname"] == name and labels.items() <= alert.items():
            return alert
    return None


def failings(calm: Sequence[str], violations: Sequence[str], after: Sequence[Mapping[str, Any]]) -> list[str]:
    """Why a drill has failed although the alert fired, was named and cleared; a sentence each.

    Args:
        calm: what fired before the fault.
        violations: of the ledger.
        after: what a doctor still finds in the end.
    """
    return [
        *(f"in the calm: {name} fires" for name in calm),
        *(f"ledger: {violation}" for violation in violations),
        *(f"still wrong: {finding['what']}" for finding in after if finding["severity"] == "critical"),
    ]
