from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.envelope import (
    Envelope,
    EnvelopeError,
    Header,
    decode_headers,
    event_id,
    format_time,
    parse_envelope,
    partition_key,
    schema_uri,
)
from contracts.headers import HEADERS

SENT = datetime(2026, 1, 15, 5, 40, tzinfo=UTC)
RECORD_TIME = datetime(2026, 1, 15, 5, 41, tzinfo=UTC)

ENVELOPE = Envelope(
    id="command-1",
    source="/apps/mobile",
    type="poon.text.parse.v1",
    time=SENT,
    tenant="acme",
    owner="user-42",
    correlation_id="conversation-1",
    causation_id="cause-1",
    sequence="17",
    expiry_time=SENT + timedelta(days=1),
    reply_to="poon.replies.mobile",
    data_ref="s3://bucket/key",
    traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    tracestate="vendor=value",
)


def with_header(name: str, value: bytes | None) -> list[tuple[str, bytes | None]]:
    return [*((other, text) for other, text in ENVELOPE.headers() if other != name), (name, value)]


def without(name: str) -> list[Header]:
    return [(other, value) for other, value in ENVELOPE.headers() if other != name]


def refusal(headers: list[tuple[str, bytes | None]] | list[Header]) -> EnvelopeError:
    with pytest.raises(EnvelopeError) as caught:
        parse_envelope(headers, RECORD_TIME)
    return caught.value


IDS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=200)
WORDS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"], max_codepoint=0xFFFF), min_size=1, max_size=100)
TIMES = st.datetimes(
    datetime(1971, 1, 1),  # noqa: DTZ001  hypothesis adds the zone
    datetime(9998, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=7))]),
)
ENVELOPES = st.builds(
    Envelope,
    id=IDS,
    source=WORDS,
    type=WORDS,
    time=TIMES,
    tenant=st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,62}\Z"),
    owner=st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}\Z"),
    correlation_id=IDS,
    causation_id=st.none() | IDS,
    sequence=st.none() | WORDS,
    expiry_time=st.none() | TIMES,
    reply_to=st.none() | st.from_regex(r"\Apoon\.replies\.[a-z0-9][a-z0-9-]{0,62}\Z"),
    data_ref=st.none() | WORDS,
    traceparent=st.none() | WORDS,
    tracestate=st.none() | WORDS,
)


@given(ENVELOPES)
def test_an_envelope_survives_the_wire(envelope: Envelope) -> None:
    assert parse_envelope(envelope.headers(), RECORD_TIME) == envelope


def test_the_headers_have_the_names_of_the_reference_in_its_order() -> None:
    assert [name for name, _ in ENVELOPE.headers()] == list(HEADERS)


def test_the_headers_carry_the_attributes() -> None:
    assert dict(ENVELOPE.headers()) == {
        "content-type": b"application/json",
        "ce_specversion": b"1.0",
        "ce_id": b"command-1",
        "ce_source": b"/apps/mobile",
        "ce_type": b"poon.text.parse.v1",
        "ce_time": b"2026-01-15T05:40:00Z",
        "ce_subject": b"user-42",
        "ce_dataschema": b"urn:poon:schema:poon.text.parse.v1",
        "ce_partitionkey": b"acme/user-42",
        "ce_tenantid": b"acme",
        "ce_correlationid": b"conversation-1",
        "ce_causationid": b"cause-1",
        "ce_sequence": b"17",
        "ce_expirytime": b"2026-01-16T05:40:00Z",
        "ce_dataref": b"s3://bucket/key",
        "ce_replyto": b"poon.replies.mobile",
        "traceparent": b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "tracestate": b"vendor=value",
    }


@pytest.mark.parametrize("name", [name for name, header in HEADERS.items() if header.required])
@pytest.mark.parametrize("value", [None, b""])
def test_a_required_header_that_is_missing_or_empty_is_named(name: str, value: bytes | None) -> None:
    assert refusal(without(name)).field == name
    error = refusal(with_header(name, value))
    assert (error.field, error.reason) == (name, "is missing or empty")
    assert str(error) == f"{name}: is missing or empty"


