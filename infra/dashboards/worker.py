"""One worker, from its own words."""

from typing import Final

from infra.dashboards.model import (
    AREAS,
    INSTANCES,
    JOBS,
    WORKER,
    Dashboard,
    Kind,
    Panel,
    Query,
    Row,
    Unit,
    percentile,
    rate,
)


def _now(metric: str, legend: str) -> Query:
    return Query(f"sum by (area, instance) ({metric}{{{WORKER}}})", f"{{{{area}}}} {legend}")


_STATE: Final = Row(
    "State",
    (
        Panel(
            "Started",
            "Whether it has joined its group and got partitions.",
            Unit.YES_OR_NO,
            (_now("poon_worker_started", "{{instance}}"),),
            Kind.NUMBER,
            alerts=("PoonWorkerNotStarted",),
        ),
        Panel(
            "Draining",
            "Whether it is on its way out: it takes over nothing and finishes what it has.",
            Unit.YES_OR_NO,
            (_now("poon_worker_draining", "{{instance}}"),),
            Kind.NUMBER,
        ),
        Panel(
            "Starts again",
            "How often the process at this address was another one, in the time shown. Killed for its memory, mostly.",
            Unit.COUNT,
            (
                Query(
                    f"max by (instance) (changes(poon_process_start_time_seconds{{{WORKER}}}[$__range]))",
                    "{{instance}}",
                ),
            ),
            Kind.NUMBER,
            alerts=("PoonWorkerRestarts",),
        ),
        Panel(
            "Since the last poll",
            "Time since the broker's client last handed over control. Seconds are too much: the loop is blocked.",
            Unit.SECONDS,
            (Query(f"max by (area, instance) (poon_since_poll_seconds{{{WORKER}}})", "{{area}} {{instance}}"),),
            alerts=("PoonConsumerStill",),
        ),
        Panel(
            "Oldest unfinished",
            "Age of its oldest command that is not done with; `poon top` names topic, partition and offset.",
            Unit.SECONDS,
            (
                Query(
                    f"max by (area, instance) (poon_oldest_unfinished_age_seconds{{{WORKER}}})", "{{area}} {{instance}}"
                ),
            ),
            alerts=("PoonStuckCommand",),
        ),
        Panel(
            "Forced stops",
            "Stops that gave up with commands in flight, and partitions whose work was cancelled, in the time shown.",
            Unit.COUNT,
            (
                Query(
                    f"sum by (area, instance) (increase(poon_drain_timeouts_total{{{WORKER}}}[$__range]))",
                    "{{area}} {{instance}} gave up",
                ),
                Query(
                    f"sum by (area, instance) (increase(poon_partitions_gone_total{{{WORKER}}}[$__range]))",
                    "{{area}} {{instance}} partitions gone",
                ),
            ),
            alerts=("PoonForcedStop",),
        ),
    ),
)

_WORK: Final = Row(
    "Work",
    (
        Panel(
            "Finished",
            "Commands it finished, a second, by type and outcome.",
            Unit.PER_SECOND,
            (rate("poon_commands_settled_total", WORKER, "command_type, outcome", "{{command_type}} {{outcome}}"),),
        ),
        Panel(
            "Commands it has",
            "Taken over; in flight; waiting for another attempt. Much waits, little is in flight: keys, or a backend.",
            Unit.COUNT,
            (
                _now("poon_commands_waiting", "waiting"),
                _now("poon_commands_in_flight", "in flight"),
                _now("poon_commands_retrying", "to be tried again"),
            ),
        ),
        Panel(
            "Partitions",
            "Partitions it owns, and those whose intake waits because it has enough.",
            Unit.COUNT,
            (_now("poon_partitions_assigned", "owned"), _now("poon_partitions_paused", "paused")),
        ),
        Panel(
            "Not committed",
            "Records taken over at or above the watermark: what would come again if it were killed now.",
            Unit.COUNT,
            (_now("poon_unfinished_records", "{{instance}}"),),
        ),
        Panel(
            "Distance by partition",
            "Offsets between the watermark and the newest record. One partition far above the others has a slow key.",
            Unit.COUNT,
            (Query(f"max by (area, partition) (poon_watermark_distance{{{WORKER}}})", "{{area}} {{partition}}"),),
            alerts=("PoonPartitionSkew",),
        ),
        Panel(
            "Time of a command",
            "95 of 100 wait here, and are stored and published, in less.",
            Unit.SECONDS,
            (
                percentile("poon_command_wait_seconds", WORKER, "area", "{{area}} waits"),
                percentile("poon_command_settle_seconds", WORKER, "area", "{{area}} is stored"),
            ),
        ),
    ),
)

DASHBOARD: Final = Dashboard(
    "worker",
    "Poon Workers: one worker",
    "What one process does, holds and waits for.",
    (JOBS, AREAS, INSTANCES),
    (_STATE, _WORK),
)
