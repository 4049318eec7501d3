import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.base import Command, Message
from contracts.codec import PayloadError, decode_command, decode_event, encode
from contracts.commands.receipts import ExtractReceipt
from contracts.commands.spending import CorrectSpending, RecordSpending
from contracts.commands.texts import ParseText
from contracts.errors import ErrorCode
from contracts.events.outcomes import CommandRejected
from contracts.events.spending import SpendingCorrected, SpendingRecorded
from contracts.events.texts import TextRejected
from contracts.examples import EXAMPLES, Example, examples_of
from contracts.registry import COMMANDS
from contracts.upcasters import Upcaster

ENTRY = "6f1f9a4e-1d0b-5c52-9a55-0c8f3a1f7b21"
MARKER = "geheim-7731"
"""What no reason may ever repeat."""


def as_bytes(payload: object) -> bytes:
    return json.dumps(payload, ensure_ascii=False).encode()


def refusal(message_type: str, value: bytes | None) -> PayloadError:
    with pytest.raises(PayloadError) as caught:
        decode_command(message_type, value)
    return caught.value


def event_refusal(message_type: str, value: bytes | None) -> PayloadError:
    with pytest.raises(PayloadError) as caught:
        decode_event(message_type, value)
    return caught.value


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: f"{one.message.type}: {one.name}")
def test_every_message_survives_the_wire(example: Example) -> None:
    decode = decode_command if isinstance(example.message, Command) else decode_event
    assert decode(example.message.type, encode(example.message)) == example.message


def test_the_wire_is_compact_utf8_without_empty_fields() -> None:
    assert encode(ParseText(text="กาแฟ 65")) == (
        '{"text":"กาแฟ 65","kind":"note","time_zone":"Asia/Bangkok","default_currency":"THB"}'.encode()
    )


def test_equal_messages_have_equal_bytes() -> None:
    first = decode_command(ParseText.type, b'{"kind": "note", "text": " a "}')
    second = decode_command(ParseText.type, b'{"text": "a"}')
    assert encode(first) == encode(second)


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"",
        b"{",
        b'{"text":' + b"1" * 5_000 + b"}",
        b"\xff\xfe",
        b'{"text":"\xff"}',
        b'{"text":"\\ud800"}',
        b"[]",
        b'"text"',
        b"1",
        b"null",
    ],
)
def test_what_is_no_json_object_is_malformed(value: bytes | None) -> None:
    error = refusal(ParseText.type, value)
    assert (error.code, error.field) == (ErrorCode.MALFORMED_MESSAGE, None)
    assert str(error) == error.reason


def test_endless_nesting_is_malformed() -> None:
    deep = b'{"text":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    assert refusal(ParseText.type, deep).code is ErrorCode.MALFORMED_MESSAGE


@pytest.mark.parametrize("name", ["poon.text.parse.v2", "poon.text.parsed.v1", "", MARKER])
def test_an_unknown_type_is_named_by_its_header(name: str) -> None:
    error = refusal(name, b"{}")
    assert (error.code, error.field) == (ErrorCode.UNKNOWN_TYPE, "ce_type")


def test_a_command_is_no_event() -> None:
    assert event_refusal(ParseText.type, b"{}").code is ErrorCode.UNKNOWN_TYPE