@pytest.mark.parametrize("name", [name for name, header in HEADERS.items() if not header.required])
@pytest.mark.parametrize("value", [None, b""])
def test_an_empty_optional_header_counts_as_missing(name: str, value: bytes | None) -> None:
    missing = parse_envelope(without(name), RECORD_TIME)
    assert missing.id == "command-1"
    assert parse_envelope(with_header(name, value), RECORD_TIME) == missing


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ce_specversion", "0.3"),
        ("content-type", "text/plain"),
        ("content-type", "application/jsonlines"),
        ("ce_id", "x" * 201),
        ("ce_correlationid", "x" * 201),
        ("ce_causationid", "x" * 201),
        ("ce_source", "x" * 1_001),
        ("ce_id", "a\x00b"),
        ("ce_source", "a\nb"),
        ("ce_extension", "a\x7fb"),
        ("ce_tenantid", "-acme"),
        ("ce_tenantid", "acme/2"),
        ("ce_tenantid", "a" * 64),
        ("ce_tenantid", "บริษัท"),
        ("ce_subject", "/user"),
        ("ce_subject", "a" * 129),
        ("ce_time", "yesterday"),
        ("ce_time", "2026-01-15T05:40:00"),
        ("ce_time", "2026-02-30T05:40:00Z"),
        ("ce_time", "1969-12-31T23:59:59Z"),
        ("ce_time", "9999-12-31T23:59:59-12:00"),
        ("ce_expirytime", "soon"),
    ],
)
def test_a_wrong_header_is_named_and_its_value_not_repeated(name: str, value: str) -> None:
    error = refusal(with_header(name, value.encode()))
    assert error.field == name
    assert value not in error.reason


@pytest.mark.parametrize("name", ["ce_id", "ce_tenantid", "ce_extension"])
def test_a_cloudevents_header_that_is_no_utf8_is_named(name: str) -> None:
    error = refusal(with_header(name, b"\xff"))
    assert (error.field, error.reason) == (name, "is no UTF-8")


def test_a_foreign_header_that_is_no_utf8_is_skipped() -> None:
    assert parse_envelope([*ENVELOPE.headers(), ("x-binary", b"\xff")], RECORD_TIME) == ENVELOPE


@pytest.mark.parametrize("value", ["a" * 63, "A.b_c-9", "0"])
def test_tenants_may_have_these_names(value: str) -> None:
    assert parse_envelope(with_header("ce_tenantid", value.encode()), RECORD_TIME).tenant == value


@pytest.mark.parametrize("value", ["a" * 128, "line:U1@th", "0"])
def test_owners_may_have_these_names(value: str) -> None:
    assert parse_envelope(with_header("ce_subject", value.encode()), RECORD_TIME).owner == value


@pytest.mark.parametrize("value", ["application/json; charset=utf-8", "Application/JSON"])
def test_the_media_type_may_have_parameters_and_any_case(value: str) -> None:
    assert parse_envelope(with_header("content-type", value.encode()), RECORD_TIME) == ENVELOPE


def test_without_a_time_the_record_time_counts() -> None:
    assert parse_envelope(without("ce_time"), RECORD_TIME).time == RECORD_TIME


def test_without_a_correlation_a_command_starts_its_own_conversation() -> None:
    assert parse_envelope(without("ce_correlationid"), RECORD_TIME).correlation_id == "command-1"
    first = Envelope(id="a", source="s", type="t", time=SENT, tenant="acme", owner="o")
    assert dict(first.headers())["ce_correlationid"] == b"a"


def test_of_a_repeated_header_the_last_counts() -> None:
    assert decode_headers([("ce_id", b"first"), ("ce_id", b"last")]) == {"ce_id": "last"}


def test_times_are_written_in_utc() -> None:
    bangkok = timezone(timedelta(hours=7))
    assert format_time(datetime(2026, 1, 15, 12, 40, tzinfo=bangkok)) == "2026-01-15T05:40:00Z"


def test_the_key_is_tenant_and_owner() -> None:
    assert ENVELOPE.key == partition_key("acme", "user-42") == "acme/user-42"


def test_the_schema_is_named_by_the_type() -> None:
    assert ENVELOPE.schema == schema_uri("poon.text.parse.v1") == "urn:poon:schema:poon.text.parse.v1"


def test_event_ids_are_deterministic_and_differ_in_every_part() -> None:
    ids = [
        event_id("texts", "acme", "c-1", 0),
        event_id("receipts", "acme", "c-1", 0),
        event_id("texts", "other", "c-1", 0),
        event_id("texts", "acme", "c-2", 0),
        event_id("texts", "acme", "c-1", 1),
    ]
    assert len(set(ids)) == len(ids)
    assert ids[0] == event_id("texts", "acme", "c-1", 0)
    assert str(ids[0]) == "070552c3-dace-5f7e-b54c-e718cfc75057"
