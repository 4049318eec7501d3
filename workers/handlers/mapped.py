"""A category told by a mapping, in the form of a reading."""

from __future__ import annotations

from typing import Final

from contracts.readings import BackendAnswer, Read, TextReading
from contracts.values import Category, Confidence
from workers.handlers.books import Found
from workers.ports.mappings import Wanted

BACKEND: Final = "mappings/1"
MAX_EVIDENCE: Final = 200


def mapped_category(found: Found) -> Read[Category]:
    """The category, as sure as the mapping was right so far; its evidence is the words it was found by."""
    mapping = found.match.mapping
    evidence = found.match.evidence[:MAX_EVIDENCE]
    return Read(value=mapping.category, confidence=mapping.success_rate, evidence=evidence)


def mapping_share(found: Found) -> BackendAnswer:
    """The share a mapping has in a result."""
    return BackendAnswer(capability="categorization", backend=BACKEND, step=found.step)


def wanted_in(text: str, reading: TextReading) -> Wanted:
    """What a spending text tells of who was paid and for what."""
    merchant = reading.merchant.value if reading.merchant else None
    # A shop the rules did not recognise as one stands in what is left of the text without amount, day and payment.
    other = reading.merchant_canonical if merchant else reading.note
    return Wanted(text, merchant, (other,) if other else ())


def with_category(reading: TextReading, category: Read[Category]) -> TextReading:
    """The reading with another category, and as sure as its fields are then."""
    parts = [reading.amount.confidence, category.confidence, reading.spent_on.confidence]
    if reading.payment_method is not None:
        parts.append(reading.payment_method.confidence)
    return reading.model_copy(update={"category": category, "confidence": Confidence.combine(*parts)})
