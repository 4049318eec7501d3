"""Outcomes carry deterministic ids, the command's identity and nothing the owner wrote."""

from datetime import timedelta

from contracts.codec import decode_event
from contracts.envelope import event_id, parse_envelope
from contracts.errors import ErrorCode
from contracts.events.texts import TextFailed, TextRejected
from tests.fakes.clock import NOON
from tests.fakes.commands import decision, parsed, text_record
from workers.ports.errors import RejectionError
from workers.ports.handling import Decision, NewEvent
from workers.ports.tracing import NOTHING, Carried
from workers.runtime import outcomes
from workers.runtime.deadletters import dead_letter
from workers.runtime.deliveries import Defect, receive
from workers.runtime.offsets import PartitionOffsets

DELIVERY = receive(text_record(7, "c7"), PartitionOffsets())


def test_event_ids_depend_on_the_command_and_the_ordinal_alone() -> None:
    two = Decision((NewEvent(parsed()), NewEvent(parsed())))
    first = outcomes.decided(DELIVERY, two, NOON)
    again = outcomes.decided(DELIVERY, two, NOON + timedelta(days=3))
    assert [event.id for event in first.events] == [event.id for event in again.events]
    assert [event.id for event in first.events] == [event_id("texts", "acme", "c7", ordinal) for ordinal in (0, 1)]


def test_only_the_last_event_of_a_decision_is_terminal() -> None:
    verdict = outcomes.decided(DELIVERY, Decision((NewEvent(parsed()), NewEvent(parsed()))), NOON)
    assert [event.terminal for event in verdict.events] == [False, True]
    assert [event.version for event in verdict.events] == [1, 2]


def test_an_event_of_an_aggregate_keeps_its_stream_and_version() -> None:
    event = NewEvent(parsed(), stream="entry-1", version=4)
    (stored,) = outcomes.decided(DELIVERY, Decision((event,)), NOON).events
    assert (stored.stream, stored.version) == ("entry-1", 4)


def test_a_published_outcome_tells_its_command_and_keeps_its_key() -> None:
    (stored,) = outcomes.decided(DELIVERY, decision(), NOON).events
    (record,) = outcomes.outgoing([stored])
    envelope = parse_envelope(record.headers, NOON)
    assert record.key == DELIVERY.record.key
    assert envelope.id == str(stored.id)
    assert envelope.causation_id == "c7"
    assert envelope.correlation_id == "c7"
    assert envelope.source == "/poon/workers/texts"
    assert record.value is not None
    assert decode_event(envelope.type, record.value) == parsed()


def test_outcomes_go_out_with_the_trace_context_they_are_given_and_without_one_otherwise() -> None:
    events = outcomes.decided(DELIVERY, Decision((NewEvent(parsed()), NewEvent(parsed()))), NOON).events
    for carried in (Carried("00-ab-cd-01", "vendor=x"), NOTHING):
        for record in outcomes.outgoing(events, carried):
            envelope = parse_envelope(record.headers, NOON)
            assert (envelope.traceparent, envelope.tracestate) == carried


def test_publishing_twice_gives_the_same_bytes() -> None:
    verdict = outcomes.decided(DELIVERY, decision(), NOON)
    assert outcomes.outgoing(verdict.events) == outcomes.outgoing(verdict.events)


def test_a_rejection_names_code_field_and_version_in_both_languages() -> None:
    error = RejectionError(ErrorCode.VERSION_CONFLICT, "expected 1", field="expected_version", current_version=3)
    (stored,) = outcomes.rejected(DELIVERY, error, NOON).events
    payload = decode_event(stored.type, stored.data.encode())
    assert isinstance(payload, TextRejected)
    assert (payload.code, payload.field, payload.current_version) == (
        ErrorCode.VERSION_CONFLICT,
        "expected_version",
        3,
    )
    assert payload.message.en
    assert payload.message.th
    assert payload.dead_letter is None


def test_a_wrong_field_is_rejected_without_a_dead_letter_and_poison_with_one() -> None:
    wrong = outcomes.defective(DELIVERY, Defect(ErrorCode.INVALID_COMMAND, "too long", "text"), NOON)
    poison = outcomes.defective(DELIVERY, Defect(ErrorCode.MALFORMED_MESSAGE, "no JSON"), NOON)
    places = [
        decode_event(verdict.events[0].type, verdict.events[0].data.encode()).dead_letter  # type: ignore[attr-defined]
        for verdict in (wrong, poison)
    ]
    assert places[0] is None
    assert (places[1].topic, places[1].original_offset) == ("poon.texts.dlt", 7)


def test_a_failure_tells_attempts_and_where_the_record_waits() -> None:
    (stored,) = outcomes.failed(DELIVERY, ErrorCode.BACKEND_TIMEOUT, "too slow", 5, NOON).events
    payload = decode_event(stored.type, stored.data.encode())
    assert isinstance(payload, TextFailed)
    assert payload.attempts == 5
    assert payload.dead_letter is not None


def test_a_dead_letter_keeps_the_record_and_adds_springs_provenance() -> None:
    (outcome,) = outcomes.failed(DELIVERY, ErrorCode.BACKEND_TIMEOUT, "too slow", 5, NOON).events
    letter = dead_letter(DELIVERY, "poon-workers", outcome, "backend_timeout: too slow")
    headers = dict(letter.headers)
    assert letter.topic == "poon.texts.dlt"
    assert (letter.key, letter.value) == (DELIVERY.record.key, DELIVERY.record.value)
    assert headers["kafka_dlt-original-topic"] == b"poon.texts.commands"
    assert headers["kafka_dlt-original-partition"] == (0).to_bytes(4, "big")
    assert headers["kafka_dlt-original-offset"] == (7).to_bytes(8, "big")
    assert headers["kafka_dlt-original-consumer-group"] == b"poon-workers"
    assert headers["kafka_dlt-exception-message"] == b"backend_timeout: too slow"
    assert headers["kafka_dlt-exception-fqcn"] == b"workers.runtime.retry.GiveUp"
    assert headers["poon_outcome-id"] == str(outcome.id).encode()
    assert headers["ce_id"] == b"c7"
