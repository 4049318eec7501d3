"""What to do when handling a command went wrong: a pure state machine.

    permanent (RejectionError)            -> Reject: rejected outcome at once
    transient (TransientError, time-out)  -> Retry after a delay, in place; only that key waits
    transient, attempts or time used up   -> GiveUp: dead letter and failed outcome
    ground missing (UnavailableError)     -> Wait: the same attempt again; never a dead letter
    anything else (a bug)                 -> like transient, with code internal_error

The state is an `Effort`, the event a `Failure`. Retry and Wait carry the next state; Reject and GiveUp are final.
Back-off is exponential with full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter", 2015).
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Final

from contracts.errors import ErrorCode
from workers.ports.errors import (
    BackendBusyError,
    CapabilityOutageError,
    RejectionError,
    TransientError,
    UnavailableError,
)

DATABASE: Final = "database"
"""The ground a handler stands on when an error does not name another."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how patiently a command is tried.

    Attributes:
        attempts: tries in all, the first included.
        base_delay: upper bound of the first delay, seconds; doubles with every attempt.
        max_delay: upper bound of every delay, seconds.
        total_time: what may be spent on the command in all, seconds: handling and the delays between attempts. No
            attempt begins later than that. Outages and storing the outcome do not count.
    """

    attempts: int = 5
    base_delay: float = 0.2
    max_delay: float = 30.0
    total_time: float = 900.0


OUTAGE: Final = RetryPolicy(base_delay=0.1, max_delay=5.0)
"""The delays of waiting for missing ground: short, so that work goes on soon after it is back."""


@dataclass(frozen=True, slots=True)
class Effort:
    """What has been spent on a command so far.

    Attributes:
        attempt: the attempt that is under way or comes next, from 1.
        waits: how often this attempt has waited for missing ground.
        spent: seconds of handling and delays before this attempt.
    """

    attempt: int = 1
    waits: int = 0
    spent: float = 0.0


FIRST: Final = Effort()
"""Where every command begins."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An attempt that did not end in a decision that was stored.

    Attributes:
        error: what the handler or the store raised.
        took: seconds the handler worked; storing, which waits for the database, is left out.
    """

    error: Exception
    took: float = 0.0


@dataclass(frozen=True, slots=True)
class Reject:
    """End the command as rejected."""

    error: RejectionError


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again after `delay` seconds; `effort` is the state from then on."""

    delay: float
    effort: Effort


@dataclass(frozen=True, slots=True)
class GiveUp:
    """End the command as failed, with a dead letter."""

    code: ErrorCode
    reason: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Try the same attempt again after `delay` seconds, which do not count; `effort` is the state from then on.

    Attributes:
        ground: what is missing, by name; None when it is there but busy, which is no outage.
    """

    delay: float
    effort: Effort
    ground: str | None


Step = Reject | Retry | GiveUp | Wait


class ConflictError(TransientError):
    """Another command changed the same stream while this one was decided; says which and where it is, if known."""

    def __init__(self, stream: str | None = None, version: int | None = None) -> None:
        moved = "the stream moved on" if stream is None else f"{stream} moved on to version {version}"
        super().__init__(ErrorCode.CONCURRENT_UPDATE, f"{moved} while the command was decided")


class UnstorableError(Exception):
    """The database refused the decision's rows; trying again would repeat it."""


def next_step(effort: Effort, failure: Failure, policy: RetryPolicy, rng: random.Random) -> Step:
    """Decide what follows on a failed attempt.

    Args:
        effort: the state the attempt began in.
        failure: what happened.
        policy: the command type's policy.
        rng: for the jitter.
    """
    error = failure.error
    if isinstance(error, RejectionError):
        return Reject(error)
    if isinstance(error, UnavailableError):
        waiting = replace(effort, waits=effort.waits + 1)
        return Wait(backoff(waiting.waits, OUTAGE, rng), waiting, _missing(error))
    if isinstance(error, UnstorableError):
        return GiveUp(ErrorCode.INTERNAL_ERROR, str(error))
    return _again_or_never(effort, failure, policy, rng)


def backoff(attempt: int, policy: RetryPolicy, rng: random.Random) -> float:
    """A delay in seconds, anywhere between zero and the bound that doubles with every attempt."""
    return rng.uniform(0, longest_delay(attempt, policy))


def longest_delay(attempt: int, policy: RetryPolicy) -> float:
    """The upper bound of the delay after an attempt, seconds."""
    return min(policy.max_delay, policy.base_delay * 2.0 ** min(attempt - 1, 32))


def code_and_reason(error: Exception) -> tuple[ErrorCode, str]:
    """What a failed outcome says of an error: never the words of an unknown one, which may be the owner's."""
    if isinstance(error, TransientError):
        return error.code, error.reason
    if isinstance(error, TimeoutError):
        return ErrorCode.BACKEND_TIMEOUT, "the handler ran out of its time budget"
    return ErrorCode.INTERNAL_ERROR, f"unexpected {type(error).__name__}"


def _again_or_never(effort: Effort, failure: Failure, policy: RetryPolicy, rng: random.Random) -> Retry | GiveUp:
    code, reason = code_and_reason(failure.error)
    spent = effort.spent + failure.took
    if effort.attempt >= policy.attempts:
        return GiveUp(code, reason)
    if spent >= policy.total_time:
        return GiveUp(code, f"{reason}; the {policy.total_time:g} s for it are used up")
    delay = min(backoff(effort.attempt, policy, rng), policy.total_time - spent)
    return Retry(delay, Effort(effort.attempt + 1, 0, spent + delay))


def _missing(error: UnavailableError) -> str | None:
    if isinstance(error, BackendBusyError):
        return None
    return error.capability if isinstance(error, CapabilityOutageError) else DATABASE
