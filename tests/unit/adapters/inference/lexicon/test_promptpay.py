from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.inference.lexicon.promptpay import PromptPayCode, SlipCode, crc16, read_payment_code
from contracts.money import Money

PROMPTPAY = "00020101021229370016A0000006770101110113006681234567853037645406149.005802TH6304FAFA"
SLIP = "004000060000010103002021900021231231212000115102TH91049C30"


def test_a_promptpay_code_tells_the_payee_and_the_amount() -> None:
    assert read_payment_code(PROMPTPAY) == PromptPayCode("0812345678", Money.of(Decimal(149)))


def test_the_code_on_a_slip_tells_bank_and_reference() -> None:
    assert read_payment_code(SLIP) == SlipCode("002", "0002123123121200011")


@pytest.mark.parametrize(
    "payload", [PROMPTPAY[:-1] + "B", PROMPTPAY.replace("149", "150"), SLIP[:-4] + "0000", "", "hello", "ก"]
)
def test_a_changed_or_foreign_payload_is_refused(payload: str) -> None:
    assert read_payment_code(payload) is None


def test_the_checksum_is_the_published_one() -> None:
    assert crc16(b"123456789") == 0x29B1


@given(st.text(max_size=80))
def test_no_payload_breaks_the_reader(payload: str) -> None:
    body = payload + "6304"
    sealed = body + f"{crc16(body.encode()):04X}"
    assert read_payment_code(sealed) is None or isinstance(read_payment_code(sealed), PromptPayCode | SlipCode)
