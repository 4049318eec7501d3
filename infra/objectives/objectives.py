"""Service level objectives, and the rules that watch how fast their error budgets burn.

Method: multi-window, multi-burn-rate alerts (Google, The Site Reliability Workbook, chapter 5, table 5-8): a long
window says that it matters, a short one that it still happens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

DAYS: Final = 30
"""The window of every error budget, in days."""

WINDOWS: Final = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")

QUICK_AREAS: Final = "texts|spending|categories"
"""Areas whose commands take milliseconds by rules; all others wait for images, models or other commands."""


@dataclass(frozen=True, slots=True)
class Objective:
    """A share of commands that has to be good, area by area.

    Attributes:
        name: of the recorded series, in lower case.
        target: the share that has to be good, between 0 and 1.
        promise: one sentence for people.
        bad: PromQL for the share of bad commands of each area within `{window}`.
        pages: whether somebody is woken; otherwise its alerts are tickets.
    """

    name: str
    target: float
    promise: str
    bad: str
    pages: bool = True

    @property
    def budget(self) -> float:
        """The share that may be bad."""
        return round(1 - self.target, 6)

    def series(self, window: str) -> str:
        """The name of the recorded share of bad commands."""
        return f"area:poon_{self.name}_bad:ratio_rate{window}"


@dataclass(frozen=True, slots=True)
class Burn:
    """The budget burns `rate` times as fast as it may, over both windows."""

    long: str
    short: str
    rate: float


PAGE: Final = (Burn("1h", "5m", 14.4), Burn("6h", "30m", 6))
TICKET: Final = (Burn("1d", "2h", 3), Burn("3d", "6h", 1))


def _slower_than(bucket: str, areas: str) -> str:
    within = f'sum by (area) (rate(poon_command_end_to_end_seconds_bucket{{le="{bucket}",{areas}}}[{{window}}]))'
    all_of_them = f"sum by (area) (rate(poon_command_end_to_end_seconds_count{{{areas}}}[{{window}}]))"
    return f"1 - {within} / ({all_of_them} > 0)"


_QUICK: Final = f'area=~"{QUICK_AREAS}"'
_OTHERS: Final = f'area!~"{QUICK_AREAS}"'

# Of an idle area nothing is recorded: 0 / 0 is no number, and one of those makes a month's average none.
OBJECTIVES: Final = (
    Objective(
        "success",
        0.999,
        "999 of 1,000 commands end in a success or in a rejection of wrong input, not in a failure of the fleet.",
        'sum by (area) (rate(poon_commands_settled_total{outcome="failed"}[{window}]))'
        " / (sum by (area) (rate(poon_commands_settled_total[{window}])) > 0)",
    ),
    Objective(
        "freshness",
        0.99,
        "99 of 100 commands have their outcome 30 s after they were sent (texts, spending, categories), "
        "5 minutes after it in the other areas.",
        f"({_slower_than('30.0', _QUICK)}) or ({_slower_than('300.0', _OTHERS)})",
    ),
    Objective(
        "latency",
        0.95,
        "95 of 100 commands that rules answer (texts, spending, categories) have their outcome within 100 ms.",
        _slower_than("0.1", _QUICK),
        pages=False,
    ),
    Objective(
        "workflows",
        0.99,
        "99 of 100 workflows complete, or are undone because they were refused: not because the fleet failed, and "
        "without getting stuck.",
        'sum by (area) (rate(poon_workflow_results_total{result=~"failed|stuck"}[{window}]))'
        " / (sum by (area) (rate(poon_workflow_results_total[{window}])) > 0)",
        pages=False,
    ),
)


def burning(objective: Objective, burns: tuple[Burn, ...]) -> str:
    """PromQL that holds for an area whose budget burns too fast."""
    return " or ".join(
        f"({objective.series(burn.long)} > {burn.rate * objective.budget:g}"
        f" and {objective.series(burn.short)} > {burn.rate * objective.budget:g})"
        for burn in burns
    )
