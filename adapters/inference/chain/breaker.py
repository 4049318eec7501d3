"""A circuit breaker over a window of time: a backend that mostly fails is left alone for a while. Pure.

Times are those of a monotonic clock and come in as arguments. Each call that was permitted ends in one of `answered`,
`failed` and `abandoned`.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple


class State(IntEnum):
    """Whether a backend is asked."""

    CLOSED = 0
    ON_TRIAL = 1
    OPEN = 2


@dataclass(frozen=True, slots=True)
class BreakerPolicy:
    """When a breaker opens, and for how long.

    Attributes:
        window: how far back calls count, seconds.
        least_calls: calls that must have ended within the window before it may open.
        share: of those, how many have to have failed, 0..1.
        rest: how long it stays open the first time, seconds; doubled each time a trial fails.
        longest_rest: the most of that, seconds.
    """

    window: float = 30.0
    least_calls: int = 5
    share: float = 0.5
    rest: float = 5.0
    longest_rest: float = 120.0


class Permit(NamedTuple):
    """Leave to make one call.

    Attributes:
        trial: the one call of a trial, 0 when it is none; of earlier trials nothing is learnt any more.
    """

    trial: int = 0


class Breaker:
    """The breaker of one backend."""

    def __init__(self, policy: BreakerPolicy) -> None:
        self._policy = policy
        self._ended: deque[tuple[float, bool]] = deque()
        self._failed = 0
        self._open_until: float | None = None
        self._rest = policy.rest
        self._trials = 0
        self._trying: Permit | None = None

    def state(self, now: float) -> State:
        """Whether the backend is asked now."""
        if self._open_until is None:
            return State.CLOSED
        return State.OPEN if now < self._open_until else State.ON_TRIAL

    def permit(self, now: float) -> Permit | None:
        """Leave to make a call now; on trial to one at a time. None: the backend is left alone."""
        state = self.state(now)
        if state is State.CLOSED:
            return Permit()
        if state is State.OPEN or self._trying is not None:
            return None
        self._trials += 1
        self._trying = Permit(self._trials)
        return self._trying

    def wait(self, now: float) -> float:
        """Seconds until the backend is asked again; 0 when that is now."""
        return max(0.0, (self._open_until or now) - now)

    def answered(self, permit: Permit, now: float) -> None:
        """A call was answered. The trial's closes the breaker; a call from before tells of a time that is past."""
        if self._is_trial(permit):
            self._close()
        self._note(now, failed=False)

    def failed(self, permit: Permit, now: float) -> None:
        """A call failed for a reason that lies with the backend."""
        self._note(now, failed=True)
        if self._is_trial(permit):
            self._rest = min(self._policy.longest_rest, 2 * self._rest)
            self._open(now, self._rest)
        elif self._open_until is None and self._mostly_fails():
            self._open(now, self._rest)

    def abandoned(self, permit: Permit) -> None:
        """A call's caller gave up, or its answer says nothing of the backend's health: the next one may try."""
        if self._is_trial(permit):
            self._trying = None

    def leave_alone(self, now: float, seconds: float) -> None:
        """The backend asked for this much time without calls."""
        self._open(now, max(seconds, self.wait(now)))

    def _is_trial(self, permit: Permit) -> bool:
        return permit.trial > 0 and permit == self._trying

    def _mostly_fails(self) -> bool:
        calls = len(self._ended)
        return calls >= self._policy.least_calls and self._failed >= self._policy.share * calls

    def _open(self, now: float, seconds: float) -> None:
        self._open_until = now + seconds
        self._trying = None

    def _close(self) -> None:
        self._open_until = None
        self._trying = None
        self._rest = self._policy.rest
        self._ended.clear()
        self._failed = 0

    def _note(self, now: float, *, failed: bool) -> None:
        self._ended.append((now, failed))
        self._failed += failed
        while self._ended and self._ended[0][0] <= now - self._policy.window:
            _, one_failed = self._ended.popleft()
            self._failed -= one_failed
