"""AI backends: how much they are given, how they answer, what it costs."""

from typing import Final

from infra.dashboards.model import JOB, JOBS, SHORT, Dashboard, Kind, Panel, Query, Row, Unit, percentile, rate

_ANSWERED: Final = 'result=~"answered|cached|shared"'
_NO_SERVER: Final = "no chain names a model server"

_CALLS: Final = Row(
    "Calls",
    (
        Panel(
            "Given at a time",
            "Calls a backend is given at a time, by its latency and errors. It falls: the backend got slower or fails.",
            Unit.COUNT,
            (
                Query(f"sum by (backend) (poon_backend_limit{{{JOB}}})", "{{backend}}, at most"),
                Query(f"sum by (backend) (poon_backend_in_flight{{{JOB}}})", "{{backend}}, under way"),
            ),
            alerts=("PoonBackendBusy",),
        ),
        Panel(
            "Waiting for a turn",
            "Calls that wait for their turn at a backend.",
            Unit.COUNT,
            (Query(f"sum by (backend) (poon_backend_waiting{{{JOB}}})", "{{backend}}"),),
            alerts=("PoonBackendBusy",),
        ),
        Panel(
            "Time to understand",
            "Time from the start of the last attempt to the decision, by type of command: 95 of 100 are quicker.",
            Unit.SECONDS,
            (percentile("messaging_process_duration_seconds", JOB, "command_type", "{{command_type}}"),),
            alerts=("PoonBackendSlowerThanYesterday", "PoonLatencyBudgetShrinks"),
        ),
        Panel(
            "Capabilities out",
            "Capabilities all of whose backends are out, by the area that waits for them; broker and database as well.",
            Unit.YES_OR_NO,
            (Query(f"max by (area, ground) (poon_outage{{{JOB}}})", "{{area}} without {{ground}}"),),
            alerts=("PoonOutage",),
        ),
    ),
)

_OUTCOMES: Final = Row(
    "In outcomes",
    (
        Panel(
            "Who had a share",
            "Shares of backends in outcomes, a second: answered, cached, or unavailable although it was to be asked.",
            Unit.PER_SECOND,
            (
                rate(
                    "poon_backend_answers_total",
                    JOB,
                    "capability, backend, result",
                    "{{capability}}: {{backend}} {{result}}",
                ),
            ),
            may_be_empty="nothing was understood yet",
        ),
        Panel(
            "How sure outcomes are",
            "The half of the outcomes says it is surer than this, by type of command.",
            Unit.SHARE,
            (
                Query(
                    "histogram_quantile(0.5, sum by (command_type, le)"
                    f" (rate(poon_outcome_confidence_bucket{{{JOB}}}[{SHORT}])))",
                    "{{command_type}}",
                ),
            ),
            may_be_empty="nothing was understood yet",
        ),
    ),
)

_MODELS: Final = Row(
    "Model servers",
    (
        Panel(
            "Answers",
            "Questions a second by how they ended; all but answered, cached and shared fall back to the next in line.",
            Unit.PER_SECOND,
            (rate("poon_model_answers_total", JOB, "backend, result", "{{backend}} {{result}}"),),
            may_be_empty=_NO_SERVER,
        ),
        Panel(
            "Without an answer",
            "Share of the questions that ended without an answer and fell back.",
            Unit.SHARE,
            (
                Query(
                    f"1 - (sum by (backend) (rate(poon_model_answers_total{{{JOB},{_ANSWERED}}}[{SHORT}]))"
                    f" or 0 * sum by (backend) (rate(poon_model_answers_total{{{JOB}}}[{SHORT}])))"
                    f" / sum by (backend) (rate(poon_model_answers_total{{{JOB}}}[{SHORT}]))",
                    "{{backend}}",
                ),
            ),
            may_be_empty=_NO_SERVER,
            alerts=("PoonModelServerDown",),
        ),
        Panel(
            "From memory",
            "Share of the answers that cost nothing: remembered, or shared with another who asked the same.",
            Unit.SHARE,
            (
                Query(
                    f'(sum by (backend) (rate(poon_model_answers_total{{{JOB},result=~"cached|shared"}}[{SHORT}]))'
                    f" or 0 * sum by (backend) (rate(poon_model_answers_total{{{JOB},{_ANSWERED}}}[{SHORT}])))"
                    f" / sum by (backend) (rate(poon_model_answers_total{{{JOB},{_ANSWERED}}}[{SHORT}]))",
                    "{{backend}}",
                ),
            ),
            may_be_empty=_NO_SERVER,
        ),
        Panel(
            "Breaker",
            "0 closed, 1 on trial, 2 open: the server is not asked until it has rested.",
            Unit.COUNT,
            (Query(f"max by (backend) (poon_model_breaker{{{JOB}}})", "{{backend}}"),),
            may_be_empty=_NO_SERVER,
            alerts=("PoonModelServerDown",),
        ),
    ),
)

_COST: Final = Row(
    "Cost",
    (
        Panel(
            "Spent",
            "What calls cost within the time shown, by the prices in the settings.",
            Unit.COUNT,
            (
                Query(
                    f"sum by (backend, currency) (increase(poon_model_cost_total{{{JOB}}}[$__range]))",
                    "{{backend}} {{currency}}",
                ),
            ),
            Kind.NUMBER,
            may_be_empty=_NO_SERVER,
        ),
        Panel(
            "Spent in an hour",
            "What an hour at this rate costs.",
            Unit.COUNT,
            (
                Query(
                    f"3600 * sum by (backend, currency) (rate(poon_model_cost_total{{{JOB}}}[{SHORT}]))",
                    "{{backend}} {{currency}}",
                ),
            ),
            may_be_empty=_NO_SERVER,
        ),
        Panel(
            "Cost of 1,000 commands",
            "What the models cost for 1,000 commands that ended, of all areas.",
            Unit.COUNT,
            (
                Query(
                    f"1000 * sum by (currency) (rate(poon_model_cost_total{{{JOB}}}[{SHORT}]))"
                    f" / ignoring (currency) group_left () sum (rate(poon_commands_settled_total{{{JOB}}}[{SHORT}]))",
                    "{{currency}}",
                ),
            ),
            may_be_empty=_NO_SERVER,
        ),
    ),
)

DASHBOARD: Final = Dashboard(
    "backends",
    "Poon Workers: AI backends and cost",
    "What understands texts, pictures and spending: load, answers, fall-backs and money.",
    (JOBS,),
    (_CALLS, _OUTCOMES, _MODELS, _COST),
)
