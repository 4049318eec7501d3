"""Turns what an operator gives on the command line into dead letters to look for and changes to make."""

from __future__ import annotations

import getpass
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import orjson
import typer

from contracts.registry import AREAS
from workers.entrypoints.failures import InputError
from workers.ports.clock import Clock
from workers.ports.dead_letters import Action, DeadLetterBox, DeadLetterFilter

PAGE: Final = 200
"""Dead letters looked up at a time."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The dead letters a command is about: those named, or those a filter finds.

    Attributes:
        limit: the most a filter may find.
    """

    ids: Sequence[UUID]
    wanted: DeadLetterFilter
    limit: int

    @property
    def is_bulk(self) -> bool:
        """Whether they are more than one, or not known by name."""
        return len(self.ids) != 1

    async def resolve(self, box: DeadLetterBox) -> Sequence[UUID]:
        """Their ids, oldest first where a filter found them.

        Raises:
            InputError: there is no letter of a given id.
        """
        if self.ids:
            known = {filed.letter.id for filed in await box.get(self.ids)}
            unknown = [identity for identity in self.ids if identity not in known]
            if unknown:
                raise InputError(*(f"there is no dead letter {identity}" for identity in unknown))
            return list(dict.fromkeys(self.ids))
        found: list[UUID] = []
        while page := await box.find(self.wanted, min(PAGE, self.limit - len(found)), found[-1] if found else None):
            found.extend(filed.letter.id for filed in page)
            if len(found) >= self.limit:
                break
        return found


def selection(ids: Sequence[str] | None, wanted: DeadLetterFilter, limit: int, *, everything: bool) -> Selection:
    """What is meant.

    Raises:
        InputError: an id is none.
        typer.BadParameter: nothing was named, or both ids and a filter were.
    """
    filtered = wanted != DeadLetterFilter(statuses=wanted.statuses)
    if ids and (filtered or everything):
        raise typer.BadParameter("give ids or a filter, not both", param_hint="ID")
    if not ids and not filtered and not everything:
        raise typer.BadParameter("name dead letters by id, give a filter, or say --all", param_hint="ID")
    return Selection(letter_ids(ids or ()), wanted, limit)


def letter_ids(texts: Sequence[str]) -> list[UUID]:
    """Ids from their texts.

    Raises:
        InputError: one is no UUID.
    """
    found: list[UUID] = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            raise InputError(f"{text!r} is no id of a dead letter; `poon dlq list` shows them") from None
    return found


def moment(text: str | None, option: str) -> datetime | None:
    """A moment from RFC 3339, in UTC where it has no offset.

    Raises:
        typer.BadParameter: it is none.
    """
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is no date or time such as 2026-01-15 or 2026-01-15T12:40:00+07:00", param_hint=option
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def known_area(area: str | None) -> str | None:
    """The area, if there is one of that name.

    Raises:
        typer.BadParameter: there is none.
    """
    if area is not None and area not in AREAS:
        raise typer.BadParameter(f"unknown area {area!r}, choose from {', '.join(AREAS)}", param_hint="--area")
    return area


def fields_of(settings: Sequence[str]) -> list[tuple[str, object]]:
    """Paths and values of ``path=value``, the value in JSON.

    Raises:
        InputError: one has no path, or its value is no JSON.
    """
    found: list[tuple[str, object]] = []
    for setting in settings:
        path, equals, value = setting.partition("=")
        if not path or not equals:
            raise InputError(f"--set: write PATH=JSON, for instance --set merchant='\"Cafe\"', not {path!r}")
        try:
            found.append((path, orjson.loads(value)))
        except orjson.JSONDecodeError:
            raise InputError(f"--set {path}: the value is no JSON; a text needs its quotes: '\"…\"'") from None
    return found


def payload_of(text: str) -> Mapping[str, Any]:
    """A payload from its JSON.

    Raises:
        InputError: it is no JSON object.
    """
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InputError(f"--data: is no JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None
    if not isinstance(found, dict):
        raise InputError("--data: is no JSON object")
    return found


def action(clock: Clock, by: str | None, reason: str | None) -> Action:
    """Who does it, now, and why."""
    return Action(clock.now(), operator(by), reason and _storable(reason))


def operator(by: str | None) -> str:
    """Who does it: the user's name unless one is given."""
    return _storable(by or _user())


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        return "unknown"


def _storable(text: str) -> str:
    """A text every database can hold, whatever the shell passed on."""
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()
