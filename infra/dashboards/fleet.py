"""The whole fleet at a glance, and where to look next."""

from typing import Final

from infra.dashboards.model import (
    AREA,
    AREAS,
    JOB,
    JOBS,
    Dashboard,
    Kind,
    Panel,
    Query,
    Row,
    Unit,
    percentile,
    quantiles,
    rate,
    total,
)

_WELL: Final = Row(
    "Is it well?",
    (
        Panel(
            "Alerts firing",
            "How many alerts of the fleet fire now; their names lead to docs/runbooks.",
            Unit.COUNT,
            (Query('count(ALERTS{alertname=~"Poon.+",alertstate="firing"}) or vector(0)', "firing"),),
            Kind.NUMBER,
        ),
        Panel(
            "Workers at work",
            "Workers that have joined their group and have an assignment, by area. None: the area stands still.",
            Unit.COUNT,
            (Query(f"sum by (area) (poon_worker_started{{{AREA}}})", "{{area}}"),),
            Kind.NUMBER,
            alerts=("PoonWorkerNotStarted",),
        ),
        Panel(
            "Oldest unfinished",
            "Age of the oldest command taken over and not done with, by area. A straight line upwards: a key is stuck.",
            Unit.SECONDS,
            (Query(f"max by (area) (poon_oldest_unfinished_age_seconds{{{AREA}}})", "{{area}}"),),
            Kind.NUMBER,
            alerts=("PoonStuckCommand",),
        ),
        Panel(
            "Outages",
            "What an area waits for now: broker, database, or a capability whose backends are all out.",
            Unit.YES_OR_NO,
            (Query(f"max by (area, ground) (poon_outage{{{AREA}}})", "{{area}} without {{ground}}"),),
            alerts=("PoonOutage",),
        ),
    ),
)

_WORK: Final = Row(
    "Work",
    (
        Panel(
            "Finished",
            "Commands that ended, a second, by area and outcome. Wrong input is rejected, a fault of the fleet failed.",
            Unit.PER_SECOND,
            (rate("poon_commands_settled_total", AREA, "area, outcome", "{{area}} {{outcome}}"),),
            alerts=("PoonGroupStalled", "PoonSuccessBudgetGone"),
        ),
        Panel(
            "Waiting",
            "Commands taken over and not done with, and those of them that more workers could work on now.",
            Unit.COUNT,
            (
                Query(f"sum by (area) (poon_commands_waiting{{{AREA}}})", "{{area}}"),
                Query(f"sum by (area) (poon_commands_runnable{{{AREA}}})", "{{area}} runnable"),
            ),
            alerts=("PoonGroupStalled", "PoonDrainTimeOverTarget", "PoonAtCeilingAndBehind", "PoonRetentionRisk"),
        ),
        Panel(
            "Fresh",
            "Time from sending a command to its outcome, by area: 95 of 100 are quicker.",
            Unit.SECONDS,
            (percentile("poon_command_end_to_end_seconds", AREA, "area", "{{area}}"),),
            alerts=("PoonFreshnessBudgetGone",),
        ),
        Panel(
            "Where the time goes",
            "95 of 100 commands wait, are understood, and are stored and published in less. Waiting: more workers; "
            "understanding: a backend; storing: the database.",
            Unit.SECONDS,
            (
                percentile("poon_command_wait_seconds", AREA, "area", "{{area}} waits"),
                percentile("messaging_process_duration_seconds", JOB, "command_type", "{{command_type}} is understood"),
                percentile("poon_command_settle_seconds", AREA, "area", "{{area}} is stored"),
            ),
            alerts=("PoonSlowerThanYesterday", "PoonBackendSlowerThanYesterday"),
        ),
        Panel(
            "Attempts that fail",
            "Attempts a second that failed, by code, and whether another one follows.",
            Unit.PER_SECOND,
            (
                rate(
                    "poon_attempts_failed_total",
                    AREA,
                    "area, code, retried",
                    "{{area}} {{code}}, another one: {{retried}}",
                ),
            ),
            may_be_empty="no attempt has failed since the workers started",
            alerts=("PoonAttemptsFail",),
        ),
        Panel(
            "Partitions behind",
            "Offsets between the watermark and the newest record, of the ten widest partitions. One alone: one key.",
            Unit.COUNT,
            (
                Query(
                    f"topk(10, max by (area, partition) (poon_watermark_distance{{{AREA}}}))", "{{area}} {{partition}}"
                ),
            ),
            alerts=("PoonPartitionSkew",),
        ),
    ),
)

_GROUND: Final = Row(
    "Broker and database",
    (
        Panel(
            "Messages",
            "Commands taken over, and outcomes and dead letters acknowledged, a second, by topic.",
            Unit.PER_SECOND,
            (
                rate(
                    "messaging_client_consumed_messages_total",
                    JOB,
                    "messaging_destination_name",
                    "{{messaging_destination_name}} in",
                ),
                rate(
                    "messaging_client_sent_messages_total",
                    JOB,
                    "messaging_destination_name",
                    "{{messaging_destination_name}} out",
                ),
            ),
        ),
        Panel(
            "Broker operations",
            "Time until a publication is acknowledged or offsets are committed: 95 of 100 are quicker.",
            Unit.SECONDS,
            (
                percentile(
                    "messaging_client_operation_duration_seconds",
                    JOB,
                    "messaging_operation_name",
                    "{{messaging_operation_name}}",
                ),
            ),
        ),
        Panel(
            "Database transactions",
            "Time of one transaction, its commit included.",
            Unit.SECONDS,
            quantiles("poon_store_duration_seconds", AREA),
            alerts=("PoonSlowerThanYesterday",),
        ),
        Panel(
            "Decisions in a transaction",
            "How many commands share one transaction: grows with the load, which is what keeps the database cheap.",
            Unit.COUNT,
            quantiles("poon_store_batch_decisions", AREA),
        ),
        Panel(
            "Rebalances",
            "Rebalances within a quarter of an hour, by area; each costs the group seconds.",
            Unit.COUNT,
            (Query(f"max by (area) (increase(poon_rebalances_total{{{AREA}}}[15m]))", "{{area}}"),),
            alerts=("PoonRebalanceStorm",),
        ),
        Panel(
            "Outages that began",
            "How often within the time shown the broker, the database or a capability went away.",
            Unit.COUNT,
            (total("poon_outages_total", AREA, "area, ground", "{{area}} without {{ground}}"),),
            may_be_empty="nothing was away since the workers started",
            alerts=("PoonOutage",),
        ),
        Panel(
            "Work done twice",
            "Outcomes published again, and decisions another worker had stored before: harmless, but paid for twice.",
            Unit.PER_SECOND,
            (
                rate("poon_decisions_stored_before_total", AREA, "area", "{{area}} decided twice"),
                rate("poon_outcomes_republished_total", AREA, "area", "{{area}} published again"),
            ),
            alerts=("PoonWorkDoneTwice",),
        ),
        Panel(
            "Telemetry given up",
            "Log lines and spans that were dropped so that the work goes on, within the time shown.",
            Unit.COUNT,
            (total("poon_telemetry_dropped_total", JOB, "what", "{{what}}"),),
            alerts=("PoonTelemetryDropped",),
        ),
    ),
)

DASHBOARD: Final = Dashboard(
    "fleet",
    "Poon Workers: fleet overview",
    "Is the fleet well, what does it do, and what does it stand on?",
    (JOBS, AREAS),
    (_WELL, _WORK, _GROUND),
)
