"""What kind of end an outcome tells of."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from contracts.base import Event
from contracts.events.outcomes import CommandFailed, CommandRejected
from contracts.registry import EVENTS


class OutcomeKind(StrEnum):
    """How a command ended; `other` for an outcome that only a newer release knows."""

    SUCCESS = "success"
    REJECTED = "rejected"
    FAILED = "failed"
    OTHER = "other"


def _kind(event: type[Event]) -> OutcomeKind:
    if issubclass(event, CommandFailed):
        return OutcomeKind.FAILED
    return OutcomeKind.REJECTED if issubclass(event, CommandRejected) else OutcomeKind.SUCCESS


_KINDS: Final = {name: _kind(event) for name, event in EVENTS.items()}


def outcome_kind(name: str) -> OutcomeKind:
    """The kind of an outcome by its CloudEvents type."""
    return _KINDS.get(name, OutcomeKind.OTHER)
