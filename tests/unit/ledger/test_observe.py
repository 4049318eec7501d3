"""What is taken from an outcome, wherever it was read."""

from decimal import Decimal

import pytest

from tests.chaos.workflows import is_of
from tests.ledger.observe import outcome_seen

HEADERS = {"ce_id": b"e", "ce_causationid": b"c", "ce_correlationid": b"first", "ce_type": b"poon.month.closed.v1"}


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        (b'{"amount": {"amount": "65.00", "currency": "THB"}}', Decimal("65.00")),
        (b'{"total": {"value": {"amount": "65.00"}, "confidence": 1}}', Decimal("65.00")),
        (b'{"changes": {"amount": {"amount": "7.50"}}}', Decimal("7.50")),
        (b'{"changes": [{"total": {"amount": "7.50"}}]}', None),
        (b"{}", None),
    ],
)
def test_the_amount_of_an_outcome_is_found_where_it_has_one(value: bytes, amount: Decimal | None) -> None:
    assert outcome_seen("t", b"k", value, HEADERS).amount == amount


def test_an_outcome_tells_its_command_its_conversation_and_whose_it_is() -> None:
    seen = outcome_seen("t", b"acme/nok", b"{}", HEADERS)
    assert (seen.event_id, seen.command_id, seen.correlation_id) == ("e", "c", "first")
    assert is_of("acme", seen)
    assert not is_of("acm", seen)
