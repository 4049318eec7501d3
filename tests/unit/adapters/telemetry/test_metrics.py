"""Metrics count what a worker tells, by the batch, and say so in Prometheus' text formats."""

from collections import Counter
from collections.abc import Callable
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_plain

from adapters.telemetry.instruments import INSTRUMENTS, SETTLED
from adapters.telemetry.kept import KeptSpans
from adapters.telemetry.metrics import Metrics, WorkerMetrics
from adapters.telemetry.sampling import TraceContext
from contracts.base import Event
from contracts.errors import ErrorCode
from contracts.events.texts import TextParsed
from contracts.events.workflows import StepSucceeded, WorkflowCompleted
from contracts.examples import examples_of
from contracts.registry import COMMANDS
from tests.fakes.clock import NOON, FakeClock
from tests.fakes.observing import (
    GROUP,
    SECRETS,
    USUAL,
    AskedModel,
    BusyBackend,
    about,
    attempt,
    failed,
    partition_status,
    raw,
    recognised,
    rejected,
    worker_status,
)
from workers.ports.handling import Decision, NewEvent
from workers.ports.messages import Partition
from workers.ports.observing import Settled
from workers.ports.status import FollowerStatus, ProjectionCounts
from workers.ports.workflows import Phase, WorkflowRun, WorkflowUpdate

PLACE = Partition("poon.texts.events", 0)
FOLLOWING = FollowerStatus("projections", {PLACE: 7}, {PLACE: 9}, 0.0)
POISON = frozenset({"malformed_message", "unknown_type"})


