"""Every metric of the fleet: name, meaning, labels, buckets. What is exposed and its reference page come from here.

Labels are of bounded cardinality: areas, command types and codes of the registry, partitions, grounds. What comes from
outside (owners, tenants, ids, types nobody knows) is never a label.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["counter", "gauge", "histogram"]

SECONDS: Final = (
    *(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75),
    *(1.0, 2.5, 5.0, 7.5, 10.0, 30.0, 60.0, 120.0),
)
"""The bounds OpenTelemetry advises for messaging, finer below (a cheap handler takes microseconds) and longer above (a
backend may take minutes)."""

FRESHNESS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0)
"""From an idle fleet's milliseconds to an hour of backlog."""

SURENESS: Final = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)
"""With the bounds that decide: 0.6, 0.7 and 0.8 of `Confidence`."""

LONG: Final = (1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0, 21600.0, 86400.0)
"""Of what takes several steps, and perhaps waits for people."""

BATCH: Final = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0)


@dataclass(frozen=True, slots=True, eq=False)
class Instrument:
    """One metric. Compared by identity: it is the key its table is found by, on the hot path.

    Attributes:
        name: in Prometheus' spelling; a counter's without ``_total``.
        help: one sentence.
        labels: in the order values are given.
        unit: the last word of the name, or empty.
        buckets: upper bounds, of a histogram.
        otel: the name in OpenTelemetry's messaging conventions, where it is one of theirs.
    """

    kind: Kind
    name: str
    help: str
    labels: tuple[str, ...] = ("area",)
    unit: str = ""
    buckets: tuple[float, ...] = ()
    otel: str = ""

    @property
    def exposed(self) -> str:
        """The name a query uses."""
        return f"{self.name}_total" if self.kind == "counter" else self.name


def _counter(name: str, text: str, *labels: str, otel: str = "") -> Instrument:
    return Instrument("counter", name, text, labels or ("area",), otel=otel)


def _gauge(name: str, text: str, *labels: str, unit: str = "") -> Instrument:
    return Instrument("gauge", name, text, labels or ("area",), unit)


def _seconds(name: str, text: str, *labels: str, buckets: tuple[float, ...] = SECONDS, otel: str = "") -> Instrument:
    return Instrument("histogram", name, text, labels or ("area",), "seconds", buckets, otel)


_OPERATION: Final = ("messaging_system", "messaging_operation_name", "messaging_destination_name")
_GROUP: Final = "messaging_consumer_group_name"

CONSUMED: Final = _counter(
    "messaging_client_consumed_messages",
    "Commands taken over from the broker, those delivered again included.",
    *_OPERATION,
    _GROUP,
    otel="messaging.client.consumed.messages",
)
SENT: Final = _counter(
    "messaging_client_sent_messages",
    "Outcomes and dead letters the broker acknowledged. The destination is the outcome topic; dead letters, which go "
    "to the area's dlt topic, are counted with it.",
    *_OPERATION,
    otel="messaging.client.sent.messages",
)
OPERATION: Final = _seconds(
    "messaging_client_operation_duration_seconds",
    "Time an operation of the Kafka client took: send, the publication of a batch until all of it is acknowledged; "
    "commit, one commit of offsets.",
    *_OPERATION,
    "error_type",
    otel="messaging.client.operation.duration",
)
PROCESS: Final = _seconds(
    "messaging_process_duration_seconds",
    "Time from the start of a command's last attempt until the decision was there, before it was stored.",
    *_OPERATION,
    _GROUP,
    "command_type",
    "error_type",
    otel="messaging.process.duration",
)
SETTLED: Final = _counter(
    "poon_commands_settled",
    "Commands that ended: their outcome was decided here, stored and acknowledged. The code says why a command was "
    "rejected or failed and is empty for a success.",
    *("area", "command_type", "outcome", "code"),
)
REPUBLISHED: Final = _counter(
    "poon_outcomes_republished",
    "Commands decided before, by this worker or another, whose stored outcome was published again with the same id.",
    *("area", "outcome"),
)
DEAD_LETTERS: Final = _counter(
    "poon_dead_letters", "Commands that ended here in the dead-letter topic as well as in an outcome.", "area", "code"
)
FAILED_ATTEMPTS: Final = _counter(
    "poon_attempts_failed",
    "Attempts that failed; retried says whether another one follows.",
    *("area", "command_type", "code", "retried"),
)
WAIT: Final = _seconds(
    "poon_command_wait_seconds",
    "Time from taking a command over to the start of its last attempt: behind others of its key, for a free place, and "
    "through back-offs.",
)
SETTLE: Final = _seconds(
    "poon_command_settle_seconds",
    "Time from the decision until its outcome was stored and acknowledged. Republished outcomes are left out.",
)
END_TO_END: Final = _seconds(
    "poon_command_end_to_end_seconds",
    "Time from the command's ce_time, by its sender's clock, until its outcome was acknowledged. Republished outcomes "
    "are left out.",
    *("area", "command_type"),
    buckets=FRESHNESS,
)
STORE_BATCH: Final = Instrument(
    "histogram", "poon_store_batch_decisions", "Decisions in one database transaction.", ("area",), "decisions", BATCH
)
STORE: Final = _seconds("poon_store_duration_seconds", "Time one database transaction took, its commit included.")
STORED_BEFORE: Final = _counter(
    "poon_decisions_stored_before",
    "Decisions made although the command had been decided before, noticed only when storing them: work done twice.",
)
REBALANCES: Final = _counter("poon_rebalances", "Rebalances of the consumer group that this worker went through.")
PARTITIONS_GONE: Final = _counter(
    "poon_partitions_gone", "Partitions whose work was cancelled, because a rebalance gave them to another worker."
)
OUTAGES: Final = _counter(
    "poon_outages", "Times the ground (broker, database or a capability) went away.", "area", "ground"
)
DRAIN_TIMEOUTS: Final = _counter(
    "poon_drain_timeouts", "Stops that gave up waiting with commands still in flight; another worker repeats them."
)
DROPPED: Final = _counter(
    "poon_telemetry_dropped",
    "Telemetry given up so that the work goes on: log lines while the log's reader is stuck, spans above "
    "telemetry.spans_per_second, repetitions of an error above logging.repeats_per_minute.",
    "what",
)

