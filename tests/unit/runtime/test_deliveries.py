"""Whatever bytes arrive, a delivery comes out, and what is wrong is named."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.codec import encode
from contracts.commands.texts import ParseText
from contracts.errors import ErrorCode
from contracts.events.texts import TextParsed
from contracts.topics import WORKFLOW_REPLIES, TopicRole, topic_name
from tests.fakes.broker import FakeRecord
from tests.fakes.commands import TEXT_COMMANDS, envelope, parsed, text_record
from workers.ports.handling import StepAnswer
from workers.runtime.deliveries import NOBODY, Delivery, receive
from workers.runtime.offsets import PartitionOffsets


def received(record: FakeRecord) -> Delivery:
    return receive(record, PartitionOffsets())


def without(record: FakeRecord, name: str) -> FakeRecord:
    return replace(record, headers=[(header, value) for header, value in record.headers if header != name])


def with_header(record: FakeRecord, name: str, value: bytes) -> FakeRecord:
    return replace(record, headers=[*without(record, name).headers, (name, value)])


def test_a_good_record_becomes_a_command() -> None:
    delivery = received(text_record(4, "c1"))
    assert delivery.defect is None
    assert delivery.command == ParseText(text="coffee 65")
    assert delivery.inbox_key == ("texts", "acme", "c1")


@pytest.mark.parametrize("header", ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_tenantid", "ce_subject"])
def test_a_missing_required_header_is_named(header: str) -> None:
    delivery = received(without(text_record(4), header))
    assert delivery.defect is not None
    assert delivery.defect.code is ErrorCode.INVALID_ENVELOPE
    assert delivery.defect.field == header


def test_a_record_without_a_readable_id_is_identified_by_its_position() -> None:
    for broken in (without(text_record(4), "ce_id"), with_header(text_record(4), "ce_id", b"\xff\xfe")):
        delivery = received(broken)
        assert delivery.inbox_key == ("texts", NOBODY, f"{TEXT_COMMANDS}:0:4")


def test_a_readable_id_is_kept_when_another_header_is_broken() -> None:
    delivery = received(with_header(text_record(4, "c9"), "ce_tenantid", b"no spaces allowed"))
    assert delivery.envelope.id == "c9"
    assert delivery.envelope.tenant == NOBODY


@pytest.mark.parametrize("topic", ["poon.spending.commands", "poon.texts.events", "poon.replies.", "orders", "a\nb"])
def test_a_reply_topic_that_is_none_is_a_defect_and_never_written_to(topic: str) -> None:
    delivery = received(with_header(text_record(4), "ce_replyto", topic.encode()))
    assert delivery.defect is not None
    assert (delivery.defect.code, delivery.defect.field) == (ErrorCode.INVALID_ENVELOPE, "ce_replyto")
    assert topic not in delivery.defect.reason
    assert delivery.envelope.reply_to is None


def test_a_reply_topic_is_known_also_where_the_command_is_wrong() -> None:
    record = with_header(text_record(4), "ce_replyto", b"poon.replies.mobile")
    assert received(record).envelope.reply_to == "poon.replies.mobile"
    assert received(replace(record, value=b"{")).envelope.reply_to == "poon.replies.mobile"


def test_an_unknown_type_is_a_defect() -> None:
    delivery = received(with_header(text_record(4), "ce_type", b"poon.text.shred.v1"))
    assert delivery.defect is not None
    assert delivery.defect.code is ErrorCode.UNKNOWN_TYPE


def test_a_command_on_the_topic_of_another_area_is_a_defect() -> None:
    record = replace(text_record(4), topic=topic_name("spending", TopicRole.COMMANDS))
    delivery = received(record)
    assert delivery.defect is not None
    assert delivery.defect.code is ErrorCode.WRONG_TOPIC
    assert delivery.area == "spending"


@pytest.mark.parametrize("value", [None, b"", b"\xff", b"{", b"[]", b"7"])
def test_a_value_that_is_no_json_object_is_malformed(value: bytes | None) -> None:
    delivery = received(replace(text_record(4), value=value))
    assert delivery.defect is not None
    assert delivery.defect.code is ErrorCode.MALFORMED_MESSAGE


def test_a_wrong_field_is_named_without_repeating_what_was_written() -> None:
    delivery = received(replace(text_record(4), value=b'{"text": "secret words", "time_zone": "Secret/Zone"}'))
    assert delivery.defect is not None
    assert delivery.defect.code is ErrorCode.INVALID_COMMAND
    assert delivery.defect.field == "time_zone"
    assert "secret" not in delivery.defect.reason.lower()


def test_two_commands_at_the_same_offset_and_time_of_two_partitions_are_two_commands() -> None:
    one, other = received(text_record(4, "c1", partition=0)), received(text_record(4, "c2", partition=1))
    assert (one.record.offset, one.record.timestamp) == (other.record.offset, other.record.timestamp)
    assert one.inbox_key != other.inbox_key


def test_a_command_is_the_same_wherever_and_whenever_it_arrives() -> None:
    again = replace(text_record(9, "c1", partition=1), timestamp=1)
    assert received(text_record(4, "c1")).inbox_key == received(again).inbox_key


def test_records_of_one_key_share_a_lane_and_keyless_ones_have_their_own() -> None:
    assert received(text_record(1)).lane == received(text_record(2)).lane
    assert received(text_record(1)).lane != received(text_record(1, partition=1)).lane
    assert received(replace(text_record(1), key=None)).lane != received(replace(text_record(2), key=None)).lane


headers = st.lists(
    st.tuples(
        st.sampled_from(["ce_id", "ce_type", "ce_time", "ce_subject", "ce_tenantid", "ce_specversion", "x"]),
        st.none() | st.binary(max_size=20) | st.sampled_from([b"1.0", ParseText.type.encode(), b"acme"]),
    ),
    max_size=8,
)


@given(headers=headers, value=st.none() | st.binary(max_size=60), timestamp=st.integers(-1, 2**52))
def test_no_bytes_whatsoever_make_receiving_fail(
    headers: list[tuple[str, bytes | None]], value: bytes | None, timestamp: int
) -> None:
    record = FakeRecord(TEXT_COMMANDS, 0, 3, timestamp=timestamp, value=value, headers=headers)
    delivery = received(record)
    assert (delivery.command is None) != (delivery.defect is None)
    assert delivery.envelope.headers()


def test_the_payload_a_producer_encodes_is_the_one_the_fleet_decodes() -> None:
    command = ParseText(text="กาแฟ ๖๕ บาท")
    assert received(replace(text_record(1), value=encode(command))).command == command


def answered(message_type: str = TextParsed.type, value: bytes | None = None) -> Delivery:
    """An outcome on the topic where workflows await them."""
    about = envelope("outcome-1", message_type=message_type)._replace(causation_id="sent-1")
    return received(
        FakeRecord(
            WORKFLOW_REPLIES.name, 0, 3, value=encode(parsed()) if value is None else value, headers=about.headers()
        )
    )


def test_an_outcome_a_workflow_awaits_is_handled_as_a_command_of_the_workflows() -> None:
    delivery = answered()
    assert delivery.command == StepAnswer.of_checked({"command_id": "sent-1", "event": parsed()})
    assert delivery.inbox_key == ("workflows", "acme", "outcome-1")


def test_an_outcome_that_cannot_be_read_is_a_defect() -> None:
    broken, unknown, command = answered(value=b"{"), answered("poon.text.sung.v1"), answered(ParseText.type)
    assert [delivery.defect and delivery.defect.code for delivery in (broken, unknown, command)] == [
        ErrorCode.MALFORMED_MESSAGE,
        ErrorCode.UNKNOWN_TYPE,
        ErrorCode.WRONG_TOPIC,
    ]
