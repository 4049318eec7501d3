"""Which calls at AI backends were made for the work at hand, so that its trace can tell of them.

What is told must not change an answer, so it is no argument of the AI ports. The runtime begins a list around each
attempt; whoever calls a backend notes each call that ended. Nothing here blocks.
"""

from __future__ import annotations

from contextvars import ContextVar
from decimal import Decimal
from typing import Final, NamedTuple

MOST: Final = 32
"""Calls of one attempt that are kept; a statement of many rows may make thousands."""


class ModelUse(NamedTuple):
    """What a question to a model was made with, and what came of it.

    Attributes:
        model: as it was asked for.
        host: of the server.
        port: likewise.
        most_tokens: the bound on the answer.
        temperature: None where it was left to the server.
        requests: how often it was sent; a second time when the first answer could not be used.
        answered_by: the model the server says has answered, where it says so.
        finish_reason: why the answer ended, as the server says.
        cost: by the prices in the settings; None where there are none.
        currency: of the cost.
    """

    model: str
    host: str
    port: int
    most_tokens: int
    temperature: float | None
    requests: int = 1
    input_tokens: int = 0
    output_tokens: int = 0
    answered_by: str | None = None
    finish_reason: str | None = None
    cost: Decimal | None = None
    currency: str = ""


class Call(NamedTuple):
    """A call at a backend that has ended.

    Attributes:
        capability: what for, as in `BackendAnswer.capability`.
        backend: its name, as in `BackendAnswer.backend`.
        started: a reading of the monotonic clock, seconds; so is `ended`. Waiting for its turn came before.
        error: of a fixed set of words; None when there was an answer.
        model: of a call at a model server.
    """

    capability: str
    backend: str
    started: float
    ended: float
    error: str | None = None
    model: ModelUse | None = None


_NOTED: Final[ContextVar[list[Call] | None]] = ContextVar("calls", default=None)


def note_calls() -> list[Call]:
    """Begin a list for the current task and those it starts; it grows while they work."""
    noted: list[Call] = []
    _NOTED.set(noted)
    return noted


def note(call: Call) -> None:
    """Note a call; of no effect where nobody asked for it, or above MOST."""
    noted = _NOTED.get()
    if noted is not None and len(noted) < MOST:
        noted.append(call)