@pytest.mark.parametrize(
    ("command", "payload", "field", "reason"),
    [
        (ParseText, {}, "text", "Field required"),
        (ParseText, {"text": "   "}, "text", "is empty or blank"),
        (ParseText, {"text": ""}, "text", "is empty or blank"),
        (ParseText, {"text": "a" * 2_001}, "text", "String should have at most 2000 characters"),
        (ParseText, {"text": "a", "time_zone": MARKER}, "time_zone", "is no IANA time zone such as Asia/Bangkok"),
        (ParseText, {"text": "a", "txt": MARKER}, "txt", "is no field of this message"),
        (ParseText, {"text": "a", "x-" + MARKER: 1}, "?", "is no field of this message"),
        (ExtractReceipt, {"image": {"kind": "inline"}}, "image.data", "Field required"),
        (ExtractReceipt, {"image": {"kind": "inline", "data": MARKER}}, "image.data", "is no base64"),
        (
            ExtractReceipt,
            {"image": {"kind": MARKER}},
            "image",
            "Input should have a 'kind' of 'inline', 'reference'",
        ),
        (
            RecordSpending,
            {"amount": {"amount": "1", "currency": "JPY", "note": MARKER}, "merchant": "a"},
            "amount.note",
            "is no field of this message",
        ),
        (
            RecordSpending,
            {"amount": {"amount": "1.5", "currency": "JPY"}, "merchant": "a"},
            "amount",
            "an amount in JPY has at most 0 decimals",
        ),
        (
            RecordSpending,
            {"amount": {"amount": "1", "currency": "THB"}, "merchant": "a", "entry_id": MARKER},
            "entry_id",
            "Input should be a valid UUID",
        ),
        (
            RecordSpending,
            {"amount": {"amount": "1", "currency": "THB"}, "merchant": "a", "tags": ["b", 3]},
            "tags.1",
            "Input should be a valid string",
        ),
        (
            RecordSpending,
            {"amount": {"amount": "1", "currency": "THB"}, "merchant": "a", "tags": list("abcdefghijk")},
            "tags",
            "Tuple should have at most 10 items after validation, not 11",
        ),
        (
            CorrectSpending,
            {"entry_id": ENTRY, "expected_version": 1, "changes": {"amount": {"currency": "THB"}}},
            "changes.amount.amount",
            "Field required",
        ),
        (
            CorrectSpending,
            {"entry_id": ENTRY, "expected_version": 1, "changes": [MARKER]},
            "changes",
            "Input should be an object",
        ),
    ],
)
def test_a_wrong_command_names_field_and_reason(
    command: type[Command], payload: object, field: str, reason: str
) -> None:
    error = refusal(command.type, as_bytes(payload))
    assert (error.code, error.field, error.reason) == (ErrorCode.INVALID_COMMAND, field, reason)
    assert str(error) == f"{field}: {reason}"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("reference_date", 20_000),
        ("reference_date", "2026-01-15T00:00:00"),
        ("text", 12),
        ("kind", 1),
        ("default_currency", "thb"),
    ],
)
def test_commands_are_read_strictly(field: str, value: object) -> None:
    assert refusal(ParseText.type, as_bytes({"text": "a", field: value})).field == field


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.just(MARKER) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def spoilt_commands(draw: st.DrawFn) -> tuple[str, bytes]:
    """An example with one place, at any depth, replaced by something else."""
    message_type = draw(st.sampled_from(sorted(COMMANDS)))
    payload: dict[str, Any] = draw(st.sampled_from(examples_of(message_type))).payload
    place: Any = payload
    key: Any = draw(st.sampled_from(sorted(payload)))
    while isinstance(place[key], dict | list) and place[key] and draw(st.booleans()):
        place = place[key]
        key = draw(st.sampled_from(sorted(place)) if isinstance(place, dict) else st.integers(0, len(place) - 1))
    place[key] = draw(JSON)
    if draw(st.booleans()):
        payload[MARKER] = MARKER
    return message_type, as_bytes(payload)


def outcome(message_type: str, value: bytes) -> str:
    try:
        return type(decode_command(message_type, value)).__name__
    except PayloadError as error:
        return f"{error.code} {error}"


@given(spoilt_commands())
def test_nothing_the_sender_wrote_gets_into_a_reason(spoilt: tuple[str, bytes]) -> None:
    assert MARKER not in outcome(*spoilt)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_in_one_way(value: bytes) -> None:
    for message_type in COMMANDS:
        assert refusal(message_type, value).code in {ErrorCode.INVALID_COMMAND, ErrorCode.MALFORMED_MESSAGE}


def spoilt_strings(node: object) -> object:
    """The same JSON with a NUL, which databases refuse, at the end of every text."""
    if isinstance(node, dict):
        return {name: spoilt_strings(child) for name, child in node.items()}
    if isinstance(node, list):
        return [spoilt_strings(child) for child in node]
    return f"{node}\x00" if isinstance(node, str) else node


