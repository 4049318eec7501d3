"""What to do when handling a command went wrong: one pure decision.

    permanent (RejectionError)            -> Reject: rejected outcome at once
    transient (TransientError, time-out)  -> Retry after a delay, in place; only that key waits
    transient, budget exhausted           -> GiveUp: dead letter and failed outcome
    ground missing (UnavailableError)     -> Wait: the same attempt again; never a dead letter
    anything else (a bug)                 -> like transient, with code internal_error

Back-off is exponential with full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter", 2015).
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from contracts.errors import ErrorCode
from workers.ports.errors import RejectionError, TransientError, UnavailableError


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how patiently a command is tried.

    Attributes:
        attempts: tries in all, the first included.
        base_delay: upper bound of the first delay, seconds; doubles with every attempt.
        max_delay: upper bound of every delay, seconds.
    """

    attempts: int = 5
    base_delay: float = 0.2
    max_delay: float = 30.0


@dataclass(frozen=True, slots=True)
class Reject:
    """End the command as rejected."""

    error: RejectionError


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again after `delay` seconds."""

    delay: float


@dataclass(frozen=True, slots=True)
class GiveUp:
    """End the command as failed, with a dead letter."""

    code: ErrorCode
    reason: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait `delay` seconds for the fleet's own ground; the attempt does not count."""

    delay: float


Step = Reject | Retry | GiveUp | Wait


class ConflictError(TransientError):
    """Another command changed the same stream while this one was decided."""

    def __init__(self) -> None:
        super().__init__(ErrorCode.CONCURRENT_UPDATE, "the stream moved on while the command was decided")


class UnstorableError(Exception):
    """The database refused the decision's rows; trying again would repeat it."""


def next_step(error: Exception, attempt: int, policy: RetryPolicy, rng: random.Random, waits: int = 0) -> Step:
    """Decide what follows on an error.

    Args:
        error: what the handler or the store raised.
        attempt: which attempt that was, from 1.
        policy: the command type's policy.
        rng: for the jitter.
        waits: how often this attempt has waited for the ground already.
    """
    if isinstance(error, RejectionError):
        return Reject(error)
    if isinstance(error, UnavailableError):
        return Wait(backoff(waits + 1, policy, rng))
    if isinstance(error, UnstorableError):
        return GiveUp(ErrorCode.INTERNAL_ERROR, str(error))
    code, reason = code_and_reason(error)
    if attempt >= policy.attempts:
        return GiveUp(code, reason)
    return Retry(backoff(attempt, policy, rng))


def backoff(attempt: int, policy: RetryPolicy, rng: random.Random) -> float:
    """A delay in seconds, anywhere between zero and the bound that doubles with every attempt."""
    bound = min(policy.max_delay, policy.base_delay * 2.0 ** min(attempt - 1, 32))
    return rng.uniform(0, bound)


def code_and_reason(error: Exception) -> tuple[ErrorCode, str]:
    """The code a failure would end with, and the reason told with it."""
    if isinstance(error, TransientError):
        return error.code, error.reason
    if isinstance(error, TimeoutError):
        return ErrorCode.BACKEND_TIMEOUT, "the handler ran out of its time budget"
    return ErrorCode.INTERNAL_ERROR, f"unexpected {type(error).__name__}"
