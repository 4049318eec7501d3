"""What is sent for the pictures, and how the model server behaves meanwhile: planned, so that lines have a shape."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from contracts.base import Command
from tests.e2e.observed_fleet import answers, failures, successes
from tests.pictures.words import clock_text
from tests.services.model_server import Response, failure

_OWNERS: Final = 24
_TEXTS: Final = 4
_PAUSE_SECONDS: Final = 3.5
_BUSY: Final = ((0.3, 0.55),)
_BUSY_PAUSE_SECONDS: Final = 1.2
_SLOW: Final = ((0.4, 0.5),)
# Twice: what begins once is no rise of a counter that was not there before.
_AWAY: Final = ((0.12, 0.18), (0.7, 0.79))
_LATE_SECONDS: Final = 0.06
_SLOW_SECONDS: Final = 0.7
_FAILURES_EVERY: Final = 4
_NO_COMMAND_EVERY: Final = 11
_AGAIN_EVERY: Final = 6


@dataclass(frozen=True, slots=True)
class Wave:
    """Commands of one owner, sent together.

    Attributes:
        at: seconds from the beginning.
        with_no_command: whether something that is no command comes along.
    """

    at: float
    owner: str
    commands: dict[str, Command]
    with_no_command: bool


def waves(seconds: float) -> Iterator[Wave]:
    """All of a run, in their order."""
    at, number = 0.0, 0
    while at < seconds:
        yield _wave(number, at)
        at += _BUSY_PAUSE_SECONDS if _within(_BUSY, at / seconds) else _PAUSE_SECONDS
        number += 1


def behaviour(request: dict[str, Any], share: float) -> Response:
    """What the model server answers: slower while it is busiest, away twice.

    Args:
        request: its body.
        share: how much of the run is over, from 0 to 1.
    """
    if _within(_AWAY, share):
        return failure("503 Service Unavailable", "overloaded")
    return replace(answers(request), late=_SLOW_SECONDS if _within(_SLOW, share) else _LATE_SECONDS)


def plan(seconds: float) -> str:
    """What was made to happen, and when, in words."""
    parts = (("most is sent", _BUSY), ("the model server is slow", _SLOW), ("it is away", _AWAY))
    return "; ".join(f"{what} {' and '.join(_told(span, seconds) for span in spans)}" for what, spans in parts)


def _told(span: tuple[float, float], seconds: float) -> str:
    begin, end = span
    return f"from {clock_text(begin * seconds)} to {clock_text(end * seconds)}"


def _wave(number: int, at: float) -> Wave:
    commands = successes(f"w{number}", _TEXTS)
    if number % _FAILURES_EVERY == 1:
        commands |= failures(f"w{number}")
    if number >= _OWNERS and number % _AGAIN_EVERY == 0:
        # Of the same owner, and long done: its outcome is published again.
        before = f"w{number - _OWNERS}"
        commands[f"{before}-meal"] = successes(before, 0)[f"{before}-meal"]
    return Wave(at, f"owner-{number % _OWNERS}", commands, number % _NO_COMMAND_EVERY == 2)


def _within(spans: tuple[tuple[float, float], ...], share: float) -> bool:
    return any(begin <= share < end for begin, end in spans)
