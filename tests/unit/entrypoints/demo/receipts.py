"""A receipt that was read, and its key."""

from datetime import date
from decimal import Decimal

from contracts.events.receipts import ReceiptExtracted
from contracts.examples import examples_of
from workers.entrypoints.demo.material import ImageKey


def receipt() -> ReceiptExtracted:
    """The contract's own example."""
    for example in examples_of(ReceiptExtracted.type):
        message = example.message
        if isinstance(message, ReceiptExtracted) and message.merchant and message.spent_on and message.payment_method:
            return message
    raise AssertionError("no example tells merchant, date and payment")


def key_of(event: ReceiptExtracted) -> ImageKey:
    """The key that says just what was read."""
    assert event.merchant is not None
    assert event.spent_on is not None
    assert event.payment_method is not None
    return ImageKey(
        total=Decimal(event.total.value.amount),
        currency=event.total.value.currency,
        merchant=event.merchant.value,
        category=event.category.value,
        spent_on=date.fromisoformat(event.spent_on.value.isoformat()),
        payment=event.payment_method.value,
    )
