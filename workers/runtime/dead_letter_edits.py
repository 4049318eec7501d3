"""Changing what a dead letter will be sent as; nothing is accepted that a worker would not take. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from contracts.codec import PayloadError, decode_command, encode
from contracts.registry import COMMANDS
from contracts.upcasters import current_type, upcast
from workers.ports.dead_letters import Action, Edit, FiledLetter
from workers.runtime.redrive import (
    EDIT_FIRST,
    NotRedrivableError,
    RedriveRules,
    Waiver,
    readable_envelope,
    replacement,
)

_ANYTHING: Final = RedriveRules(0, frozenset(Waiver))


class EditError(ValueError):
    """An edit would not make a command; names the field and why, never a value that was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an operator wants changed.

    Attributes:
        data: the whole payload anew.
        fields: single fields by their path, applied in order.
        type: another CloudEvents type.
        tenant: whose data it is, where the headers do not tell, as with `owner`.
    """

    data: Mapping[str, Any] | None = None
    fields: Sequence[tuple[str, object]] = ()
    type: str | None = None
    tenant: str | None = None
    owner: str | None = None


def edited(filed: FiledLetter, change: Change, action: Action) -> FiledLetter:
    """The dead letter, which comes with its contents, with the change applied; changes add up.

    Raises:
        EditError: what came of it is no command a worker would accept.
        DeadLetterStateError: it does not wait any more.
    """
    if (change.tenant or change.owner) and readable_envelope(filed.letter) is not None:
        raise EditError("tenant, owner: the record tells them itself, and a command is never moved to somebody else")
    command_type = _type(filed, change)
    payload = _payload(filed, change)
    for path, value in change.fields:
        _set(payload, path, value)
    before = filed.edit or Edit(type=command_type, data="")
    edit = Edit(
        type=command_type,
        data=_checked(command_type, payload),
        tenant=change.tenant or before.tenant,
        owner=change.owner or before.owner,
    )
    after = filed.edited(edit, action)
    _refuse_unsendable(after, action.at)
    return after


def _type(filed: FiledLetter, change: Change) -> str:
    wanted = change.type or (filed.edit.type if filed.edit else filed.letter.command_type)
    found = current_type(wanted)
    if found not in COMMANDS:
        raise EditError(f"type: {wanted!r} is no command this fleet knows; known are {', '.join(COMMANDS)}")
    return found


def _payload(filed: FiledLetter, change: Change) -> dict[str, Any]:
    """What the fields are set in: the new payload, or the one that would be sent so far, in its current version."""
    if change.data is not None:
        return dict(change.data)
    if filed.edit is not None:
        return cast("dict[str, Any]", json.loads(filed.edit.data))
    contents = filed.letter.contents
    try:
        payload = json.loads((contents and contents.value) or b"")
    except (ValueError, RecursionError):
        payload = None
    if not isinstance(payload, dict):
        raise EditError("data: what was sent is no JSON object; give the whole payload")
    try:
        return upcast(filed.letter.command_type, payload)[1]
    except (LookupError, TypeError, ValueError, AttributeError):
        raise EditError("data: what was sent has not the shape of its type; give the whole payload") from None


def _set(payload: dict[str, Any], path: str, value: object) -> None:
    *way, last = path.split(".")
    place: object = payload
    for step in way:
        place = _child(place, step, path)
    if isinstance(place, dict):
        place[last] = value
    elif isinstance(place, list) and last.isdigit() and int(last) < len(place):
        place[int(last)] = value
    else:
        raise EditError(f"{path}: there is no such place in the payload")


def _child(place: object, step: str, path: str) -> object:
    if isinstance(place, dict):
        return place.setdefault(step, {})
    if isinstance(place, list) and step.isdigit() and int(step) < len(place):
        return place[int(step)]
    raise EditError(f"{path}: there is no such place in the payload")


def _checked(command_type: str, payload: Mapping[str, Any]) -> str:
    try:
        return encode(decode_command(command_type, json.dumps(payload).encode())).decode()
    except PayloadError as error:
        raise EditError(str(error)) from None
    except (TypeError, ValueError, RecursionError):
        raise EditError("data: cannot be written as JSON") from None


def _refuse_unsendable(filed: FiledLetter, now: datetime) -> None:
    try:
        replacement(filed, _ANYTHING, now)
    except NotRedrivableError as error:
        raise EditError(error.reason.removesuffix(EDIT_FIRST)) from None
