"""Metrics of a process, counted by the batch and exposed in Prometheus' text formats.

One registry of our own, no globals. What a batch holds is added up first, so that the cost of a label is paid for each
distinct combination in it, not for each message.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.exposition import choose_encoder

from adapters.telemetry import instruments as known
from adapters.telemetry.decisions import DecisionCounts
from adapters.telemetry.gauges import backend_families, follower_families, gauge_families, model_family
from adapters.telemetry.kept import NOTHING_KEPT, KeptSpans
from adapters.telemetry.outcomes import OutcomeKind, outcome_kind
from adapters.telemetry.tables import Distribution, Tally
from contracts.errors import ErrorCode
from contracts.registry import COMMANDS
from contracts.topics import TopicRole, topic_name
from workers.ports.clock import Clock
from workers.ports.messages import Partition, RawRecord
from workers.ports.observing import Attempt, Settled
from workers.ports.status import BackendGauge, FollowerStatus, ModelGauge, ModelStatus, ProjectionCounts, WorkerStatus

SYSTEM: Final = "kafka"
OTHER: Final = "other"
"""Stands for every type the registry does not know: a producer writes what it likes, and each would be a series."""


_CODES: Final = frozenset(map(str, ErrorCode))


def command_type(name: str) -> str:
    """The label of a command type."""
    return name if name in COMMANDS else OTHER


def code_label(code: str | None) -> str:
    """The label of an error code: empty for none."""
    if code is None:
        return ""
    return code if code in _CODES else OTHER


class Metrics:
    """The metrics of one process. Implements prometheus-client's `Collector`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began = clock.now().timestamp()
        self._tallies = {instrument: Tally(instrument) for instrument in known.COUNTERS}
        self._distributions = {instrument: Distribution(instrument) for instrument in known.HISTOGRAMS}
        self._statuses: list[Callable[[], WorkerStatus]] = []
        self._backends: list[BackendGauge] = []
        self._models: list[ModelGauge] = []
        self._followers: list[Callable[[], FollowerStatus]] = []
        self._counts = ProjectionCounts()
        self._dropped: dict[str, Callable[[], int]] = {}
        self._registry = CollectorRegistry()
        self._registry.register(self)

    def watch(self, status: Callable[[], WorkerStatus]) -> None:
        """Show a worker's status in gauges; `status` is called whenever the page is made."""
        self._statuses.append(status)

    def watch_backends(self, backends: Iterable[BackendGauge]) -> None:
        """Show the calls at AI backends."""
        self._backends.extend(backends)

    def watch_models(self, models: Iterable[ModelGauge]) -> None:
        """Show the answers of model servers, what they cost, and whether they are asked."""
        self._models.extend(models)

    def watch_followers(self, progress: Iterable[Callable[[], FollowerStatus]], counts: ProjectionCounts) -> None:
        """Show how far the read models follow the topics, and what became of events on their way into them."""
        self._followers.extend(progress)
        self._counts = counts

    def observer(self, area: str, group: str, poison: Collection[str], kept: KeptSpans = NOTHING_KEPT) -> WorkerMetrics:
        """The observer of one worker.

        Args:
            area: its area.
            group: its consumer group.
            poison: the codes of rejections that are dead-lettered as well.
            kept: the spans of the batch that is told of.
        """
        return WorkerMetrics(self, self._clock, Watching(area, group, frozenset(poison), kept))

    def watch_dropped(self, what: str, total: Callable[[], int]) -> None:
        """Expose how much telemetry of a kind was given up so far."""
        self._dropped[what] = total

    def tally(self, instrument: known.Instrument) -> Tally:
        """The table of a counter."""
        return self._tallies[instrument]

    def distribution(self, instrument: known.Instrument) -> Distribution:
        """The table of a histogram."""
        return self._distributions[instrument]

    def page(self, accept: str = "") -> tuple[bytes, str]:
        """The exposition and its content type.

        Call it on the event loop: the workers' status is read while it is made.

        Args:
            accept: the request's ``Accept`` header; OpenMetrics when it asks for it.
        """
        try:
            encode, content_type = choose_encoder(accept)
        except TypeError:  # a version that is no number: the library compares it with one
            encode, content_type = choose_encoder("")
        return encode(self._registry), content_type

    def collect(self) -> Iterator[Metric]:
        for what, total in self._dropped.items():
            tally = self._tallies[known.DROPPED]
            tally.put((what,), total())
        models = [model.model_status for model in self._models]
        self._take_over(models)
        followers = [progress() for progress in self._followers]
        self._take_over_counts(followers)
        for counter in self._tallies.values():
            yield counter.family()
        for histogram in self._distributions.values():
            yield histogram.family()
        yield from gauge_families((status() for status in self._statuses), self._began)
        yield from backend_families(backend.status for backend in self._backends)
        yield model_family(models)
        yield from follower_families(followers)

    def _take_over_counts(self, followers: Iterable[FollowerStatus]) -> None:
        for name, events in self._counts.applied.items():
            self._tallies[known.PROJECTED].put((name,), events)
        for name, failures in self._counts.failed.items():
            self._tallies[known.PROJECTION_FAILURES].put((name,), failures)
        for status in followers:
            self._tallies[known.UNREADABLE].put((status.area,), self._counts.unreadable)

    def _take_over(self, models: Iterable[ModelStatus]) -> None:
        for status in models:
            for (capability, result), count in status.answers.items():
                self._tallies[known.MODEL_ANSWERS].put((status.backend, capability, result), count)
            for direction, tokens in status.tokens.items():
                self._tallies[known.MODEL_TOKENS].put((status.backend, direction), tokens)
            for currency, cost in status.cost.items():
                self._tallies[known.MODEL_COST].put((status.backend, currency), float(cost))

    def describe(self) -> Iterable[Metric]:
        """Nothing: the registry has no other collector whose names could clash."""
        return ()


