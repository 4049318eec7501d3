"""Payloads to bytes and back: the one place where JSON of the wire becomes a typed message."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final, TypeVar, cast

from pydantic import ValidationError

from contracts.base import Command, Event, Message
from contracts.errors import ErrorCode
from contracts.registry import COMMANDS, EVENTS
from contracts.upcasters import UPCASTERS, Upcaster, current_type, upcast

M = TypeVar("M", bound=Message)

_PLAIN_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_NAMELESS: Final = "?"
_SHAPE_ERRORS: Final = (LookupError, TypeError, ValueError, AttributeError)
"""What an upcaster raises when the payload has not the shape it starts from."""


_CONSTANT_REASONS: Final = {
    "uuid_parsing": "Input should be a valid UUID",
    "extra_forbidden": "is no field of this message",
}


class PayloadError(ValueError):
    """A payload cannot be read.

    Attributes:
        code: malformed_message (no JSON object), unknown_type or invalid_command.
        field: the dotted path of the field that is wrong, None where it is the payload as a whole.
        reason: what is wrong with it; never contains a value the sender wrote.
    """

    def __init__(self, code: ErrorCode, reason: str, field: str | None = None) -> None:
        super().__init__(f"{field}: {reason}" if field else reason)
        self.code = code
        self.field = field
        self.reason = reason


def decode_command(message_type: str, value: bytes | None, steps: Mapping[str, Upcaster] = UPCASTERS) -> Command:
    """Read a command as it was sent, strictly: types as in the schema, no unknown field at any depth.

    Args:
        message_type: the CloudEvents type.
        value: the record's value.
        steps: the upcasters; those released unless given.

    Raises:
        PayloadError: the value is no JSON object, the type is unknown or a field is wrong.
    """
    command = _class_of(message_type, COMMANDS, steps)
    data = _upcast(message_type, _present(value), steps, ErrorCode.INVALID_COMMAND)
    try:
        return command.model_validate_json(data, strict=True, extra="forbid")
    except ValidationError as error:
        raise _payload_error(error, data, ErrorCode.INVALID_COMMAND) from None


def decode_event(message_type: str, value: bytes | None, steps: Mapping[str, Upcaster] = UPCASTERS) -> Event:
    """Read an event tolerantly: fields added by a newer publisher are ignored at every depth.

    Args:
        message_type: the CloudEvents type.
        value: the record's value or the stored payload.
        steps: the upcasters; those released unless given.

    Raises:
        PayloadError: the value is no JSON object, the type is unknown or a field is wrong. The fleet never
            publishes a wrong event, so the code is malformed_message for both.
    """
    event = _class_of(message_type, EVENTS, steps)
    data = _upcast(message_type, _present(value), steps, ErrorCode.MALFORMED_MESSAGE)
    try:
        return event.model_validate_json(data, extra="ignore")
    except ValidationError as error:
        raise _payload_error(error, data, ErrorCode.MALFORMED_MESSAGE) from None


def encode(message: Message) -> bytes:
    """Compact UTF-8 JSON, the same bytes for equal messages; fields without a value are left out."""
    # What `model_dump_json` calls; it makes text of these bytes, and the wire wants bytes.
    return message.__pydantic_serializer__.to_json(message, exclude_none=True)


def _class_of(message_type: str, known: Mapping[str, type[M]], steps: Mapping[str, Upcaster]) -> type[M]:
    found = known.get(current_type(message_type, steps) if message_type in steps else message_type)
    if found is None:
        raise PayloadError(ErrorCode.UNKNOWN_TYPE, "is no type this fleet knows", "ce_type")
    return found


def _present(value: bytes | None) -> bytes:
    if value is None:
        raise PayloadError(ErrorCode.MALFORMED_MESSAGE, "the record has no value")
    return value


def _upcast(message_type: str, value: bytes, steps: Mapping[str, Upcaster], code: ErrorCode) -> bytes:
    if message_type not in steps:
        return value
    payload = _parsed(value)
    if not isinstance(payload, dict):
        raise PayloadError(ErrorCode.MALFORMED_MESSAGE, "the value is no JSON object")
    try:
        return json.dumps(upcast(message_type, payload, steps)[1], ensure_ascii=False).encode()
    except _SHAPE_ERRORS:
        raise PayloadError(code, f"the payload has not the shape of {message_type}") from None


def _parsed(value: bytes) -> object:
    try:
        return cast("object", json.loads(value.decode()))
    except (ValueError, RecursionError):
        return None


def _payload_error(error: ValidationError, data: bytes, code: ErrorCode) -> PayloadError:
    first = cast("dict[str, Any]", error.errors(include_url=False, include_input=False)[0])
    if first["type"] == "json_invalid":
        return PayloadError(ErrorCode.MALFORMED_MESSAGE, str(first["msg"]))
    if first["type"] == "model_type" and not first["loc"]:
        return PayloadError(ErrorCode.MALFORMED_MESSAGE, "the value is no JSON object")
    return PayloadError(code, _reason(first), _field(first, _parsed(data)))


def _reason(detail: Mapping[str, Any]) -> str:
    """Pydantic's message, without those parts of it that repeat what the sender wrote."""
    match detail["type"]:
        case "value_error":
            return str(detail["ctx"]["error"])
        case "union_tag_invalid":
            return f"Input should have a {detail['ctx']['discriminator']} of {detail['ctx']['expected_tags']}"
        case "uuid_parsing" | "extra_forbidden" as kind:
            return _CONSTANT_REASONS[kind]
        case "too_long" if detail["ctx"]["field_type"] == "Value":
            return f"String should have at most {detail['ctx']['max_length']} characters"
        case "string_too_short" if detail["ctx"]["min_length"] == 1:
            return "is empty or blank"
        case _:
            return str(detail["msg"])


def _field(detail: Mapping[str, Any], payload: object) -> str | None:
    """The dotted path in the payload as sent.

    Pydantic's location also names the chosen member of a union, which the sender never wrote: such a step
    leads nowhere in the payload and is left out. A name that could be anything but a field's is not repeated.
    """
    steps: list[str] = []
    for step in detail["loc"]:
        missing_here = detail["type"] == "missing" and step == detail["loc"][-1]
        if isinstance(payload, dict) and step not in payload and not missing_here:
            continue
        steps.append(_plain(step))
        payload = _child(payload, step)
    return ".".join(steps) or None


def _plain(step: int | str) -> str:
    name = str(step)
    return name if isinstance(step, int) or _PLAIN_NAME.fullmatch(name) else _NAMELESS


def _child(payload: object, step: int | str) -> object:
    members = dict(enumerate(payload)) if isinstance(payload, list) else payload
    return members.get(step) if isinstance(members, dict) else None
