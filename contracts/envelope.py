"""The CloudEvents 1.0 envelope in Kafka binary mode: attributes travel as headers, the payload as value.

Format: https://github.com/cloudevents/spec (Kafka protocol binding 1.0, extensions partitioning, correlation,
sequence, expiry time and dataref). Header values are UTF-8.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, NamedTuple
from uuid import UUID

from contracts.headers import CONTENT_TYPE, HEADERS, MAX_ID_LENGTH, SPEC_VERSION
from contracts.ids import derived_id
from contracts.values import OWNER_PATTERN, REPLY_TOPIC_PATTERN, TENANT_PATTERN

EVENT_NAMESPACE: Final = UUID("6f0d5d3c-8f52-5f0e-9c5b-6d2f4f1f3a70")
_EVENT_NAMESPACE_BYTES: Final = EVENT_NAMESPACE.bytes

_EARLIEST_YEAR: Final = 1970
_LATEST_YEAR: Final = 9998
"""A year within the calendar's last, so that no change of time zone leaves the calendar."""

__all__ = [
    "CONTENT_TYPE",
    "EVENT_NAMESPACE",
    "MAX_ID_LENGTH",
    "SPEC_VERSION",
    "Envelope",
    "EnvelopeError",
    "Header",
    "decode_headers",
    "event_id",
    "format_time",
    "parse_envelope",
    "partition_key",
    "schema_uri",
]

Header = tuple[str, bytes]

_SAME_FOR_ALL: Final[tuple[Header, ...]] = (
    ("content-type", CONTENT_TYPE.encode()),
    ("ce_specversion", SPEC_VERSION.encode()),
)

_SHORTEST_LIMIT: Final = min(header.max_length for header in HEADERS.values())
_TENANT: Final = re.compile(TENANT_PATTERN)
_OWNER: Final = re.compile(OWNER_PATTERN)
_REPLY_TOPIC: Final = re.compile(REPLY_TOPIC_PATTERN)
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f]")
"""What CloudEvents forbids in a string attribute."""


class EnvelopeError(ValueError):
    """A header is missing or wrong; `field` names it and `reason` says why."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class Envelope(NamedTuple):
    """What every message says about itself.

    Attributes:
        id: unique for its source; the command id of commands, deterministic for outcomes.
        source: who sent it, a URI reference.
        type: which payload it carries, for instance ``poon.text.parse.v1``.
        time: when it was sent, with a time zone.
        tenant: whose data it is (``ce_tenantid``).
        owner: the person the spending belongs to (``ce_subject``).
        correlation_id: common to all messages of one conversation; the first command's id.
        causation_id: the id of the message that led to this one; None for a first command.
        sequence: the order within the source, as the sender counts.
        expiry_time: after this time the command is no longer to be carried out.
        reply_to: the topic a copy of the outcome is wanted on, one made for replies.
        data_ref: where a payload too large for the message is kept.
        traceparent: W3C trace context of the hop.
        tracestate: its vendor part.
    """

    id: str
    source: str
    type: str
    time: datetime
    tenant: str
    owner: str
    correlation_id: str | None = None
    causation_id: str | None = None
    sequence: str | None = None
    expiry_time: datetime | None = None
    reply_to: str | None = None
    data_ref: str | None = None
    traceparent: str | None = None
    tracestate: str | None = None

    @property
    def key(self) -> str:
        """The partition key: messages of one owner keep their order."""
        return partition_key(self.tenant, self.owner)

    @property
    def schema(self) -> str:
        """The URI of the payload's schema."""
        return schema_uri(self.type)

    def headers(self) -> list[Header]:
        """The record headers that carry this envelope."""
        type_header, schema_header = _of_type(self.type)
        headers = [
            *_SAME_FOR_ALL,
            ("ce_id", self.id.encode()),
            ("ce_source", self.source.encode()),
            type_header,
            ("ce_time", format_time(self.time).encode()),
            ("ce_subject", self.owner.encode()),
            schema_header,
            ("ce_partitionkey", self.key.encode()),
            ("ce_tenantid", self.tenant.encode()),
            ("ce_correlationid", (self.correlation_id or self.id).encode()),
        ]
        headers += [(header, value.encode()) for header, value in self._optional() if value is not None]
        return headers

    def _optional(self) -> tuple[tuple[str, str | None], ...]:
        return (
            ("ce_causationid", self.causation_id),
            ("ce_sequence", self.sequence),
            ("ce_expirytime", format_time(self.expiry_time) if self.expiry_time else None),
            ("ce_dataref", self.data_ref),
            ("ce_replyto", self.reply_to),
            ("traceparent", self.traceparent),
            ("tracestate", self.tracestate),
        )