CONFIDENCE: Final = Instrument(
    "histogram",
    "poon_outcome_confidence",
    "How sure an outcome says it is, of texts, receipts and categories that were understood just now.",
    ("area", "command_type"),
    "",
    SURENESS,
)
DEGRADED: Final = _counter(
    "poon_outcomes_degraded",
    "Outcomes that came about without a backend that was to be asked: what the next one knew.",
    *("area", "command_type"),
)
BACKEND_ANSWERS: Final = _counter(
    "poon_backend_answers",
    "Shares of AI backends, local ones included, in outcomes decided just now: answered; cached, from memory; "
    "unavailable, to be asked and without a usable answer.",
    *("area", "capability", "backend", "result"),
)
WORKFLOW_STEPS: Final = _counter(
    "poon_workflow_steps",
    "What happened to steps of workflows: started, succeeded, failed (an attempt), skipped by an operator; undo says "
    "whether the step was being undone.",
    *("area", "workflow", "step", "undo", "result"),
)
WORKFLOW_RESULTS: Final = _counter(
    "poon_workflow_results",
    "Workflows that completed; that were undone because they were refused (wrong input, an operator's abort) or "
    "failed (ours); that got stuck, from where an operator may still bring one to its end.",
    *("area", "workflow", "result"),
)
WORKFLOW_DURATION: Final = _seconds(
    "poon_workflow_duration_seconds",
    "Time from the start of a workflow until it completed, was undone or got stuck.",
    *("area", "workflow", "result"),
    buckets=LONG,
)

MODEL_ANSWERS: Final = _counter(
    "poon_model_answers",
    "Questions to a model server by how they ended: answered; cached, from memory; shared, by the call of another who "
    "asked the same; and without an answer: unusable (what it said), failed (it, or the connection), throttled, "
    "timeout, refused (key or model name), open (its breaker), budget, tenant_budget, busy.",
    *("backend", "capability", "result"),
)
MODEL_TOKENS: Final = _counter(
    "poon_model_tokens",
    "Tokens of calls at a model server, as it counts them: input, of questions, and output, of answers.",
    *("backend", "direction"),
)
MODEL_COST: Final = _counter(
    "poon_model_cost", "What calls at a model server cost, by the prices in the settings.", "backend", "currency"
)

PROJECTED: Final = _counter(
    "poon_projection_events",
    "Events that a projection was given from the topics and has taken in, those given again included. Its rate is how "
    "fast read models follow.",
    "projection",
)
PROJECTION_FAILURES: Final = _counter(
    "poon_projection_failures",
    "Attempts at having a projection take in a batch that failed, because the database could not be used.",
    "projection",
)
UNREADABLE: Final = _counter(
    "poon_follower_unreadable_records", "Records of outcome topics that could not be read and were passed over."
)

