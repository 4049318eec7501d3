from __future__ import annotations

import pytest

from adapters.inference.lexicon import payment_method_of
from contracts.values import PaymentMethod


@pytest.mark.parametrize(
    ("text", "method"),
    [
        ("จ่ายสด", PaymentMethod.CASH),
        ("ข้าว 50 สด", PaymentMethod.CASH),
        ("รูดเครดิต", PaymentMethod.CREDIT_CARD),
        ("VISA xxxx-1234", PaymentMethod.CREDIT_CARD),
        ("ตัดบัตรเดบิต", PaymentMethod.DEBIT_CARD),
        ("โอนแล้ว", PaymentMethod.BANK_TRANSFER),
        ("โอนพร้อมเพย์", PaymentMethod.PROMPTPAY),
        ("โอนผ่าน K PLUS", PaymentMethod.MOBILE_BANKING),
        ("สแกนจ่าย", PaymentMethod.QR_CODE),
        ("สแกน QR ด้วยทรูมันนี่", PaymentMethod.DIGITAL_WALLET),
        ("TrueMoney Wallet 845.50", PaymentMethod.DIGITAL_WALLET),
        ("จ่ายด้วยเช็คธนาคาร", PaymentMethod.OTHER),
        ("เงินสด 100 ที่เหลือบัตรเครดิต 187", PaymentMethod.OTHER),
        ("เติมทรูมันนี่ 500 จากบัตรเดบิต", PaymentMethod.DEBIT_CARD),
        ("ไม่มีเงินสด เลยสแกน", PaymentMethod.QR_CODE),
    ],
)
def test_the_words_for_a_method_are_known(text: str, method: PaymentMethod) -> None:
    assert payment_method_of(text) is method


@pytest.mark.parametrize(
    "text",
    [
        "นมสด 46",
        "พาวเวอร์แบงค์ 590",
        "visa fee 1900",
        "CT scan 5000",
        "cashback 20",
        "ค่าธรรมเนียมการโอน",
        "เช็คอินโรงแรม",
        "cashew nuts",
    ],
)
def test_words_that_only_look_like_a_method_tell_none(text: str) -> None:
    assert payment_method_of(text) is None


@pytest.mark.parametrize(
    ("text", "method"),
    [
        ("ชานม 45 จ่ายเงนสดคับ", PaymentMethod.CASH),
        ("ซื้อยา 85 บัตรเดบิท", PaymentMethod.DEBIT_CARD),
        ("ข้าว 50 พร้อมเพย", PaymentMethod.PROMPTPAY),
    ],
)
def test_a_payment_word_with_other_marks_or_a_letter_of_the_same_sound_is_read(
    text: str, method: PaymentMethod
) -> None:
    assert payment_method_of(text) is method


@pytest.mark.parametrize("text", ["ไม่มีเงินสด", "กดเงินสด 500", "เติมเงินทรูมันนี่ 100"])
def test_a_payment_word_that_was_set_aside_is_not_found_again_by_its_bare_letters(text: str) -> None:
    assert payment_method_of(text) is None
