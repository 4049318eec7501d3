"""How a result came about, from the shares of the backends in it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from contracts.readings import BackendAnswer, Processing
from contracts.values import ProcessingMethod

MAX_REASON: Final = 500

_RECOGNITION: Final = "text_recognition"


def processed(local: ProcessingMethod, duration_ms: float, shares: Sequence[BackendAnswer]) -> Processing:
    """What an outcome says of its making.

    Args:
        local: how it came about where no model had a part in it: by rules, or by recognition and rules.
        duration_ms: of the handler.
        shares: of every backend that answered, or was to be asked and gave no usable answer.
    """
    missing = [share for share in shares if share.unavailable]
    reasons = dict.fromkeys(f"{share.capability}: {share.backend} {share.unavailable}" for share in missing)
    return Processing(
        method=_method(local, shares),
        duration_ms=duration_ms,
        backends=tuple(shares),
        degraded=bool(missing),
        degraded_reason="; ".join(reasons)[:MAX_REASON] if missing else None,
    )


def _method(local: ProcessingMethod, shares: Sequence[BackendAnswer]) -> ProcessingMethod:
    """Which kinds of backends took part; one without a method of its own is local."""
    answered = [share for share in shares if not share.unavailable]
    by_model = [share.method is ProcessingMethod.MODEL for share in answered]
    if not any(by_model):
        return local
    recognised = any(share.capability == _RECOGNITION and share.method is None for share in answered)
    by_rules = any(share.capability != _RECOGNITION and share.method is None for share in answered)
    return _COMBINED[recognised, by_rules]


_COMBINED: Final = {
    (False, False): ProcessingMethod.MODEL,
    (False, True): ProcessingMethod.RULES_MODEL,
    (True, False): ProcessingMethod.OCR_MODEL,
    (True, True): ProcessingMethod.OCR_RULES_MODEL,
}