UP: Final = _gauge("poon_worker_started", "Whether the worker has joined its group and got an assignment: 1 or 0.")
DRAINING: Final = _gauge("poon_worker_draining", "Whether the worker is on its way out: 1 or 0.")
OUTAGE: Final = _gauge(
    "poon_outage", "Whether the ground is away, so that the worker waits for it or would: 1 or 0.", "area", "ground"
)
SINCE_POLL: Final = _gauge(
    "poon_since_poll_seconds",
    "Time since the broker client last handed control over, with or without records; absent before the first time.",
    unit="seconds",
)
LANES: Final = _gauge("poon_lanes", "Keys with commands that are not done with; they are worked on side by side.")
IN_FLIGHT: Final = _gauge("poon_commands_in_flight", "Commands being settled.")
WAITING: Final = _gauge("poon_commands_waiting", "Commands taken over and not done with, those in flight included.")
RETRYING: Final = _gauge("poon_commands_retrying", "Commands that wait for their next attempt.")
RUNNABLE: Final = _gauge(
    "poon_commands_runnable",
    "Backlog that more capacity could work on now: commands waiting without those that wait for their next attempt.",
)
PARTITIONS: Final = _gauge("poon_partitions_assigned", "Partitions this worker owns.")
PAUSED: Final = _gauge("poon_partitions_paused", "Partitions whose intake waits.")
UNFINISHED: Final = _gauge(
    "poon_unfinished_records", "Records taken over at or above the watermark, finished ones among them included."
)
DISTANCE: Final = _gauge(
    "poon_watermark_distance",
    "Offsets between the watermark, up to which everything is done, and the newest record taken over.",
    *("area", "partition"),
)
OLDEST: Final = _gauge(
    "poon_oldest_unfinished_age_seconds",
    "Time since the worker took over its oldest command that is not done with; 0 when all are done.",
    unit="seconds",
)
BACKEND_LIMIT: Final = _gauge(
    "poon_backend_limit", "Calls the backend is given at a time now, by its latency and errors.", "backend"
)
BACKEND_IN_FLIGHT: Final = _gauge("poon_backend_in_flight", "Calls at the backend that are under way.", "backend")
BACKEND_WAITING: Final = _gauge("poon_backend_waiting", "Calls that wait for their turn at the backend.", "backend")
MODEL_BREAKER: Final = _gauge(
    "poon_model_breaker", "The breaker of a model server: 0 closed, 1 on trial, 2 open (it is not asked).", "backend"
)

FOLLOWER_POSITION: Final = _gauge(
    "poon_follower_position",
    "Offset of the next record of an outcome topic's partition that read models take in.",
    *("area", "topic", "partition"),
)
FOLLOWER_LAG: Final = _gauge(
    "poon_follower_lag_events",
    "Records of an outcome topic, in the partitions this process follows, that the broker has and read models have not "
    "taken in.",
    *("area", "topic"),
    unit="events",
)
FOLLOWER_BEHIND: Final = _gauge(
    "poon_follower_behind_seconds",
    "Age of the oldest record taken over from outcome topics that read models have not taken in; 0 without one.",
    unit="seconds",
)
BEGAN: Final = _gauge(
    "poon_process_start_time_seconds",
    "When this process began, seconds since 1970: a change is a restart.",
    unit="seconds",
)

COUNTERS: Final = (
    *(CONSUMED, SENT, SETTLED, REPUBLISHED, DEAD_LETTERS, FAILED_ATTEMPTS, STORED_BEFORE),
    *(DEGRADED, BACKEND_ANSWERS, WORKFLOW_STEPS, WORKFLOW_RESULTS),
    *(REBALANCES, PARTITIONS_GONE, OUTAGES, DRAIN_TIMEOUTS, DROPPED, MODEL_ANSWERS, MODEL_TOKENS, MODEL_COST),
    *(PROJECTED, PROJECTION_FAILURES, UNREADABLE),
)
HISTOGRAMS: Final = (
    *(OPERATION, PROCESS, WAIT, SETTLE, END_TO_END, STORE_BATCH, STORE),
    *(CONFIDENCE, WORKFLOW_DURATION),
)
GAUGES: Final = (
    *(UP, DRAINING, OUTAGE, SINCE_POLL, LANES, IN_FLIGHT, WAITING, RETRYING, RUNNABLE),
    *(PARTITIONS, PAUSED, UNFINISHED, DISTANCE, OLDEST, BEGAN),
)
BACKEND_GAUGES: Final = (BACKEND_LIMIT, BACKEND_IN_FLIGHT, BACKEND_WAITING, MODEL_BREAKER)
FOLLOWER_GAUGES: Final = (FOLLOWER_POSITION, FOLLOWER_LAG, FOLLOWER_BEHIND)
INSTRUMENTS: Final = (*COUNTERS, *HISTOGRAMS, *GAUGES, *BACKEND_GAUGES, *FOLLOWER_GAUGES)
