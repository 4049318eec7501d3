"""Says what a doctor found, for people and as JSON."""

from __future__ import annotations

from typing import Any, Final

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from workers.entrypoints.doctor.findings import Finding, Severity
from workers.entrypoints.doctor.rounds import Report

_STYLES: Final = {Severity.CRITICAL: "bold red", Severity.WARNING: "bold yellow", Severity.NOTICE: "bold cyan"}
_INDENT: Final = (0, 0, 0, 4)


def report_json(report: Report) -> dict[str, Any]:
    """All of it."""
    return {
        "healthy": not report.findings,
        "exit_code": int(report.exit_code),
        "findings": [_finding_json(name, finding) for name, finding in report.findings],
        "checks": [
            {"name": one.name, "findings": len(one.findings), "skipped_because_of": one.skipped}
            for one in report.checked
        ],
    }


def report_text(report: Report) -> Group:
    """The worst first, then what was found in order and what was not looked at."""
    parts: list[Text | Padding] = []
    for name, finding in report.findings:
        parts += _finding_text(name, finding)
    fine = [one.name for one in report.checked if not one.findings and one.skipped is None]
    skipped = [f"{one.name} (because of {one.skipped})" for one in report.checked if one.skipped is not None]
    if fine:
        parts.append(Text(f"nothing wrong with: {', '.join(fine)}", style="green"))
    if skipped:
        parts.append(Text(f"not looked at: {', '.join(skipped)}"))
    return Group(*parts)


def _finding_json(name: str, finding: Finding) -> dict[str, Any]:
    return {
        "check": name,
        "severity": finding.severity.name.lower(),
        "what": finding.what,
        "means": finding.means,
        "do": finding.do,
        "page": finding.page,
    }


def _finding_text(name: str, finding: Finding) -> list[Text | Padding]:
    head = Text(f"{finding.severity.name}  {name}: ", style=_STYLES[finding.severity]) + Text(finding.what)
    see = f" See {finding.page}" if finding.page else ""
    return [
        head,
        Padding(Text(finding.means), _INDENT, expand=False),
        Padding(Text(f"→ {finding.do}{see}"), _INDENT, expand=False),
    ]