@lru_cache(maxsize=256)
def _of_type(message_type: str) -> tuple[Header, Header]:
    return ("ce_type", message_type.encode()), ("ce_dataschema", schema_uri(message_type).encode())


def partition_key(tenant: str, owner: str) -> str:
    """The record key of an owner's messages."""
    return f"{tenant}/{owner}"


def schema_uri(message_type: str) -> str:
    """The URI that names a payload schema."""
    return f"urn:poon:schema:{message_type}"


def event_id(handler: str, tenant: str, causation_id: str, ordinal: int) -> UUID:
    """The deterministic id (UUIDv5) of the nth event a handler decides for a command.

    The tenant is part of it, so that one tenant's command ids never meet another's.
    """
    return derived_id(_EVENT_NAMESPACE_BYTES, f"{handler}|{tenant}|{causation_id}|{ordinal}")


def format_time(moment: datetime) -> str:
    """RFC 3339 in UTC with a trailing Z."""
    return moment.astimezone(UTC).isoformat()[:-6] + "Z"


def decode_headers(headers: Iterable[tuple[str, bytes | None]]) -> dict[str, str]:
    """Read record headers as text; of a repeated header the last counts.

    Raises:
        EnvelopeError: a CloudEvents header is no UTF-8, too long or holds a control character. A header of
            others that is no UTF-8 is skipped.
    """
    decoded: dict[str, str] = {}
    for name, value in headers:
        try:
            decoded[name] = (value or b"").decode()
        except UnicodeDecodeError:
            if name.startswith("ce_"):
                raise EnvelopeError(name, "is no UTF-8") from None
    # Nearly always all headers are short and printable, and none needs a look of its own.
    if not "".join(decoded.values()).isprintable() or max(map(len, decoded.values()), default=0) > _SHORTEST_LIMIT:
        for name, text in decoded.items():
            if name.startswith("ce_"):
                _refuse_unfit(name, text)
    return decoded


def _refuse_unfit(name: str, value: str) -> None:
    known = HEADERS.get(name)
    if known is not None and len(value) > known.max_length:
        raise EnvelopeError(name, f"is longer than {known.max_length} characters")
    if _CONTROL.search(value):
        raise EnvelopeError(name, "holds a control character")


def parse_envelope(headers: Sequence[tuple[str, bytes | None]], record_time: datetime) -> Envelope:
    """Read the envelope of a record.

    Args:
        headers: the record's headers.
        record_time: the record's own time-stamp, for a message without ``ce_time``.

    Raises:
        EnvelopeError: a required header is missing or a header is wrong.
    """
    found = decode_headers(headers)
    if _required(found, "ce_specversion") != SPEC_VERSION:
        raise EnvelopeError("ce_specversion", f"must be {SPEC_VERSION}")
    content_type = found.get("content-type")
    if content_type and content_type != CONTENT_TYPE and _media_type(content_type) != CONTENT_TYPE:
        raise EnvelopeError("content-type", f"must be {CONTENT_TYPE}")
    identity = _required(found, "ce_id")
    optional = found.get
    return Envelope(
        id=identity,
        source=_required(found, "ce_source"),
        type=_required(found, "ce_type"),
        time=_time(found, "ce_time") or record_time,
        tenant=_matching(found, "ce_tenantid", _TENANT),
        owner=_matching(found, "ce_subject", _OWNER),
        correlation_id=optional("ce_correlationid") or identity,
        causation_id=optional("ce_causationid") or None,
        sequence=optional("ce_sequence") or None,
        expiry_time=_time(found, "ce_expirytime") if "ce_expirytime" in found else None,
        reply_to=_matching(found, "ce_replyto", _REPLY_TOPIC) if optional("ce_replyto") else None,
        data_ref=optional("ce_dataref") or None,
        traceparent=optional("traceparent") or None,
        tracestate=optional("tracestate") or None,
    )


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _required(found: dict[str, str], name: str) -> str:
    value = found.get(name)
    if not value:
        raise EnvelopeError(name, "is missing or empty")
    return value


def _matching(found: dict[str, str], name: str, pattern: re.Pattern[str]) -> str:
    value = _required(found, name)
    if not pattern.fullmatch(value):
        raise EnvelopeError(name, f"must match {pattern.pattern}")
    return value


def _time(found: dict[str, str], name: str) -> datetime | None:
    value = found.get(name)
    if not value:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise EnvelopeError(name, "is no RFC 3339 time") from None
    if moment.tzinfo is None:
        raise EnvelopeError(name, "has no time zone")
    if not _EARLIEST_YEAR <= moment.year <= _LATEST_YEAR:
        raise EnvelopeError(name, f"lies outside the years {_EARLIEST_YEAR} to {_LATEST_YEAR}")
    return moment
