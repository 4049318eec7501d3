"""What was promised, from the objectives themselves."""

from typing import Final

from infra.dashboards.model import Dashboard, Kind, Panel, Query, Row, Unit, Variable
from infra.objectives.alerts import ALERTS
from infra.objectives.objectives import DAYS, OBJECTIVES, PAGE, TICKET, Objective

_SELECTED: Final = 'namespace=~"$namespace",area=~"$area"'
_PAST: Final = "nothing of these areas ended within the window"


def _chosen(objective: Objective, window: str) -> str:
    return f"{objective.series(window)}{{{_SELECTED}}}"


def _row(objective: Objective) -> Row:
    alerts = tuple(alert.name for alert in ALERTS if alert.name.startswith(f"Poon{objective.name.capitalize()}Budget"))
    burns = [*(PAGE if objective.pages else ()), *TICKET]
    return Row(
        f"{objective.name.capitalize()}: {objective.target:.1%}",
        (
            Panel(
                f"Budget left: {objective.name}",
                f"{objective.promise} What is left of the share that may be bad, over {DAYS} days; below 0 the promise"
                " is broken.",
                Unit.SHARE,
                (Query(f"1 - avg_over_time({_chosen(objective, '5m')}[{DAYS}d]) / {objective.budget:g}", "{{area}}"),),
                Kind.NUMBER,
                may_be_empty=_PAST,
                alerts=alerts,
            ),
            Panel(
                f"Bad: {objective.name}",
                f"Share of bad commands within an hour; {objective.budget:.3g} may be.",
                Unit.SHARE,
                (
                    Query(_chosen(objective, "1h"), "{{area}}"),
                    Query(f"vector({objective.budget:g})", "what may be"),
                ),
                may_be_empty=_PAST,
                alerts=alerts,
            ),
            Panel(
                f"Burn rate: {objective.name}",
                "How many times as fast as it may the budget burns, over the windows alerts watch: "
                + ", ".join(f"{burn.rate:g} over {burn.long} and {burn.short}" for burn in burns)
                + " is too fast.",
                Unit.COUNT,
                tuple(
                    Query(f"{_chosen(objective, burn.long)} / {objective.budget:g}", f"{{{{area}}}} {burn.long}")
                    for burn in burns
                ),
                may_be_empty=_PAST,
                alerts=alerts,
            ),
        ),
    )


_SERIES: Final = OBJECTIVES[0].series("5m")

DASHBOARD: Final = Dashboard(
    "objectives",
    "Poon Workers: objectives",
    f"What was promised to users, over {DAYS} days, and how fast the error budgets burn.",
    (
        Variable("namespace", _SERIES, "Namespace"),
        Variable("area", f'{_SERIES}{{namespace=~"$namespace"}}', "Area"),
    ),
    tuple(map(_row, OBJECTIVES)),
)
