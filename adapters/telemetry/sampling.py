"""Which commands get a span of their own, and which trace context their outcomes carry: pure decisions.

Everything follows from the command itself, so that a command delivered again gets the same ids, and an outcome names
the span that is only made after it was published. https://www.w3.org/TR/trace-context/ is the format.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from typing import Final, NamedTuple, TypeGuard
from zlib import crc32

from adapters.telemetry.outcomes import OutcomeKind, outcome_kind
from contracts.envelope import Envelope
from workers.ports.observing import Settled
from workers.ports.tracing import NOTHING, Carried

_IDS: Final = "(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"
_TRACEPARENT: Final = re.compile(f"00-{_IDS}|(?!00|ff)[0-9a-f]{{2}}-{_IDS}(-.*)?")
"""Version 00 is complete; a later one may have more behind a dash."""

_TRACE_ID: Final = slice(3, 35)
_SPAN_ID: Final = slice(36, 52)
_LAST_OF_FLAGS: Final = 54
_ODD: Final = frozenset("13579bdf")
"""The lowest bit of the flags says sampled."""

_LONGEST_STATE: Final = 512
"""Characters the specification wants to be passed on at least."""

_CRC_RANGE: Final = 2**32
_TRACE_BYTES: Final = 16
_SPAN_BYTES: Final = 8


class TraceContext(NamedTuple):
    """Where in which trace something happened; ids are never 0."""

    trace_id: int
    span_id: int
    sampled: bool


class Reason(StrEnum):
    """Why a command gets a span of its own; the first that applies."""

    FAILED = "failed"
    RETRIED = "retried"
    REJECTED = "rejected"
    SLOW = "slow"
    SAMPLED = "sampled"


def is_sound(traceparent: str | None) -> TypeGuard[str]:
    """Whether this is a ``traceparent``; what is none is to be ignored, says the specification."""
    return traceparent is not None and _TRACEPARENT.fullmatch(traceparent) is not None


def is_chosen(traceparent: str) -> bool:
    """Whether the sender keeps its span; of a sound ``traceparent``."""
    return traceparent[_LAST_OF_FLAGS] in _ODD


def trace_id_of(traceparent: str) -> str:
    """The trace id of a sound ``traceparent``, 32 hexadecimal digits."""
    return traceparent[_TRACE_ID]


def parse_traceparent(traceparent: str | None) -> TraceContext | None:
    """The context in a ``traceparent``; None when it is none."""
    if not is_sound(traceparent):
        return None
    trace_id, span_id = int(traceparent[_TRACE_ID], 16), int(traceparent[_SPAN_ID], 16)
    return TraceContext(trace_id, span_id, sampled=is_chosen(traceparent))


@dataclass(frozen=True, slots=True)
class Sampling:
    """The rules of one area.

    Attributes:
        area: whose commands.
        tracing: whether spans are made at all.
        ratio: the share of commands without a trace of their sender's that begin one here, 0 to 1.
        slow: seconds from the start of the last attempt to the acknowledged outcome that make a command slow.
    """

    area: str
    tracing: bool
    ratio: float
    slow: float

    def is_sampled(self, envelope: Envelope) -> bool:
        """Whether the command was chosen, by its sender or by the ratio, before anything is known of how it goes."""
        incoming = envelope.traceparent
        if incoming is not None and is_sound(incoming):
            return is_chosen(incoming)
        return self._is_drawn(envelope)

    def reason(self, one: Settled, at: float) -> Reason | None:
        """Why the command gets a span of its own; None when it gets none. One decided before had its chance then."""
        notable = one.code is not None or one.attempts > 1 or at - one.started >= self.slow
        if one.duplicate or not notable:  # most of them, so asked first
            return Reason.SAMPLED if self.is_sampled(one.envelope) else None
        kind = outcome_kind(one.outcome)
        if kind is OutcomeKind.FAILED:
            return Reason.FAILED
        if one.attempts > 1:
            return Reason.RETRIED
        return Reason.REJECTED if kind is OutcomeKind.REJECTED else Reason.SLOW

    def context(self, envelope: Envelope) -> TraceContext:
        """The context of the command's own span: in the sender's trace where there is one."""
        incoming = envelope.traceparent
        trace_id = trace_id_of(incoming) if is_sound(incoming) else self._digest(envelope, _TRACE_BYTES)
        return TraceContext(int(trace_id, 16), int(self._digest(envelope, _SPAN_BYTES), 16), sampled=True)

    def carried(self, envelope: Envelope) -> Carried:
        """What the command's outcomes carry: its own span when it was chosen, else what came with it, if sound."""
        traceparent = self._traceparent(envelope)
        if traceparent is None:
            return NOTHING
        return Carried(traceparent, _fit(envelope.tracestate))

    def _traceparent(self, envelope: Envelope) -> str | None:
        incoming = envelope.traceparent
        if is_sound(incoming):
            if not (self.tracing and is_chosen(incoming)):
                return incoming
            trace_id = trace_id_of(incoming)
        elif self.tracing and self._is_drawn(envelope):
            trace_id = self._digest(envelope, _TRACE_BYTES)
        else:
            return None
        return f"00-{trace_id}-{self._digest(envelope, _SPAN_BYTES)}-01"

    def _is_drawn(self, envelope: Envelope) -> bool:
        return crc32(envelope.id.encode()) < self.ratio * _CRC_RANGE

    def _digest(self, envelope: Envelope, size: int) -> str:
        """An id of so many bytes, in hexadecimal digits; that it is all zeros, which no id may be, will not happen."""
        name = f"{self.area}|{envelope.tenant}|{envelope.id}"
        return blake2b(name.encode(), digest_size=size).hexdigest()


def _fit(tracestate: str | None) -> str | None:
    """A sender's ``tracestate``, unless an outcome that carried it might be too large to publish."""
    return tracestate if tracestate is not None and len(tracestate) <= _LONGEST_STATE else None


class RateLimit:
    """A token bucket that holds one second's worth.

    Args:
        per_second: how many it admits in the long run.
    """

    def __init__(self, per_second: float) -> None:
        self._per_second = per_second
        self._tokens = self._burst = max(1.0, per_second)
        self._last: float | None = None

    def admits(self, at: float) -> bool:
        """Whether one more is within the rate; `at` is a reading of a monotonic clock, seconds."""
        if self._last is not None:
            self._tokens = min(self._burst, self._tokens + (at - self._last) * self._per_second)
        self._last = at
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
