"""Turns what a person or script gives into commands; whatever is wrong is named, and then nothing is sent."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, Final

import orjson

from contracts.codec import PayloadError, decode_command
from contracts.commands.texts import ParseText
from contracts.envelope import Envelope, EnvelopeError, parse_envelope
from contracts.registry import COMMANDS
from workers.bootstrap.clients import SOURCE, Addressed
from workers.entrypoints.failures import InputError

_ENVELOPE_FIELDS: Final = ("id", "owner", "tenant", "correlation_id", "causation_id", "expires")
_FIELDS: Final = ("type", "data", *_ENVELOPE_FIELDS)
_OPTIONS: Final = {"ce_id": "id", "ce_subject": "owner", "ce_tenantid": "tenant"}
_EXAMPLE_TIME: Final = datetime(2025, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose command it is, unless it says so itself."""

    tenant: str
    owner: str


def text_command(text: str, sender: Sender, reference_date: date | None = None) -> Addressed:
    """One spending text.

    Raises:
        InputError: the text is blank or too long, or the sender is no legal one.
    """
    return addressed(ParseText.type, {"text": text, "reference_date": reference_date}, sender)


def text_commands(lines: Iterable[str], sender: Sender, reference_date: date | None = None) -> list[Addressed]:
    """A spending text a line; blank lines are skipped.

    Raises:
        InputError: at least one line is wrong; names each.
    """
    return _each(
        ((number, line) for number, line in enumerate(lines, start=1) if line.strip()),
        lambda line: text_command(line, sender, reference_date),
    )


def json_commands(document: str, sender: Sender) -> list[Addressed]:
    """One JSON object, or one a line.

    Raises:
        InputError: it is no JSON, or at least one command is wrong; names each line and field.
    """
    try:
        return [json_command(orjson.loads(document), sender)]
    except orjson.JSONDecodeError:
        lines = [(number, line) for number, line in enumerate(document.splitlines(), start=1) if line.strip()]
    return _each(lines, lambda line: json_command(_parsed(line), sender))


def json_command(value: object, sender: Sender) -> Addressed:
    """A command from an object of type, data and, where wanted, envelope fields.

    Raises:
        InputError: a field is unknown, missing or wrong.
    """
    if not isinstance(value, dict):
        raise InputError('a command is a JSON object: {"type": "...", "data": {...}}')
    unknown = [f"{name}: unknown field{_suggestion(name, _FIELDS)}" for name in value if name not in _FIELDS]
    if unknown:
        raise InputError(*unknown)
    wrong = _wrong_fields({name: value[name] for name in _ENVELOPE_FIELDS if name in value})
    if wrong or not isinstance(value.get("data"), dict):
        raise InputError(*(wrong or ["data: is missing or no object"]))
    named = {name: value[name] for name in ("tenant", "owner") if name in value}
    command = addressed(str(value.get("type", "")), value["data"], replace(sender, **named))
    return checked(
        replace(
            command,
            id=value.get("id"),
            correlation_id=value.get("correlation_id"),
            causation_id=value.get("causation_id"),
            expires=_moment(value.get("expires")),
        )
    )


def addressed(command_type: str, data: Mapping[str, Any], sender: Sender) -> Addressed:
    """A validated command with its envelope fields.

    Raises:
        InputError: the type is unknown, or a field is missing or wrong.
    """
    if not command_type:
        raise InputError(f"type: is missing; known are {', '.join(COMMANDS)}")
    if command_type not in COMMANDS:
        hint = _suggestion(command_type, tuple(COMMANDS)) or f"; known are {', '.join(COMMANDS)}"
        raise InputError(f"type: unknown command type {command_type!r}{hint}")
    try:
        # Read exactly as a worker will read it, so that what passes here is not refused there.
        command = decode_command(command_type, orjson.dumps(data))
    except PayloadError as error:
        raise InputError(str(error)) from None
    return checked(Addressed(command=command, tenant=sender.tenant, owner=sender.owner))


def checked(command: Addressed) -> Addressed:
    """The same command, if a worker will accept its envelope.

    Raises:
        InputError: an envelope field is wrong.
    """
    envelope = Envelope(
        id="made-up-when-sent" if command.id is None else command.id,
        source=SOURCE,
        type=command.command.type,
        time=_EXAMPLE_TIME,
        tenant=command.tenant,
        owner=command.owner,
        correlation_id=command.correlation_id,
        causation_id=command.causation_id,
    )
    try:
        parse_envelope(envelope.headers(), _EXAMPLE_TIME)
    except EnvelopeError as error:
        raise InputError(f"{_OPTIONS.get(error.field, error.field)}: {error.reason}") from None
    return command


def _wrong_fields(given: Mapping[str, object]) -> list[str]:
    return [
        f"{name}: {'is a text' if not isinstance(value, str) else 'is missing or empty'}"
        for name, value in given.items()
        if not isinstance(value, str) or not value
    ]


def _each(lines: Iterable[tuple[int, str]], read: Any) -> list[Addressed]:  # noqa: ANN401
    commands: list[Addressed] = []
    problems: list[str] = []
    for number, line in lines:
        try:
            commands.append(read(line))
        except InputError as error:
            problems.extend(f"line {number}: {problem}" for problem in error.problems)
    if problems:
        raise InputError(*problems, "nothing was sent")
    if not commands:
        raise InputError("there is nothing to send")
    return commands


def _parsed(line: str) -> object:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise InputError(f"is no JSON: {error.msg} at column {error.colno}") from None


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"expires: is no RFC 3339 time: {text!r}") from None
    if moment.tzinfo is None:
        raise InputError("expires: has no time zone")
    return moment


def _suggestion(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f", did you mean {close[0]}?" if close else ""
