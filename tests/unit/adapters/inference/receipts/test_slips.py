import pytest

from contracts.money import Money
from contracts.values import PaymentMethod
from tests.unit.adapters.inference.receipts.papers import read

HEAD = "Transfer Completed\n3 Jun 25 2:22 PM\n"
FOOT = "\nAmount 65.00 Baht\nFee 5.00 Baht\nTransaction ID 015154142245ABC01234"


@pytest.mark.parametrize(
    ("parties", "payee"),
    [
        ("From MR. A\nTo PA DAENG SHOP", "PA DAENG SHOP"),
        ("From\nMR. A\nBua Bank\nxxx-x-x1234-x\nTo\nPA DAENG SHOP\nBua Bank", "PA DAENG SHOP"),
        ("From\nMR. A\nTo\nBua Bank\nPA DAENG SHOP", "PA DAENG SHOP"),
        ("MR. A\nxxx-x-x1234-x\nPA DAENG SHOP\nxxx-x-x5678-x", "PA DAENG SHOP"),
        ("จาก นาย ก xxx-x-x1234-x\nไปยัง ร้านป้าแดง xxx-x-x5678-x", "ร้านป้าแดง"),
    ],
    ids=["beside", "below", "after the bank", "without words", "Thai"],
)
def test_the_payee_is_the_merchant_and_the_payer_is_not(parties: str, payee: str) -> None:
    reading = read(HEAD + parties + FOOT)
    assert reading.document == "slip"
    assert reading.merchant is not None
    assert reading.merchant.value == payee


def test_a_slip_that_names_nobody_has_no_merchant() -> None:
    assert read(HEAD + "xxx-x-x1234-x" + FOOT).merchant is None


def test_amount_fee_and_reference_are_kept_apart() -> None:
    reading = read(HEAD + "From MR. A\nTo PA DAENG SHOP" + FOOT)
    assert reading.total.value == Money.of("65.00")
    assert reading.fee is not None
    assert reading.fee.value == Money.of("5.00")
    assert reading.reference is not None
    assert reading.reference.value == "015154142245ABC01234"
    assert reading.items == ()


@pytest.mark.parametrize(
    ("head", "more", "method"),
    [
        ("Transfer Completed", "PromptPay x-xxxx-5678", PaymentMethod.PROMPTPAY),
        ("Bill Payment Successful", "", PaymentMethod.MOBILE_BANKING),
        ("โอนเงินสำเร็จ", "", PaymentMethod.BANK_TRANSFER),
    ],
)
def test_the_slip_itself_tells_how_the_money_went(head: str, more: str, method: PaymentMethod) -> None:
    reading = read(f"{head}\nFrom MR. A\nTo PA DAENG SHOP\n{more}{FOOT}")
    assert reading.payment_method is not None
    assert reading.payment_method.value is method


def test_a_shop_receipt_that_says_payment_successful_is_no_slip() -> None:
    assert read("DOI CAFE\nPayment Successful\nTOTAL 65.00").document == "receipt"


def test_a_slip_is_known_by_what_it_names_when_its_heading_is_lost() -> None:
    slip = read("Tronsfxr Camplqted\nFrom MR. A\nTo PA DAENG SHOP" + FOOT)
    assert (slip.document, slip.total.value) == ("slip", Money.of("65.00"))
    ride = read("RIDE RECEIPT\nFrom HOME\nTo WORK\nPlatform fee 5.00\nTotal 65.00\nBooking A-123")
    assert ride.document == "receipt"
