"""Every alert of the fleet. Each has a page in docs/runbooks and a test in which it fires and clears."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from infra.objectives.objectives import OBJECTIVES, PAGE, TICKET, Burn, Objective, burning

# With fewer commands than this in an hour one of them is no share of anything.
ENOUGH: Final = "on (area) (sum by (area) (increase(poon_commands_settled_total[1h])) > 50)"


class Severity(StrEnum):
    """Who hears of it."""

    PAGE = "page"
    TICKET = "ticket"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Alert:
    """One alerting rule.

    Attributes:
        name: also of its page: docs/runbooks/NAME.md.
        lasting: how long the expression has to hold, as Prometheus writes durations.
        summary: one sentence, with `{{ $labels.… }}` where it names something. Without values: it must stay the
            same while the alert fires.
    """

    name: str
    expression: str
    lasting: str
    severity: Severity
    summary: str


def _budget(objective: Objective, severity: Severity, burns: tuple[Burn, ...]) -> Alert:
    name = f"Poon{objective.name.capitalize()}Budget{'Gone' if severity is Severity.PAGE else 'Shrinks'}"
    pace = "within days" if severity is Severity.PAGE else "before the month is over"
    return Alert(
        name,
        f"({burning(objective, burns)}) and {ENOUGH}",
        "2m" if severity is Severity.PAGE else "15m",
        severity,
        f"At this rate the area {{{{ $labels.area }}}} has used up its error budget for {objective.name} {pace}",
    )


_BUDGETS: Final = tuple(
    _budget(objective, severity, burns)
    for objective in OBJECTIVES
    for severity, burns in ((Severity.PAGE, PAGE), (Severity.TICKET, TICKET))
    if objective.pages or severity is not Severity.PAGE
)

ALERTS: Final = (
    *_BUDGETS,
    Alert(
        "PoonGroupStalled",
        "sum by (area) (poon_commands_waiting) > 0"
        " and on (area) sum by (area) (increase(poon_commands_settled_total[10m])) == 0"
        " and on (area) max by (area) (poon_outage) == 0",
        "10m",
        Severity.PAGE,
        "Commands of the area {{ $labels.area }} wait, and for twenty minutes none of them ended",
    ),
    Alert(
        "PoonStuckCommand",
        "max by (area, instance) (poon_oldest_unfinished_age_seconds) > 900",
        "5m",
        Severity.TICKET,
        "A command of the area {{ $labels.area }} has not ended for 15 minutes on {{ $labels.instance }}",
    ),
    Alert(
        "PoonPartitionSkew",
        "max by (area) (poon_watermark_distance) > 1000"
        " and on (area) max by (area) (poon_watermark_distance) > 8 * avg by (area) (poon_watermark_distance)",
        "15m",
        Severity.TICKET,
        "One partition of the area {{ $labels.area }} holds nearly all that is unfinished",
    ),
    Alert(
        "PoonConsumerStill",
        "max by (area, instance) (poon_since_poll_seconds) > 30",
        "1m",
        Severity.PAGE,
        "The consumer of the area {{ $labels.area }} on {{ $labels.instance }} polls no more",
    ),
    Alert(
        "PoonWorkerNotStarted",
        "max by (area, instance) (poon_worker_started) == 0"
        " and on (area, instance) max by (area, instance) (poon_worker_draining) == 0",
        "5m",
        Severity.PAGE,
        "The worker {{ $labels.instance }} of the area {{ $labels.area }} gets no partitions",
    ),
    Alert(
        "PoonWorkerRestarts",
        # One that dies before it is ever scraped shows by its silence, as long as its address is known.
        "max by (instance) (changes(poon_process_start_time_seconds[15m])) > 2"
        " or max by (instance) (avg_over_time(up[15m]) < 0.5"
        " and on (instance) count_over_time(poon_process_start_time_seconds[1h]) > 0)",
        "0m",
        Severity.TICKET,
        "The worker process at {{ $labels.instance }} ends again and again, or stays away",
    ),
    Alert(
        "PoonOutage",
        "max by (area, ground) (poon_outage) == 1",
        "5m",
        Severity.PAGE,
        "The area {{ $labels.area }} stands still: {{ $labels.ground }} is away",
    ),
    Alert(
        "PoonRebalanceStorm",
        "max by (area) (increase(poon_rebalances_total[15m])) > 10",
        "5m",
        Severity.TICKET,
        "The consumer group of the area {{ $labels.area }} rebalances again and again",
    ),
    Alert(
        "PoonForcedStop",
        "sum by (area) (increase(poon_drain_timeouts_total[30m])) > 0",
        "0m",
        Severity.TICKET,
        "A worker of the area {{ $labels.area }} stopped before its commands were finished",
    ),
    Alert(
        "PoonDeadLetters",
        "sum by (area, code) (increase(poon_dead_letters_total[30m])) > 10",
        "5m",
        Severity.TICKET,
        "Dead letters of the area {{ $labels.area }} with the code {{ $labels.code }} grow in number",
    ),
    Alert(
        "PoonAttemptsFail",
        "sum by (area) (rate(poon_attempts_failed_total[10m]))"
        " > 0.1 * sum by (area) (rate(poon_commands_settled_total[10m])) + 0.05",
        "15m",
        Severity.TICKET,
        "More than a tenth of the attempts of the area {{ $labels.area }} fail and are repeated",
    ),
    Alert(
        "PoonNewErrorCode",
        'sum by (area, code) (increase(poon_commands_settled_total{outcome="failed"}[15m])) > 0'
        ' unless sum by (area, code) (increase(poon_commands_settled_total{outcome="failed"}[1d] offset 15m)) > 0',
        "0m",
        Severity.NOTICE,
        "The area {{ $labels.area }} fails with the code {{ $labels.code }}, which it did not for a day",
    ),
    Alert(
        "PoonWorkDoneTwice",
        "sum by (area) (increase(poon_decisions_stored_before_total[30m]))"
        " > 0.02 * sum by (area) (increase(poon_commands_settled_total[30m])) + 20",
        "15m",
        Severity.TICKET,
        "Workers of the area {{ $labels.area }} decide commands that others had decided",
    ),
    Alert(
        "PoonSlowerThanYesterday",
        "histogram_quantile(0.95, sum by (area, le) (rate(poon_command_settle_seconds_bucket[10m])))"
        " > 3 * histogram_quantile(0.95, sum by (area, le) (rate(poon_command_settle_seconds_bucket[1d] offset 1h)))"
        " and on (area) histogram_quantile(0.95, sum by (area, le) (rate(poon_command_settle_seconds_bucket[10m])))"
        " > 0.1",
        "5m",
        Severity.TICKET,
        "Storing and publishing takes the area {{ $labels.area }} three times as long as the day before",
    ),
    Alert(
        "PoonBackendSlowerThanYesterday",
        "histogram_quantile(0.95, sum by (command_type, le) (rate(messaging_process_duration_seconds_bucket[4m])))"
        " > 3 * histogram_quantile(0.95, sum by (command_type, le)"
        " (rate(messaging_process_duration_seconds_bucket[1d] offset 1h)))"
        " and on (command_type) sum by (command_type) (rate(messaging_process_duration_seconds_count[4m])) > 0.1",
        "1m",
        Severity.TICKET,
        "Understanding {{ $labels.command_type }} takes three times as long as the day before",
    ),
    Alert(
        "PoonModelServerDown",
        "max by (backend) (poon_model_breaker) == 2",
        "10m",
        Severity.TICKET,
        "The model server {{ $labels.backend }} is not asked any more: its calls fail",
    ),
    Alert(
        "PoonBackendBusy",
        "sum by (backend) (poon_backend_waiting) > 5 * sum by (backend) (poon_backend_limit)",
        "15m",
        Severity.TICKET,
        "Five times as many calls wait for {{ $labels.backend }} as it is given at a time",
    ),
    Alert(
        "PoonTelemetryDropped",
        'sum by (what) (increase(poon_telemetry_dropped_total{what!="repeated_lines"}[30m])) > 0',
        "0m",
        Severity.NOTICE,
        "Telemetry was given up so that the work goes on: {{ $labels.what }}",
    ),
)