class Watched:
    """A worker's observer and what the page says of it."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.metrics = Metrics(self.clock)
        self.observer: WorkerMetrics = self.metrics.observer("texts", GROUP, POISON)

    def values(self, name: str) -> dict[tuple[str, ...], float]:
        """The samples above 0 of a name, by their label values without those of messaging."""
        content, _ = self.metrics.page()
        return {
            tuple(value for label, value in sorted(sample.labels.items()) if not label.startswith("messaging_")): (
                sample.value
            )
            for family in parse_plain(content.decode())
            for sample in family.samples
            if sample.name == name and sample.value
        }


@pytest.fixture
def watched() -> Watched:
    return Watched()


def test_commands_are_counted_by_area_type_outcome_and_code(watched: Watched) -> None:
    watched.observer.settled([USUAL, USUAL, rejected(), rejected(), failed()], 10.5)
    watched.observer.settled([USUAL], 11.0)
    assert watched.values("poon_commands_settled_total") == {
        ("texts", "", "poon.text.parse.v1", "success"): 3,
        ("texts", "no_amount", "poon.text.parse.v1", "rejected"): 2,
        ("texts", "backend_timeout", "poon.text.parse.v1", "failed"): 1,
    }


def test_one_decided_before_is_republished_and_not_settled_again(watched: Watched) -> None:
    watched.observer.settled([recognised(), USUAL], 10.5)
    assert watched.values("poon_outcomes_republished_total") == {("texts", "success"): 1}
    assert sum(watched.values("poon_commands_settled_total").values()) == 1
    assert watched.values("poon_command_end_to_end_seconds_count") == {("texts", "poon.text.parse.v1"): 1}


def test_failed_and_poisonous_commands_are_dead_letters_and_wrong_ones_are_not(watched: Watched) -> None:
    watched.observer.settled([failed(), rejected("malformed_message"), rejected("no_amount"), USUAL], 10.5)
    again = rejected("malformed_message")._replace(duplicate=True, code=None)
    watched.observer.settled([again], 10.5)
    assert watched.values("poon_dead_letters_total") == {
        ("texts", "backend_timeout"): 1,
        ("texts", "malformed_message"): 1,
    }


def test_times_of_a_command_go_into_their_stages(watched: Watched) -> None:
    watched.clock.jump(4.0)  # the sender stamped it at the clock's start
    watched.observer.settled([USUAL], 11.375)
    sums = {
        name: list(watched.values(f"{name}_sum").values())
        for name in (
            "poon_command_wait_seconds",
            "messaging_process_duration_seconds",
            "poon_command_settle_seconds",
            "poon_command_end_to_end_seconds",
        )
    }
    assert sums == {
        "poon_command_wait_seconds": [0.25],
        "messaging_process_duration_seconds": [0.125],
        "poon_command_settle_seconds": [1.0],
        "poon_command_end_to_end_seconds": [4.0],
    }


def test_a_batch_nothing_of_which_was_settled_is_no_news(watched: Watched) -> None:
    before = watched.metrics.page()
    watched.observer.settled([], 11.0)
    assert watched.metrics.page() == before


def test_a_failed_attempt_is_processing_with_an_error_and_is_counted_once(watched: Watched) -> None:
    watched.observer.attempt_failed(attempt(1))
    watched.observer.attempt_failed(attempt(2, delay=None))
    watched.observer.settled([failed(attempts=2)], 11.0)
    kind = "poon.text.parse.v1"
    assert watched.values("poon_attempts_failed_total") == {
        ("texts", "backend_timeout", kind, "yes"): 1,
        ("texts", "backend_timeout", kind, "no"): 1,
    }
    assert watched.values("messaging_process_duration_seconds_count") == {(kind, "backend_timeout"): 2}


def test_a_record_no_handler_saw_was_not_processed(watched: Watched) -> None:
    watched.observer.settled([rejected("malformed_message")._replace(attempts=0)], 11.0)
    assert watched.values("messaging_process_duration_seconds_count") == {}
    assert watched.values("poon_command_wait_seconds_count") == {}


@pytest.mark.parametrize(
    ("tell", "name", "value"),
    [
        (lambda o: o.taken([raw(1), raw(2)], 1.0), "messaging_client_consumed_messages_total", 2),
        (lambda o: o.published(5, 1.0, 1.5), "messaging_client_sent_messages_total", 5),
        (lambda o: o.published(5, 1.0, 1.5), "messaging_client_operation_duration_seconds_sum", 0.5),
        (lambda o: o.stored(200, 3, 1.0, 1.25), "poon_store_batch_decisions_sum", 200),
        (lambda o: o.stored(200, 3, 1.0, 1.25), "poon_store_duration_seconds_sum", 0.25),
        (lambda o: o.stored(200, 3, 1.0, 1.25), "poon_decisions_stored_before_total", 3),
        (lambda o: o.assigned([], 2), "poon_rebalances_total", 1),
        (lambda o: o.assigned([], 2), "poon_partitions_gone_total", 2),
        (lambda o: o.outage("broker", over=False), "poon_outages_total", 1),
        (lambda o: o.drained(4, 25.0), "poon_drain_timeouts_total", 1),
    ],
)
def test_what_is_told_is_counted(
    watched: Watched, tell: Callable[[WorkerMetrics], None], name: str, value: float
) -> None:
    assert watched.values(name) == {}
    tell(watched.observer)
    assert list(watched.values(name).values()) == [value]


def test_an_outage_that_ends_and_a_drain_in_time_are_no_news(watched: Watched) -> None:
    before = watched.metrics.page()
    watched.observer.outage("broker", over=True)
    watched.observer.drained(0, 3.0)
    assert watched.metrics.page() == before


def test_a_commit_of_offsets_is_timed_with_the_class_of_its_error(watched: Watched) -> None:
    watched.observer.offsets_committed(3, 1.0, 1.5, None)
    watched.observer.offsets_committed(3, 1.0, 1.5, TimeoutError(SECRETS[1]))
    assert watched.values("messaging_client_operation_duration_seconds_count") == {("",): 1, ("TimeoutError",): 1}


def test_series_that_alerts_watch_are_there_before_anything_happens(watched: Watched) -> None:
    lines = watched.metrics.page()[0].decode().splitlines()
    labels = '{area="texts",code="",command_type="poon.text.parse.v1",outcome="success"}'
    assert f"poon_commands_settled_total{labels} 0.0" in lines
    assert 'poon_drain_timeouts_total{area="texts"} 0.0' in lines


def test_gauges_are_read_at_each_scrape(watched: Watched) -> None:
    statuses = iter([worker_status(partition_status(0, 1, 5, age=3.0)), worker_status()])
    watched.metrics.watch(lambda: next(statuses))
    assert watched.values("poon_oldest_unfinished_age_seconds") == {("texts",): 3.0}
    assert watched.values("poon_oldest_unfinished_age_seconds") == {}


def test_telemetry_that_was_given_up_is_told(watched: Watched) -> None:
    watched.metrics.watch_dropped("log_lines", lambda: 12)
    assert watched.values("poon_telemetry_dropped_total") == {("log_lines",): 12}
    assert watched.values("poon_telemetry_dropped_total") == {("log_lines",): 12}


@settings(max_examples=25)
@given(st.lists(st.tuples(st.text(), st.text(), st.one_of(st.none(), st.text())), min_size=1))
def test_whatever_senders_write_the_number_of_series_stays_bounded(sent: list[tuple[str, str, str | None]]) -> None:
    watched = Watched()
    known = set(COMMANDS) | {"other"}
    for name, outcome, code in sent:
        command = USUAL._replace(envelope=about("c", name), outcome=outcome, code=code)
        watched.observer.settled([command, command._replace(duplicate=True)], 11.0)
        watched.observer.attempt_failed(attempt(about_command=about("c", name))._replace(code=code or ""))
    page = watched.metrics.page()[0].decode()
    labels = [sample.labels for family in parse_plain(page) for sample in family.samples]
    assert {found["command_type"] for found in labels if "command_type" in found} <= known
    assert {found["outcome"] for found in labels if "outcome" in found} <= {"success", "rejected", "failed", "other"}
    assert {found["code"] for found in labels if "code" in found} <= {"", "other", *ErrorCode}


def test_no_label_holds_an_owner_or_the_owners_words(watched: Watched) -> None:
    tell_everything(watched)
    page = watched.metrics.page()[0].decode()
    assert "poon_commands_settled_total{" in page
    assert not any(secret in page for secret in (*SECRETS, "acme", "c-1"))


def telling() -> list[Settled]:
    """Commands whose decisions tell something."""
    examples = [examples_of(event.type)[0].message for event in (TextParsed, WorkflowCompleted, StepSucceeded)]
    run = WorkflowRun("acme", UUID(int=7), SECRETS[0], "x", Phase.COMPLETED, 1, None, None, "c-1", NOON, NOON)
    parsed, completed, step = (NewEvent(example) for example in examples if isinstance(example, Event))
    assert isinstance(parsed.payload, TextParsed)
    processing = parsed.payload.processing.model_copy(update={"degraded": True})
    degraded = NewEvent(parsed.payload.model_copy(update={"processing": processing}))
    return [
        USUAL._replace(decision=Decision((degraded,))),
        USUAL._replace(decision=Decision((step, completed), workflow=WorkflowUpdate(run))),
    ]


def tell_everything(watched: Watched) -> None:
    observer = watched.observer
    observer.taken([raw(1)], 1.0)
    observer.attempt_failed(attempt())
    observer.stored(1, 0, 1.0, 1.25)
    observer.published(1, 1.0, 1.5)
    observer.settled([USUAL, rejected(), failed(), recognised(), *telling()], 11.0)
    observer.offsets_committed(1, 1.0, 1.5, ValueError(SECRETS[1]))
    observer.assigned([], 1)
    observer.outage("database", over=False)
    observer.drained(1, 1.0)
    watched.metrics.watch(lambda: worker_status(partition_status(0, 1, 5, age=3.0)))
    watched.metrics.watch_backends([BusyBackend()])
    watched.metrics.watch_models([AskedModel()])
    watched.metrics.watch_dropped("spans", lambda: 1)
    counts = ProjectionCounts(Counter(spending=3), Counter(quality=1), 2)
    watched.metrics.watch_followers([lambda: FOLLOWING], counts)


def test_what_projections_were_given_is_counted_as_it_stands_at_each_scrape(watched: Watched) -> None:
    counts = ProjectionCounts()
    watched.metrics.watch_followers([lambda: FOLLOWING], counts)
    counts.applied["spending"] += 500
    counts.failed["spending"] += 1
    counts.unreadable += 2
    lines = watched.metrics.page()[0].decode().splitlines()
    assert 'poon_projection_events_total{projection="spending"} 500.0' in lines
    assert 'poon_projection_failures_total{projection="spending"} 1.0' in lines
    assert 'poon_follower_unreadable_records_total{area="projections"} 2.0' in lines
    counts.applied["spending"] += 500
    assert 'poon_projection_events_total{projection="spending"} 1000.0' in watched.metrics.page()[0].decode()


def test_the_commands_that_have_spans_lead_there_from_the_buckets_they_are_counted_in() -> None:
    kept, metrics = KeptSpans(), Metrics(FakeClock())
    observer = metrics.observer("texts", GROUP, POISON, kept)
    other = USUAL._replace(record=raw(9))
    kept.keep(USUAL.record, TraceContext(0xACE, 0xBEE, sampled=True))
    observer.settled([USUAL, other, failed()._replace(record=raw(10))], 10.5)
    page = metrics.page("application/openmetrics-text; version=1.0.0")[0].decode()
    lead = f'# {{span_id="{0xBEE:016x}",trace_id="{0xACE:032x}"}}'
    told = [line.partition("{")[0] + line.partition(lead)[2] for line in page.splitlines() if lead in line]
    moment = FakeClock().now().timestamp()
    assert told == [
        f"messaging_process_duration_seconds_bucket 0.125 {moment}",
        f"poon_command_wait_seconds_bucket 0.25 {moment}",
        f"poon_command_settle_seconds_bucket 0.125 {moment}",
        f"poon_command_end_to_end_seconds_bucket 0.0 {moment}",
    ]
    parsed = parse_openmetrics(page)  # type: ignore[no-untyped-call]
    assert sum(sample.exemplar is not None for family in parsed for sample in family.samples) == 4
    assert lead not in metrics.page()[0].decode(), "the plain format has no place for them"


def test_every_metric_there_is_can_be_told(watched: Watched) -> None:
    tell_everything(watched)
    told = {family.name for family in parse_plain(watched.metrics.page()[0].decode()) if family.samples}
    assert told == {instrument.name for instrument in INSTRUMENTS}


def test_the_page_is_exactly_prometheus_text(watched: Watched) -> None:
    watched.observer.settled([USUAL, rejected()], 10.5)
    content, content_type = watched.metrics.page()
    assert content_type == "text/plain; version=0.0.4; charset=utf-8"
    settled = [line for line in content.decode().splitlines() if "poon_commands_settled" in line]
    labels = 'command_type="poon.text.parse.v1"'
    assert settled == [
        f"# HELP poon_commands_settled_total {SETTLED.help}",
        "# TYPE poon_commands_settled_total counter",
        f'poon_commands_settled_total{{area="texts",code="no_amount",{labels},outcome="rejected"}} 1.0',
        f'poon_commands_settled_total{{area="texts",code="",{labels},outcome="success"}} 1.0',
    ]
    waiting = [line for line in content.decode().splitlines() if line.startswith("poon_command_wait_seconds")]
    assert waiting[:2] == [
        'poon_command_wait_seconds_bucket{area="texts",le="0.0005"} 0.0',
        'poon_command_wait_seconds_bucket{area="texts",le="0.001"} 0.0',
    ]
    assert waiting[9:12] == [
        'poon_command_wait_seconds_bucket{area="texts",le="0.25"} 2.0',
        'poon_command_wait_seconds_bucket{area="texts",le="0.5"} 2.0',
        'poon_command_wait_seconds_bucket{area="texts",le="0.75"} 2.0',
    ]
    assert waiting[-3:] == [
        'poon_command_wait_seconds_bucket{area="texts",le="+Inf"} 2.0',
        'poon_command_wait_seconds_count{area="texts"} 2.0',
        'poon_command_wait_seconds_sum{area="texts"} 0.5',
    ]


def test_openmetrics_is_given_to_who_asks_for_it_and_the_librarys_strict_parser_reads_it(watched: Watched) -> None:
    tell_everything(watched)
    content, content_type = watched.metrics.page("application/openmetrics-text; version=1.0.0; q=0.9,text/plain;q=0.5")
    assert content_type.startswith("application/openmetrics-text; version=1.0.0; charset=utf-8")
    assert content.endswith(b"# EOF\n")
    families = {family.name for family in parse_openmetrics(content.decode())}  # type: ignore[no-untyped-call]
    assert families == {instrument.name for instrument in INSTRUMENTS}


@pytest.mark.parametrize("accept", ["", "*/*", "text/html", "application/openmetrics-text; version=new", ";;,"])
def test_whatever_a_scraper_accepts_it_gets_a_page(watched: Watched, accept: str) -> None:
    content, content_type = watched.metrics.page(accept)
    assert content_type.startswith(("text/plain", "application/openmetrics-text"))
    assert b"poon_commands_settled_total" in content


def test_workers_of_one_process_share_a_page(watched: Watched) -> None:
    other = watched.metrics.observer("spending", "poon-workers.spending", POISON)
    other.published(1, 1.0, 1.5)
    watched.observer.published(2, 1.0, 1.5)
    content = watched.metrics.page()[0].decode()
    totals = [line for line in content.splitlines() if line.startswith("messaging_client_sent_messages_total")]
    assert [line.split()[-1] for line in totals] == ["1.0", "2.0"]
    assert ['"poon.spending.events"' in line for line in totals] == [True, False]


def test_model_servers_tell_their_answers_costs_and_breakers(watched: Watched) -> None:
    watched.metrics.watch_models([AskedModel()])
    assert watched.values("poon_model_answers_total") == {
        ("ollama/qwen3", "text_extraction", "answered"): 3,
        ("ollama/qwen3", "text_extraction", "open"): 1,
    }
    assert watched.values("poon_model_cost_total") == {("ollama/qwen3", "USD"): 0.0125}
    assert watched.values("poon_model_breaker") == {("ollama/qwen3",): 2}
