"""The settings decide what a fleet tells of itself, and where."""

import io
import json
import logging
from collections.abc import Iterator, Mapping

import pytest

from adapters.telemetry.command_log import JsonCommandLog, ReadableCommandLog
from adapters.telemetry.metrics import WorkerMetrics
from adapters.telemetry.observers import FanOut
from adapters.telemetry.traces import Traces
from tests.fakes.clock import FakeClock
from tests.fakes.observing import GROUP, SENDER, USUAL, BusyBackend, about, rejected, worker_status
from tests.fakes.root_logging import logging_kept
from workers.bootstrap.telemetry import Telemetry, telemetry
from workers.config import Settings

NOTHING = {"telemetry": {"metrics": False}, "logging": {"commands": "none"}}
TRACED = {"telemetry": {"otlp_endpoint": "http://127.0.0.1:9", "trace_ratio": 1.0}}


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    with logging_kept():
        yield


def settings(given: Mapping[str, object]) -> Settings:
    return Settings.model_validate(given)


def kinds(told: Telemetry) -> list[type]:
    """What a worker's observer passes on to."""
    observer = told.observer("texts", GROUP)
    assert isinstance(observer, FanOut)
    return [type(one) for one in observer.working]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, [WorkerMetrics, JsonCommandLog]),
        (TRACED, [Traces, WorkerMetrics, JsonCommandLog]),
        ({"logging": {"format": "console"}}, [WorkerMetrics, ReadableCommandLog]),
        ({"logging": {"level": "warning"}}, [WorkerMetrics]),
        ({"logging": {"level": "debug"}}, [WorkerMetrics, JsonCommandLog]),
        ({"logging": {"commands": "none"}}, [WorkerMetrics]),
        (NOTHING, []),
    ],
)
def test_each_part_is_on_or_off_by_its_setting(given: dict[str, object], expected: list[type]) -> None:
    with telemetry(settings(given), FakeClock(), io.BytesIO()) as told:
        assert kinds(told) == expected


def test_a_process_whose_logging_is_its_own_gets_no_lines() -> None:
    before = logging.getLogger().handlers[:]
    with telemetry(settings({}), FakeClock()) as told:
        assert kinds(told) == [WorkerMetrics]
        assert logging.getLogger().handlers == before


def test_lines_of_commands_and_of_logging_go_to_one_stream_in_order() -> None:
    stream = io.BytesIO()
    with telemetry(settings({}), FakeClock(), stream) as told:
        logging.getLogger("workers.x").info("assigned")
        told.observer("texts", GROUP).settled([USUAL], 11.0)
        logging.getLogger("workers.x").info("drained")
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [(line["event"], line["logger"]) for line in lines] == [
        ("assigned", "workers.x"),
        ("settled", "poon.commands"),
        ("drained", "workers.x"),
    ]
    assert all(line["timestamp"].endswith("Z") for line in lines)


def test_only_unsuccessful_commands_get_a_line_if_so_set() -> None:
    stream = io.BytesIO()
    with telemetry(settings({"logging": {"commands": "unsuccessful"}}), FakeClock(), stream) as told:
        told.observer("texts", GROUP).settled([USUAL, rejected()], 11.0)
    (line,) = stream.getvalue().splitlines()
    assert json.loads(line)["code"] == "no_amount"


def test_after_the_end_logging_writes_by_itself_again(capsys: pytest.CaptureFixture[str]) -> None:
    stream = io.BytesIO()
    with telemetry(settings({}), FakeClock(), stream):
        pass
    logging.getLogger("workers.x").error("too late")
    assert b"too late" not in stream.getvalue()
    assert "too late" in capsys.readouterr().err


def test_the_page_shows_the_workers_and_what_was_dropped() -> None:
    with telemetry(settings(TRACED), FakeClock(), io.BytesIO()) as told:
        told.observer("texts", GROUP).settled([rejected("malformed_message")], 11.0)
        told.watch([worker_status], [BusyBackend()])
        assert told.metrics_page is not None
        lines = told.metrics_page("")[0].decode().splitlines()
    assert 'poon_commands_in_flight{area="texts"} 3.0' in lines
    assert 'poon_backend_waiting{backend="rapidocr-3.8/en-mobile"} 7.0' in lines
    assert 'poon_dead_letters_total{area="texts",code="malformed_message"} 1.0' in lines
    assert 'poon_telemetry_dropped_total{what="log_lines"} 0.0' in lines
    assert 'poon_telemetry_dropped_total{what="spans"} 0.0' in lines


def test_whoever_waits_for_one_more_scrape_hears_of_the_next_and_of_none_before() -> None:
    with telemetry(settings({"telemetry": {"last_scrape_seconds": 20}}), FakeClock()) as told:
        assert told.metrics_page is not None
        assert told.last_scrape == 20.0
        told.metrics_page("")
        again = told.scraped_again()
        assert not again.is_set()
        told.metrics_page("")
        assert again.is_set()


def test_repeated_errors_are_counted() -> None:
    stream = io.BytesIO()
    with telemetry(settings({"logging": {"repeats_per_minute": 1}}), FakeClock(), stream) as told:
        for _ in range(3):
            logging.getLogger("workers.x").error("stuck")
        assert told.metrics_page is not None
        lines = told.metrics_page("")[0].decode().splitlines()
    assert stream.getvalue().count(b"stuck") == 1
    assert 'poon_telemetry_dropped_total{what="repeated_lines"} 2.0' in lines


def test_following_is_traced_only_where_spans_are_made() -> None:
    async def apply(_: object) -> None: ...

    with telemetry(settings({}), FakeClock()) as told:
        assert told.following("group")(apply) is apply
    with telemetry(settings(TRACED), FakeClock()) as told:
        assert told.following("group")(apply) is not apply


def test_without_metrics_there_is_no_page_and_a_worker_may_be_watched_all_the_same() -> None:
    with telemetry(settings(NOTHING), FakeClock()) as told:
        told.watch([worker_status], [BusyBackend()])
        assert told.metrics_page is None


def test_outcomes_join_the_trace_only_where_spans_are_made() -> None:
    with telemetry(settings({}), FakeClock()) as told:
        assert told.carry_on("texts")(about(traceparent=SENDER)).traceparent == SENDER
    with telemetry(settings(TRACED), FakeClock()) as told:
        carried = told.carry_on("texts")(about(traceparent=SENDER)).traceparent
    assert carried is not None
    assert carried[:36] == SENDER[:36]
    assert carried != SENDER
