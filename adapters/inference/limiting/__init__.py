"""Adaptive concurrency: a slowing backend is not buried under calls, a recovering one is used."""

from adapters.inference.limiting.algorithm import LimitBounds
from adapters.inference.limiting.capabilities import (
    LimitedCategorization,
    LimitedReceiptExtraction,
    LimitedTextExtraction,
    LimitedTextRecognition,
)
from adapters.inference.limiting.limiter import ConcurrencyLimiter

__all__ = [
    "ConcurrencyLimiter",
    "LimitBounds",
    "LimitedCategorization",
    "LimitedReceiptExtraction",
    "LimitedTextExtraction",
    "LimitedTextRecognition",
]
