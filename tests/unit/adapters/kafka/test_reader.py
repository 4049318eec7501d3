"""Reading records of outcome topics."""

from dataclasses import replace
from datetime import UTC, datetime

from adapters.kafka.reader import outcome_of
from contracts.codec import encode
from tests.fakes.broker import FakeRecord
from tests.fakes.commands import envelope, parsed
from workers.ports.messages import Partition

ENVELOPE = envelope("e-1", message_type="poon.text.parsed.v1")._replace(causation_id="c-1", correlation_id="c-1")
RECORD = FakeRecord(
    "poon.texts.events", 3, 42, timestamp=1_700_000_000_000, value=encode(parsed()), headers=ENVELOPE.headers()
)


def test_an_outcome_is_read_with_its_position() -> None:
    outcome = outcome_of(RECORD)

    assert (outcome.partition, outcome.offset) == (Partition("poon.texts.events", 3), 42)
    assert outcome.timestamp == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert (outcome.envelope, outcome.event, outcome.problem) == (ENVELOPE, parsed(), None)


def test_a_record_without_an_envelope_is_said_to_have_none() -> None:
    outcome = outcome_of(replace(RECORD, headers=[]))

    assert outcome.envelope is None
    assert (outcome.problem or "").startswith("header ce_specversion")


def test_an_unknown_type_keeps_its_envelope() -> None:
    stranger = ENVELOPE._replace(type="poon.moon.landed.v1")

    outcome = outcome_of(replace(RECORD, headers=stranger.headers()))

    assert outcome.envelope == stranger
    assert outcome.event is None
    assert outcome.problem


def test_a_payload_that_cannot_be_read_is_no_error() -> None:
    assert outcome_of(replace(RECORD, value=b"{")).problem
    assert outcome_of(replace(RECORD, value=None)).problem
