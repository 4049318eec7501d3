"""What adapters may raise. Vendor errors never cross an adapter: they become one of these.

RejectionError         the input is wrong (permanent): rejected at once
  ImageError           the image cannot be used (unreadable, unsupported, too large, not found, mismatch)
  StatementError       the statement cannot be read (unreadable, unsupported, too large, not understood, not found,
                       mismatch)
  NothingFoundError    the text or image was read but holds no amount, total or text
TransientError         trying again may help
  BackendError         an AI backend is unavailable or too slow
  StorageError         the store of images and statements is unavailable
UnavailableError       what every command needs is missing: work waits, nothing counts as an attempt or is dead-lettered
                       (raised as such: the database or the broker)
  CapabilityOutageError  every backend of a capability is out: intake of the area pauses until one is back
  BackendBusyError       a backend takes no more calls just now: the command waits for its turn
"""

from contracts.errors import ErrorCode
from workers.domain.errors import RejectionError

__all__ = [
    "BackendBusyError",
    "BackendError",
    "CapabilityOutageError",
    "ImageError",
    "NothingFoundError",
    "RejectionError",
    "StatementError",
    "StorageError",
    "TransientError",
    "UnavailableError",
]


class ImageError(RejectionError):
    """The image cannot be used: code image_unreadable, _unsupported, _too_large, _not_found or _mismatch."""


class NothingFoundError(RejectionError):
    """Nothing usable was found: code no_text_found, no_total_found, no_amount and the like."""


class StatementError(RejectionError):
    """The statement cannot be read or found: a code that begins with statement, but for statement_row_invalid."""


class TransientError(Exception):
    """Trying again may help. `code` is a retryable one of the taxonomy."""

    def __init__(self, code: ErrorCode, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason


class BackendError(TransientError):
    """An AI backend is unavailable (backend_unavailable) or did not answer in time (backend_timeout)."""


class StorageError(TransientError):
    """The store of images and statements is unavailable."""

    def __init__(self, reason: str) -> None:
        super().__init__(ErrorCode.STORAGE_UNAVAILABLE, reason)


class UnavailableError(Exception):
    """The database or the broker cannot be used now; says which, where, and what to check."""


class CapabilityOutageError(UnavailableError):
    """Every backend of a capability is out, so that no command that needs it can be decided now.

    Raised by whoever knows the last of the backends, once that one is known to be out (its breaker is open, its
    process cannot be started), and not for a single failed call: that is a BackendError, which counts as an attempt.
    Whoever raises it lets a call through now and then: the next command that gets an answer ends the outage.
    """

    def __init__(self, capability: str, reason: str) -> None:
        """Name what is out.

        Args:
            capability: as in `BackendAnswer.capability`, for instance text_recognition.
            reason: which backends, where, and what to check; no personal text, it is logged.
        """
        super().__init__(f"{capability}: {reason}")
        self.capability = capability
        self.reason = reason


class BackendBusyError(UnavailableError):
    """A backend works at its limit, and the call waited in vain for its turn. The backend was not asked."""
