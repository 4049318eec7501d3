"""What the fleet could not do."""

from typing import Final

from infra.dashboards.model import AREA, AREAS, JOBS, Dashboard, Kind, Panel, Query, Row, Unit, rate, total

_NONE: Final = "there are none since the workers started"

_LETTERS: Final = Row(
    "Dead letters",
    (
        Panel(
            "Dead letters",
            "Commands that ended in the dead-letter topic within the time shown; `poon dlq` lists and redrives them.",
            Unit.COUNT,
            (total("poon_dead_letters_total", AREA, "area, code", "{{area}} {{code}}"),),
            Kind.TABLE,
            may_be_empty=_NONE,
            alerts=("PoonDeadLetters",),
        ),
        Panel(
            "Dead letters a second",
            "By area and code. A burst with one code is one cause: mend it, then redrive.",
            Unit.PER_SECOND,
            (rate("poon_dead_letters_total", AREA, "area, code", "{{area}} {{code}}"),),
            may_be_empty=_NONE,
            alerts=("PoonDeadLetters",),
        ),
        Panel(
            "Share that is dead",
            "Dead letters of 100 commands that ended. The mass-failure limit stops a worker where they are most.",
            Unit.SHARE,
            (
                Query(
                    f"sum by (area) (increase(poon_dead_letters_total{{{AREA}}}[$__range]))"
                    f" / sum by (area) (increase(poon_commands_settled_total{{{AREA}}}[$__range]))",
                    "{{area}}",
                ),
            ),
            may_be_empty=_NONE,
            alerts=("PoonDeadLetters",),
        ),
    ),
)

_CAUSES: Final = Row(
    "Why",
    (
        Panel(
            "Rejected",
            "Wrong input by code, a second: what senders send. Not a fault of the fleet, unless a rule got too strict.",
            Unit.PER_SECOND,
            (
                rate(
                    "poon_commands_settled_total",
                    f'{AREA},outcome="rejected"',
                    "area, code",
                    "{{area}} {{code}}",
                ),
            ),
            may_be_empty="nothing was rejected since the workers started",
        ),
        Panel(
            "Failed",
            "Commands given up after their last attempt, a second, by code.",
            Unit.PER_SECOND,
            (rate("poon_commands_settled_total", f'{AREA},outcome="failed"', "area, code", "{{area}} {{code}}"),),
            may_be_empty="nothing failed since the workers started",
            alerts=("PoonNewErrorCode", "PoonSuccessBudgetGone", "PoonSuccessBudgetShrinks"),
        ),
        Panel(
            "Attempts that fail",
            "What fails before it is given up, a second, by type and code: dead letters to come.",
            Unit.PER_SECOND,
            (
                rate(
                    "poon_attempts_failed_total",
                    AREA,
                    "command_type, code, retried",
                    "{{command_type}} {{code}}, another one: {{retried}}",
                ),
            ),
            may_be_empty="no attempt has failed since the workers started",
            alerts=("PoonAttemptsFail",),
        ),
        Panel(
            "To be tried again",
            "Commands that wait for their next attempt.",
            Unit.COUNT,
            (Query(f"sum by (area) (poon_commands_retrying{{{AREA}}})", "{{area}}"),),
        ),
    ),
)

DASHBOARD: Final = Dashboard(
    "dead-letters",
    "Poon Workers: dead letters and failures",
    "What ended without success, and why.",
    (JOBS, AREAS),
    (_LETTERS, _CAUSES),
)
