"""Every record header of the fleet: name, meaning, form and whether a message may go without it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from contracts.values import OWNER_PATTERN, REPLY_TOPIC_PATTERN, TENANT_PATTERN

SPEC_VERSION: Final = "1.0"
CONTENT_TYPE: Final = "application/json"
MAX_ID_LENGTH: Final = 200
MAX_ATTRIBUTE_LENGTH: Final = 1_000
MAX_REPLY_TOPIC_LENGTH: Final = 76


class HeaderForm(StrEnum):
    """How a header's bytes are to be read."""

    TEXT = "UTF-8"
    TIME = "RFC 3339, UTF-8"
    INT32 = "int32, big endian"
    INT64 = "int64, big endian"


@dataclass(frozen=True, slots=True)
class HeaderInfo:
    """What is known of a header.

    Attributes:
        name: as it stands in the record.
        description: what it tells.
        example: a realistic value.
        required: whether a message without it is refused.
        form: how its bytes are to be read.
        pattern: what the value must match; None for anything.
        max_length: the most characters it may have.
    """

    name: str
    description: str
    example: str
    required: bool = False
    form: HeaderForm = HeaderForm.TEXT
    pattern: str | None = None
    max_length: int = MAX_ATTRIBUTE_LENGTH


def _id(name: str, description: str, example: str, *, required: bool = False) -> HeaderInfo:
    return HeaderInfo(name, description, example, required=required, max_length=MAX_ID_LENGTH)


HEADERS: Final[dict[str, HeaderInfo]] = {
    header.name: header
    for header in (
        HeaderInfo(
            "content-type",
            "The media type of the value. Parameters are allowed; left out it is taken for granted.",
            CONTENT_TYPE,
            pattern=r"^application/json(;.*)?$",
        ),
        HeaderInfo("ce_specversion", "The CloudEvents version.", SPEC_VERSION, required=True, pattern=r"^1\.0$"),
        _id(
            "ce_id",
            "Unique for its tenant and area. A command sent again with the same id is the same command; an "
            "outcome's id is derived from its command, so consumers deduplicate on it.",
            "01997a4e-6f0b-7c3d-9f11-2f5c8f1f9d10",
            required=True,
        ),
        HeaderInfo("ce_source", "Who sent it, a URI reference.", "/apps/mobile", required=True),
        HeaderInfo(
            "ce_type", "Which payload it carries; see the messages reference.", "poon.text.parse.v1", required=True
        ),
        HeaderInfo(
            "ce_time",
            "When it was sent, with an offset. Left out, the record's own time-stamp counts.",
            "2026-01-15T05:40:00Z",
            form=HeaderForm.TIME,
        ),
        HeaderInfo(
            "ce_subject",
            "The owner: the person the spending belongs to.",
            "user-42",
            required=True,
            pattern=OWNER_PATTERN,
            max_length=128,
        ),
        HeaderInfo(
            "ce_dataschema",
            "The URI of the payload's JSON Schema. Written by the fleet, not checked when read.",
            "urn:poon:schema:poon.text.parse.v1",
        ),
        HeaderInfo(
            "ce_partitionkey",
            "The record key, `<tenant>/<owner>`. Written by the fleet, not checked when read.",
            "acme/user-42",
        ),
        HeaderInfo(
            "ce_tenantid",
            "Whose data it is. Nothing of one tenant is ever seen by another.",
            "acme",
            required=True,
            pattern=TENANT_PATTERN,
            max_length=63,
        ),
        _id(
            "ce_correlationid",
            "Common to all messages of one conversation: the first command's id. Left out, the message's own id.",
            "01997a4e-6f0b-7c3d-9f11-2f5c8f1f9d10",
        ),
        _id(
            "ce_causationid",
            "The id of the message that led to this one; outcomes name their command here.",
            "01997a4e-6f0b-7c3d-9f11-2f5c8f1f9d10",
        ),
        HeaderInfo("ce_sequence", "The order within the source, as the sender counts.", "17"),
        HeaderInfo(
            "ce_expirytime",
            "After this time the command is rejected as `expired` instead of being carried out.",
            "2026-01-16T05:40:00Z",
            form=HeaderForm.TIME,
        ),
        HeaderInfo(
            "ce_dataref",
            "Where a payload too large for the message is kept.",
            "s3://poon-payloads/acme/0f3c.json",
        ),
        HeaderInfo(
            "ce_replyto",
            "The topic a copy of the outcome is wanted on. Another topic than one for replies is refused.",
            "poon.replies.mobile",
            pattern=REPLY_TOPIC_PATTERN,
            max_length=MAX_REPLY_TOPIC_LENGTH,
        ),
        HeaderInfo(
            "traceparent",
            "W3C trace context of the hop.",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ),
        HeaderInfo("tracestate", "The vendors' part of the trace context.", "vendor=value"),
    )
}
"""The headers of every command and event, in the order they are written."""

DEAD_LETTER_HEADERS: Final[dict[str, HeaderInfo]] = {
    header.name: header
    for header in (
        HeaderInfo("kafka_dlt-original-topic", "Where the record was consumed.", "poon.texts.commands", required=True),
        HeaderInfo(
            "kafka_dlt-original-partition", "The partition it came from.", "3", required=True, form=HeaderForm.INT32
        ),
        HeaderInfo("kafka_dlt-original-offset", "Its position there.", "1289", required=True, form=HeaderForm.INT64),
        HeaderInfo(
            "kafka_dlt-original-timestamp",
            "Its own time, milliseconds since the epoch.",
            "1768455600000",
            required=True,
            form=HeaderForm.INT64,
        ),
        HeaderInfo("kafka_dlt-original-consumer-group", "The group that gave it up.", "poon-texts", required=True),
        HeaderInfo("kafka_dlt-exception-fqcn", "The error's class.", "contracts.codec.PayloadError", required=True),
        HeaderInfo("kafka_dlt-exception-message", "What was wrong.", "malformed_message: no JSON", required=True),
        HeaderInfo("kafka_dlt-exception-stacktrace", "Where in the code it was found.", "Traceback …"),
        HeaderInfo(
            "poon_outcome-id",
            "The `ce_id` of the outcome that told of it.",
            "3f0a6c8e-9c55-5d0e-8f6a-4c8d1b7a2e11",
            required=True,
        ),
    )
}
"""What a dead letter carries beside the headers of the record it was; Spring's names, so that tools read them."""

REDRIVE_COUNT: Final = "poon_redrive-count"

REDRIVE_HEADERS: Final[dict[str, HeaderInfo]] = {
    header.name: header
    for header in (
        HeaderInfo(REDRIVE_COUNT, "How many redrives led to this command; `poon dlq redrive` has a cap.", "1"),
    )
}
"""What a redriven command carries beside the headers of every command; `ce_causationid` names the one it replaces."""
