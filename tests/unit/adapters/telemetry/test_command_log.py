"""A command that ended leaves one line, and none of the owner's words in it."""

import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.telemetry.command_log import JsonCommandLog, ReadableCommandLog
from adapters.telemetry.kept import KeptSpans
from adapters.telemetry.sampling import TraceContext
from tests.fakes.clock import FakeClock
from tests.fakes.observing import FAILED, SECRETS, SENDER, USUAL, about, failed, raw, recognised, rejected


class Sink:
    """Keeps the lines, and how often it was written to."""

    def __init__(self) -> None:
        self.written: list[tuple[bytes, int]] = []

    def write_lines(self, data: bytes, count: int) -> None:
        self.written.append((data, count))

    @property
    def lines(self) -> list[bytes]:
        return [line for data, _ in self.written for line in data.splitlines()]


@pytest.fixture
def sink() -> Sink:
    return Sink()


def test_the_line_of_a_success_is_exactly_this(sink: Sink) -> None:
    JsonCommandLog(sink, FakeClock()).settled([USUAL], 10.5)
    line = (
        b'{"event":"settled","level":"info","logger":"poon.commands","timestamp":"2026-03-02T05:00:00Z",'
        b'"command_type":"poon.text.parse.v1","command_id":"c-1","correlation_id":null,"tenant":"acme",'
        b'"topic":"poon.texts.commands","partition":3,"offset":7,"outcome":"poon.text.parsed.v1",'
        b'"duplicate":false,"attempts":1,"wait_ms":250.0,"handle_ms":125.0,"settle_ms":125.0}\n'
    )
    assert sink.written == [(line, 1)]


def test_code_causation_and_trace_are_told_where_there_are_any(sink: Sink) -> None:
    envelope = about("c-2", causation_id="c-1", correlation_id="c-0", traceparent=SENDER)
    JsonCommandLog(sink, FakeClock()).settled([failed()._replace(envelope=envelope)], 10.5)
    line = json.loads(sink.lines[0])
    assert {name: line[name] for name in ("code", "causation_id", "correlation_id", "trace_id", "outcome")} == {
        "code": "backend_timeout",
        "causation_id": "c-1",
        "correlation_id": "c-0",
        "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
        "outcome": FAILED,
    }


def test_a_command_that_has_spans_tells_which(sink: Sink) -> None:
    kept = KeptSpans()
    kept.keep(USUAL.record, TraceContext(0xACE, 0xBEE, sampled=True))
    log = JsonCommandLog(sink, FakeClock(), kept)
    log.settled([USUAL, USUAL._replace(record=raw(9))], 10.5)
    told = [(line.get("trace_id"), line.get("span_id")) for line in map(json.loads, sink.lines)]
    assert told == [(f"{0xACE:032x}", f"{0xBEE:016x}"), (None, None)]


def test_a_batch_is_written_in_one_go(sink: Sink) -> None:
    JsonCommandLog(sink, FakeClock()).settled([USUAL, rejected(), recognised()], 10.5)
    ((data, count),) = sink.written
    assert (count, data.count(b"\n")) == (3, 3)
    assert [json.loads(line)["duplicate"] for line in sink.lines] == [False, False, True]


def test_a_batch_nothing_of_which_was_settled_writes_nothing(sink: Sink) -> None:
    JsonCommandLog(sink, FakeClock()).settled([], 10.5)
    assert sink.written == []


def test_only_what_went_wrong_is_told_if_that_is_what_is_wanted(sink: Sink) -> None:
    log = JsonCommandLog(sink, FakeClock(), unsuccessful_only=True)
    log.settled([USUAL, rejected(), USUAL, failed()], 10.5)
    log.settled([USUAL], 10.5)
    assert [json.loads(line).get("code") for line in sink.lines] == ["no_amount", "backend_timeout"]
    assert len(sink.written) == 1


def test_the_owner_and_the_owners_words_are_in_no_line(sink: Sink) -> None:
    assert SECRETS[1].encode() in (USUAL.record.value or b"")
    assert USUAL.envelope.owner == SECRETS[0]
    JsonCommandLog(sink, FakeClock()).settled([USUAL, failed(), rejected(), recognised()], 10.5)
    told = b"".join(sink.lines).decode()
    assert "c-1" in told
    assert not any(secret in told for secret in SECRETS)


def test_a_header_that_is_no_trace_context_is_not_repeated(sink: Sink) -> None:
    envelope = about("c-1", traceparent=SECRETS[1])
    JsonCommandLog(sink, FakeClock()).settled([USUAL._replace(envelope=envelope)], 10.5)
    assert "trace_id" not in json.loads(sink.lines[0])
    assert SECRETS[1] not in sink.lines[0].decode()


@given(st.text(alphabet=st.characters(codec="utf-8")), st.text(alphabet=st.characters(codec="utf-8")))
def test_whatever_a_sender_writes_a_line_stays_one_line(command_id: str, message_type: str) -> None:
    sink = Sink()
    envelope = about(command_id, message_type, correlation_id=command_id)
    JsonCommandLog(sink, FakeClock()).settled([USUAL._replace(envelope=envelope)], 10.5)
    ((data, _),) = sink.written
    line = json.loads(data)
    assert data.count(b"\n") == 1
    assert (line["command_id"], line["command_type"], line["correlation_id"]) == (command_id, message_type, command_id)


@pytest.mark.parametrize(("unsuccessful_only", "count"), [(False, 3), (True, 1)])
def test_in_a_terminal_the_same_facts_go_through_logging(
    caplog: pytest.LogCaptureFixture, count: int, *, unsuccessful_only: bool
) -> None:
    caplog.set_level(logging.INFO)
    ReadableCommandLog(unsuccessful_only=unsuccessful_only).settled([USUAL, rejected(), USUAL], 10.5)
    assert [line.message for line in caplog.records] == ["settled"] * count
    told = [line for line in caplog.records if line.__dict__.get("code") == "no_amount"]
    assert [(line.levelno, line.__dict__["settle_ms"]) for line in told] == [(logging.INFO, 125.0)]
