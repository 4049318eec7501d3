"""The row of a dead letter."""

from dataclasses import replace

import pytest

from contracts.errors import ErrorCode
from contracts.headers import REDRIVE_COUNT
from tests.fakes.broker import FakeRecord
from tests.fakes.clock import NOON
from tests.fakes.commands import TEXT_COMMANDS, decision, text_record
from workers.ports.dead_letters import Contents, DeadLetter
from workers.runtime import outcomes
from workers.runtime.deadletters import lettered, redrive_count
from workers.runtime.deliveries import Defect, receive
from workers.runtime.offsets import PartitionOffsets

HOSTILE = [("\0\ud83c", b"\xff"), ("ce_id", None), ("ce_id", b"c-1")]


def failed(record: FakeRecord, reason: str = "engine gone") -> DeadLetter:
    delivery = receive(record, PartitionOffsets())
    verdict = outcomes.failed(delivery, ErrorCode.BACKEND_UNAVAILABLE, reason, 3, NOON)
    letter = lettered(verdict, delivery, "poon-workers.texts").dead_letter
    assert letter is not None
    assert letter.id == verdict.events[0].id
    return letter


def test_a_failed_command_leaves_everything_an_operator_asks_for() -> None:
    record = text_record(7, "c-1", partition=2)
    letter = failed(record)
    assert letter == DeadLetter(
        id=letter.id,
        tenant="acme",
        owner="nok",
        area="texts",
        command_id="c-1",
        command_type="poon.text.parse.v1",
        code="backend_unavailable",
        reason="engine gone",
        attempts=3,
        redrives=0,
        group="poon-workers.texts",
        failed_at=NOON,
        topic=TEXT_COMMANDS,
        partition=2,
        offset=7,
        timestamp=record.timestamp,
        key=b"acme/nok",
        contents=Contents(record.value, tuple(record.headers)),
    )


def test_poison_was_never_tried_and_keeps_its_bytes() -> None:
    record = FakeRecord(TEXT_COMMANDS, 0, 7, key=b"\xff", value=b"\xff{", headers=HOSTILE)
    delivery = receive(record, PartitionOffsets())
    verdict = outcomes.defective(delivery, delivery.defect or Defect(ErrorCode.MALFORMED_MESSAGE, ""), NOON)
    letter = lettered(verdict, delivery, "group").dead_letter
    assert letter is not None
    assert (letter.attempts, letter.tenant, letter.code) == (0, "unknown", "invalid_envelope")
    assert letter.reason == "ce_specversion: is missing or empty"
    assert (letter.key, letter.contents) == (b"\xff", Contents(b"\xff{", tuple(HOSTILE)))


def test_a_reason_no_database_can_hold_does_not_keep_the_outcome_from_being_stored() -> None:
    assert failed(text_record(1), "cut \0 short").reason == "cut \ufffd short"


@pytest.mark.parametrize(
    ("header", "count"),
    [(b"2", 2), (b"", 0), (b"-1", 0), (b"two", 0), ("๒".encode(), 0), (b"9" * 100, 0), (None, 0)],
)
def test_redrives_are_counted_by_their_header_and_nonsense_counts_as_none(header: bytes | None, count: int) -> None:
    record = text_record(1)
    assert redrive_count(record) == 0
    assert redrive_count(replace(record, headers=[*record.headers, (REDRIVE_COUNT, header)])) == count


def test_a_success_is_no_dead_letter() -> None:
    delivery = receive(text_record(1), PartitionOffsets())
    with pytest.raises(TypeError, match="does not say why"):
        lettered(outcomes.decided(delivery, decision(), NOON), delivery, "group")