class Watching(NamedTuple):
    """Who is counted; see `Metrics.observer`."""

    area: str
    group: str
    poison: frozenset[str]
    kept: KeptSpans


class WorkerMetrics:
    """`Observer` that counts for one worker."""

    def __init__(self, metrics: Metrics, clock: Clock, watching: Watching) -> None:
        area, group = watching.area, watching.group
        self._metrics = metrics
        self._clock = clock
        self._area = area
        self._poison = watching.poison
        self._kept = watching.kept
        self._decisions = DecisionCounts(area, metrics.tally, metrics.distribution)
        commands, events = topic_name(area, TopicRole.COMMANDS), topic_name(area, TopicRole.EVENTS)
        self._consumed = (SYSTEM, "poll", commands, group)
        self._sent = (SYSTEM, "send", events)
        self._committed = (SYSTEM, "commit", commands)
        self._process = (SYSTEM, "process", commands, group)
        self._make_visible()

    def _make_visible(self) -> None:
        """Let the series that alerts watch start at 0, so that their first rise is seen as one."""
        tally = self._metrics.tally
        tally(known.CONSUMED).add(self._consumed, 0)
        tally(known.SENT).add(self._sent, 0)
        for instrument in (known.STORED_BEFORE, known.REBALANCES, known.PARTITIONS_GONE, known.DRAIN_TIMEOUTS):
            tally(instrument).add((self._area,), 0)
        for name, command in COMMANDS.items():
            if command.area == self._area:
                tally(known.SETTLED).add((self._area, name, OutcomeKind.SUCCESS, ""), 0)

    def taken(self, records: Sequence[RawRecord], at: float) -> None:
        del at
        self._metrics.tally(known.CONSUMED).add(self._consumed, len(records))

    def attempt_failed(self, attempt: Attempt) -> None:
        kind = command_type(attempt.envelope.type)
        code = code_label(attempt.code)
        retried = "no" if attempt.delay is None else "yes"
        self._metrics.tally(known.FAILED_ATTEMPTS).add((self._area, kind, code, retried))
        labels = (*self._process, kind, code)
        self._metrics.distribution(known.PROCESS).observe(labels, (attempt.ended - attempt.started,))

    def stored(self, decisions: int, duplicates: int, started: float, ended: float) -> None:
        area = (self._area,)
        self._metrics.distribution(known.STORE_BATCH).observe(area, (decisions,))
        self._metrics.distribution(known.STORE).observe(area, (ended - started,))
        if duplicates:
            self._metrics.tally(known.STORED_BEFORE).add(area, duplicates)

    def published(self, records: int, started: float, ended: float) -> None:
        self._metrics.tally(known.SENT).add(self._sent, records)
        self._metrics.distribution(known.OPERATION).observe((*self._sent, ""), (ended - started,))

    def settled(self, batch: Sequence[Settled], at: float) -> None:
        if not batch:  # none of those stored together was settled by it
            return
        self._count(batch)
        area = (self._area,)
        self._metrics.distribution(known.WAIT).observe(area, [one.started - one.taken for one in batch if one.attempts])
        self._metrics.distribution(known.SETTLE).observe(area, [at - one.decided for one in batch if not one.duplicate])
        self._time(batch)
        self._decisions.count(batch)
        if self._kept.any:
            self._exemplify(batch, at)

    def _count(self, batch: Sequence[Settled]) -> None:
        settled = self._metrics.tally(known.SETTLED)
        found = Counter([(one.envelope.type, one.outcome, one.code, one.duplicate) for one in batch])
        for (name, outcome, code, duplicate), count in found.items():
            kind = outcome_kind(outcome)
            if duplicate:
                self._metrics.tally(known.REPUBLISHED).add((self._area, kind), count)
                continue
            settled.add((self._area, command_type(name), kind, code_label(code)), count)
            if kind is OutcomeKind.FAILED or code in self._poison:
                self._metrics.tally(known.DEAD_LETTERS).add((self._area, code_label(code)), count)

    def _time(self, batch: Sequence[Settled]) -> None:
        """End-to-end and processing times, by command type.

        The last attempt of a failed command was told by `attempt_failed`; one that no handler saw took no attempt.
        """
        now = self._clock.now()
        ages: dict[str, list[float]] = {}
        durations: dict[str, list[float]] = {}
        for one in batch:
            name = one.envelope.type
            if not one.duplicate:
                ages.setdefault(name, []).append((now - one.envelope.time).total_seconds())
            if one.attempts and outcome_kind(one.outcome) is not OutcomeKind.FAILED:
                durations.setdefault(name, []).append(one.decided - one.started)
        for name, values in ages.items():
            self._metrics.distribution(known.END_TO_END).observe((self._area, command_type(name)), values)
        for name, values in durations.items():
            labels = (*self._process, command_type(name), "")
            self._metrics.distribution(known.PROCESS).observe(labels, values)

    def _exemplify(self, batch: Sequence[Settled], at: float) -> None:
        """Let the commands that have spans lead there, from the buckets they are counted in."""
        now = self._clock.now()
        moment = now.timestamp()
        area, distribution = (self._area,), self._metrics.distribution
        for one in batch:
            span = self._kept.of(one.record)
            if span is None or one.duplicate:
                continue
            lead = {"trace_id": f"{span.trace_id:032x}", "span_id": f"{span.span_id:016x}"}
            kind = command_type(one.envelope.type)
            age = (now - one.envelope.time).total_seconds()
            distribution(known.END_TO_END).exemplify((self._area, kind), age, lead, moment)
            distribution(known.SETTLE).exemplify(area, at - one.decided, lead, moment)
            if not one.attempts:
                continue
            distribution(known.WAIT).exemplify(area, one.started - one.taken, lead, moment)
            if outcome_kind(one.outcome) is not OutcomeKind.FAILED:
                took = one.decided - one.started
                distribution(known.PROCESS).exemplify((*self._process, kind, ""), took, lead, moment)

    def offsets_committed(self, partitions: int, started: float, ended: float, error: BaseException | None) -> None:
        del partitions
        kind = "" if error is None else type(error).__name__
        self._metrics.distribution(known.OPERATION).observe((*self._committed, kind), (ended - started,))

    def assigned(self, partitions: Sequence[Partition], gone: int) -> None:
        del partitions
        self._metrics.tally(known.REBALANCES).add((self._area,))
        self._metrics.tally(known.PARTITIONS_GONE).add((self._area,), gone)

    def outage(self, ground: str, *, over: bool) -> None:
        if not over:
            self._metrics.tally(known.OUTAGES).add((self._area, ground))

    def drained(self, left: int, seconds: float) -> None:
        del seconds
        if left:
            self._metrics.tally(known.DRAIN_TIMEOUTS).add((self._area,))
