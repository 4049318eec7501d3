"""Judges what was read of pictures against their keys."""

from __future__ import annotations

from collections import Counter

from contracts.events.receipts import ReceiptExtracted
from contracts.money import Currency, Money
from workers.entrypoints.demo.material import ImageKey
from workers.entrypoints.demo.play import Play
from workers.ports.outcomes import Outcome


def image_score(story: Play, whose: str) -> str | None:
    """How many fields of the pictures are those of the keys; None without keys.

    Args:
        story: what was sent and what came back.
        whose: names the pictures.
    """
    answers = story.answers()
    asked: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for sent in story.sent:
        if sent.item.key is not None and not sent.is_recording:
            receipt = receipt_of(answers.get(sent.envelope.id))
            known = _known(sent.item.key)
            asked.update(known.keys())
            right.update(known.keys() - differences(sent.item.key, receipt).keys() if receipt else ())
    if not asked:
        return None
    scores = ", ".join(f"{name} right {right[name]}/{count}" for name, count in asked.items())
    return f"{whose}, against their keys: {scores}"


def differences(key: ImageKey, receipt: ReceiptExtracted) -> dict[str, str]:
    """What the key says where the reading says something else."""
    read = _read(receipt)
    return {name: value for name, value in _known(key).items() if value.casefold() != read[name].casefold()}


def receipt_of(outcome: Outcome | None) -> ReceiptExtracted | None:
    """The reading an outcome carries, if it carries one."""
    event = outcome.event if outcome else None
    return event if isinstance(event, ReceiptExtracted) else None


def _known(key: ImageKey) -> dict[str, str]:
    values = {
        "total": str(Money(amount=key.total, currency=Currency(key.currency))),
        "date": key.spent_on.isoformat() if key.spent_on else "",
        "merchant": key.merchant,
        "category": key.category,
        "payment": key.payment,
    }
    return {name: value for name, value in values.items() if value}


def _read(receipt: ReceiptExtracted) -> dict[str, str]:
    return {
        "total": str(receipt.total.value),
        "date": receipt.spent_on.value.isoformat() if receipt.spent_on else "",
        "merchant": receipt.merchant.value if receipt.merchant else "",
        "category": receipt.category.value,
        "payment": receipt.payment_method.value if receipt.payment_method else "",
    }
