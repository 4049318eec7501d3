"""What adapters may raise. Vendor errors never cross an adapter: they become one of these.

RejectionError         the input is wrong (permanent): rejected at once
  ImageError           the image cannot be used (unreadable, unsupported, too large, not found, mismatch)
  NothingFoundError    the text or image was read but holds no amount, total or text
TransientError         trying again may help
  BackendError         an AI backend is unavailable or too slow
  StorageError         the image store is unavailable
UnavailableError       the fleet's own ground is missing (database, broker): intake pauses, nothing is dead-lettered
"""

from contracts.errors import ErrorCode
from workers.domain.errors import RejectionError

__all__ = [
    "BackendError",
    "ImageError",
    "NothingFoundError",
    "RejectionError",
    "StorageError",
    "TransientError",
    "UnavailableError",
]


class ImageError(RejectionError):
    """The image cannot be used: code image_unreadable, _unsupported, _too_large, _not_found or _mismatch."""


class NothingFoundError(RejectionError):
    """Nothing usable was found: code no_text_found, no_total_found, no_amount and the like."""


class TransientError(Exception):
    """Trying again may help. `code` is a retryable one of the taxonomy."""

    def __init__(self, code: ErrorCode, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason


class BackendError(TransientError):
    """An AI backend is unavailable (backend_unavailable) or did not answer in time (backend_timeout)."""


class StorageError(TransientError):
    """The image store is unavailable."""

    def __init__(self, reason: str) -> None:
        super().__init__(ErrorCode.STORAGE_UNAVAILABLE, reason)


class UnavailableError(Exception):
    """The database or the broker cannot be used now; says which, where, and what to check."""
