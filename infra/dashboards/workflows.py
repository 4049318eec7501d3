"""Work of several steps."""

from typing import Final

from infra.dashboards.model import JOB, JOBS, Dashboard, Panel, Query, Row, Unit, percentile, quantiles, rate

_HERE: Final = f'{JOB},area="workflows"'
_MAY_BE_OFF: Final = "no worker works for the area workflows, or nothing ended there yet"

_STEPS: Final = Row(
    "Steps",
    (
        Panel(
            "Steps done",
            "Commands of workflows that ended, a second, by type and outcome: starts, steering, timers.",
            Unit.PER_SECOND,
            (rate("poon_commands_settled_total", _HERE, "command_type, outcome", "{{command_type}} {{outcome}}"),),
            alerts=("PoonGroupStalled",),
        ),
        Panel(
            "Steps waiting",
            "Commands and replies taken over and not done with.",
            Unit.COUNT,
            (
                Query(f"sum by (area) (poon_commands_waiting{{{_HERE}}})", "waiting"),
                Query(f"sum by (area) (poon_commands_retrying{{{_HERE}}})", "to be tried again"),
            ),
        ),
        Panel(
            "Oldest step",
            "Age of the oldest command or reply not done with. Which workflow: `poon workflows list`, `poon top`.",
            Unit.SECONDS,
            (Query(f"max by (instance) (poon_oldest_unfinished_age_seconds{{{_HERE}}})", "{{instance}}"),),
            alerts=("PoonStuckCommand",),
        ),
        Panel(
            "Steps refused or failed",
            "Steps that ended without success, a second, by code; a step of a workflow that fails compensates it.",
            Unit.PER_SECOND,
            (
                rate(
                    "poon_commands_settled_total",
                    f'{_HERE},outcome!="success"',
                    "command_type, outcome, code",
                    "{{command_type}} {{outcome}} {{code}}",
                ),
            ),
            may_be_empty="no step has been refused or failed",
            alerts=("PoonNewErrorCode",),
        ),
    ),
)

_RESULTS: Final = Row(
    "Results",
    (
        Panel(
            "Workflows that ended or got stuck",
            "A second, by kind and result. Refused: wrong input, or an operator's abort. Failed and stuck are ours.",
            Unit.PER_SECOND,
            (rate("poon_workflow_results_total", _HERE, "workflow, result", "{{workflow}} {{result}}"),),
            may_be_empty=_MAY_BE_OFF,
            alerts=("PoonWorkflowsBudgetShrinks",),
        ),
        Panel(
            "From start to result",
            "By kind and result: 95 of 100 are quicker.",
            Unit.SECONDS,
            (percentile("poon_workflow_duration_seconds", _HERE, "workflow, result", "{{workflow}} {{result}}"),),
            may_be_empty=_MAY_BE_OFF,
        ),
        Panel(
            "What happened to steps",
            "A second, by kind, step and what happened. A step that fails again and again is one that nobody answers.",
            Unit.PER_SECOND,
            (rate("poon_workflow_steps_total", _HERE, "workflow, step, result", "{{workflow}} {{step}} {{result}}"),),
            may_be_empty=_MAY_BE_OFF,
            alerts=("PoonWorkflowsBudgetShrinks",),
        ),
    ),
)

_TIME: Final = Row(
    "Time",
    (
        Panel(
            "From sending to outcome",
            "Of commands to workflows, by type: 95 of 100 are quicker. A start ends when the workflow is on its way.",
            Unit.SECONDS,
            (percentile("poon_command_end_to_end_seconds", _HERE, "command_type", "{{command_type}}"),),
            may_be_empty=_MAY_BE_OFF,
        ),
        Panel(
            "Waiting for its turn",
            "Steps of one workflow follow each other: those of a busy one wait.",
            Unit.SECONDS,
            quantiles("poon_command_wait_seconds", _HERE),
            may_be_empty=_MAY_BE_OFF,
        ),
        Panel(
            "Steps done by others",
            "Commands of the areas that workflows hand steps to, a second: where a workflow waits, it waits for these.",
            Unit.PER_SECOND,
            (
                rate(
                    "poon_commands_settled_total",
                    f'{JOB},area=~"receipts|spending|statements|insights"',
                    "area, outcome",
                    "{{area}} {{outcome}}",
                ),
            ),
        ),
    ),
)

DASHBOARD: Final = Dashboard(
    "workflows",
    "Poon Workers: workflows",
    "Receipts, statements and months, which take several steps: do they get on?",
    (JOBS,),
    (_RESULTS, _STEPS, _TIME),
)