def one_spoilt(payload: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name, value in payload.items():
        yield {**payload, name: spoilt_strings(value)}


@pytest.mark.parametrize("message_type", COMMANDS)
def test_no_control_character_gets_past_a_command(message_type: str) -> None:
    for example in examples_of(message_type):
        for payload in one_spoilt(example.payload):
            try:
                command = decode_command(message_type, as_bytes(payload))
            except PayloadError:
                continue
            assert b"\\u0000" not in encode(command)


def unknown_fields_added(node: object) -> object:
    if isinstance(node, dict):
        return {**{name: unknown_fields_added(child) for name, child in node.items()}, "of_tomorrow": 1}
    return [unknown_fields_added(child) for child in node] if isinstance(node, list) else node


@pytest.mark.parametrize(
    "example",
    [example for example in EXAMPLES if not isinstance(example.message, Command)],
    ids=lambda one: f"{one.message.type}: {one.name}",
)
def test_events_are_read_whatever_fields_a_newer_publisher_adds(example: Example) -> None:
    newer = as_bytes(unknown_fields_added(example.payload))
    assert decode_event(example.message.type, newer) == example.message


def test_an_error_code_released_later_is_kept_as_text() -> None:
    payload = {**examples_of(TextRejected.type)[0].payload, "code": "code_of_tomorrow"}
    event = decode_event(TextRejected.type, as_bytes(payload))
    assert isinstance(event, CommandRejected)
    assert event.code == "code_of_tomorrow"


def test_a_known_error_code_is_one_of_the_taxonomy() -> None:
    event = decode_event(TextRejected.type, encode(examples_of(TextRejected.type)[0].message))
    assert isinstance(event, CommandRejected)
    assert event.code is ErrorCode.NO_AMOUNT


@pytest.mark.parametrize(("value", "field"), [(None, None), (b"[]", None), (b"{}", "entry_id")])
def test_a_wrong_event_is_a_malformed_message(value: bytes | None, field: str | None) -> None:
    error = event_refusal(SpendingCorrected.type, value)
    assert (error.code, error.field) == (ErrorCode.MALFORMED_MESSAGE, field)


COMMAND_STEPS = {
    "poon.text.parse.v0": Upcaster(ParseText.type, lambda old: {"text": old["content"], "kind": old["kind"]}),
}


def test_an_older_command_is_upcast() -> None:
    value = as_bytes({"content": "กาแฟ 65", "kind": "voice"})
    assert encode(decode_command("poon.text.parse.v0", value, COMMAND_STEPS)) == (
        '{"text":"กาแฟ 65","kind":"voice","time_zone":"Asia/Bangkok","default_currency":"THB"}'.encode()
    )


@pytest.mark.parametrize(
    ("value", "code", "reason"),
    [
        (b"{", ErrorCode.MALFORMED_MESSAGE, "the value is no JSON object"),
        (b"\xff", ErrorCode.MALFORMED_MESSAGE, "the value is no JSON object"),
        ("{}".encode("utf-16"), ErrorCode.MALFORMED_MESSAGE, "the value is no JSON object"),
        (b"[" * 100_000, ErrorCode.MALFORMED_MESSAGE, "the value is no JSON object"),
        (b"[]", ErrorCode.MALFORMED_MESSAGE, "the value is no JSON object"),
        (b"{}", ErrorCode.INVALID_COMMAND, "the payload has not the shape of poon.text.parse.v0"),
        (b'{"content":"a","kind":"x"}', ErrorCode.INVALID_COMMAND, "Input should be 'note' or 'voice'"),
    ],
)
def test_a_wrong_older_command_is_refused_like_any_other(value: bytes, code: ErrorCode, reason: str) -> None:
    with pytest.raises(PayloadError) as caught:
        decode_command("poon.text.parse.v0", value, COMMAND_STEPS)
    assert (caught.value.code, caught.value.reason) == (code, reason)


def test_an_older_event_is_upcast() -> None:
    new: Message = examples_of(SpendingRecorded.type)[0].message
    old = {**examples_of(SpendingRecorded.type)[0].payload}
    old["shop"] = old.pop("merchant")
    steps = {
        "poon.spending.recorded.v0": Upcaster(
            SpendingRecorded.type, lambda payload: {**payload, "merchant": payload["shop"]}
        )
    }
    assert decode_event("poon.spending.recorded.v0", as_bytes(old), steps) == new
    with pytest.raises(PayloadError) as caught:
        decode_event("poon.spending.recorded.v0", b"{}", steps)
    assert caught.value.code is ErrorCode.MALFORMED_MESSAGE
