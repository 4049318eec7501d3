"""Making checks: side by side, each within its time, and none that would only repeat another."""

import asyncio
from collections.abc import Sequence

import pytest

from workers.entrypoints.doctor.findings import Finding, Severity, critical, notice, warning
from workers.entrypoints.doctor.rounds import Check, Checked, Report, make
from workers.entrypoints.doctor.view import report_json, report_text
from workers.entrypoints.exits import ExitCode
from workers.entrypoints.output import console
from workers.ports.errors import StorageError, UnavailableError

BAD = critical("gone", "nothing works", "bring it back")
ODD = warning("odd", "it is slower", "look at it", "docs/operators.md")
ASIDE = notice("by the way", "nothing much", "nothing")


def finds(*findings: Finding) -> Check:
    async def look() -> Sequence[Finding]:
        return findings

    return Check("one", look)


async def forever() -> Sequence[Finding]:
    await asyncio.Event().wait()
    return []


async def test_checks_without_findings_are_health() -> None:
    report = await make([finds()], 1)
    assert (report.findings, report.exit_code) == ((), ExitCode.OK)


async def test_one_that_hangs_is_a_finding_and_keeps_no_other_waiting() -> None:
    report = await make([Check("slow", forever), finds(ODD)], 0.01)
    (name, finding), (_, other) = report.findings
    assert (name, finding.severity, other) == ("slow", Severity.CRITICAL, ODD)
    assert "took longer than 0.01 s" in finding.what


async def test_checks_are_made_side_by_side() -> None:
    meet = asyncio.Barrier(2)

    async def look() -> Sequence[Finding]:
        await meet.wait()
        return []

    report = await make([Check("one", look), Check("two", look)], 5)
    assert report.findings == ()


@pytest.mark.parametrize("error", [UnavailableError("it is away"), StorageError("it is away")])
async def test_an_error_that_says_what_is_wrong_is_a_finding(error: Exception) -> None:
    async def look() -> Sequence[Finding]:
        raise error

    ((_, finding),) = (await make([Check("one", look)], 1)).findings
    assert (finding.what, finding.severity) == (str(error), Severity.CRITICAL)


async def test_a_mistake_in_a_check_is_told_without_what_it_says_and_stops_no_other() -> None:
    async def look() -> Sequence[Finding]:
        raise ValueError("somebody's secret")

    report = await make([Check("one", look), Check("two", finds(ODD).look)], 1)
    whats = [finding.what for _, finding in report.findings]
    assert whats == ["the check of one failed by itself: ValueError", "odd"]


async def test_what_stands_on_something_broken_is_not_looked_at() -> None:
    checks = [
        Check("broker", finds(BAD).look),
        Check("topics", finds(ODD).look, needs="broker"),
        Check("groups", finds(ODD).look, needs="topics"),
        Check("database", finds(ODD).look),
        Check("letters", finds(ASIDE).look, needs="database"),
    ]
    report = await make(checks, 1)
    assert [(one.name, one.skipped) for one in report.checked] == [
        ("broker", None),
        ("topics", "broker"),
        ("groups", "topics"),
        ("database", None),
        ("letters", None),
    ]
    assert [finding.severity for _, finding in report.findings] == [
        Severity.CRITICAL,
        Severity.WARNING,
        Severity.NOTICE,
    ]


@pytest.mark.parametrize(
    ("findings", "code"),
    [
        ([], ExitCode.OK),
        ([ASIDE], ExitCode.OK),
        ([ASIDE, ODD], ExitCode.NO),
        ([ODD, BAD], ExitCode.UNAVAILABLE),
        ([ODD, critical("a", "b", "c", exit_code=ExitCode.CONFIGURATION)], ExitCode.CONFIGURATION),
    ],
)
def test_the_worst_finding_decides_the_exit_code(findings: list[Finding], code: ExitCode) -> None:
    assert Report((Checked("one", tuple(findings)),)).exit_code is code


def test_a_report_is_told_the_worst_first_with_what_was_fine_and_what_was_left() -> None:
    report = Report((Checked("one", (ODD,)), Checked("two", (BAD,)), Checked("three"), Checked("four", skipped="two")))
    out = console()
    with out.capture() as captured:
        out.print(report_text(report))
    shown = captured.get()
    assert shown.index("gone") < shown.index("odd")
    for words in ("→ look at it See docs/operators.md", "nothing wrong with: three", "four (because of two)"):
        assert words in shown
    told = report_json(report)
    assert (told["healthy"], told["exit_code"], told["findings"][0]["what"]) == (False, 69, "gone")
    assert told["checks"][3] == {"name": "four", "findings": 0, "skipped_because_of": "two"}
