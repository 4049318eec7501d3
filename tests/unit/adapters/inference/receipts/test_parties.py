import pytest

from adapters.inference.receipts.parties import Side, is_bank, side_of
from tests.unit.adapters.inference.receipts.papers import read

HEAD = "โอนเงินสำเร็จ\n3 มิ.ย. 2568 14:22 น.\n"
FOOT = "\nจำนวนเงิน: 65.00 บาท\nค่าธรรมเนียม: 5.00 บาท\nเลขที่รายการ: 015154142245123"


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("ไปยัง", Side.PAYEE),
        ("ไปอัง", Side.PAYEE),
        ("โปยง", Side.PAYEE),
        ("ถืง", Side.PAYEE),
        ("จาก:", Side.PAYER),
        ("จาท", Side.PAYER),
        ("ผู้รับเงน", Side.PAYEE),
    ],
)
def test_a_label_with_a_letter_wrong_is_known(text: str, side: Side) -> None:
    assert side_of(text) is side


@pytest.mark.parametrize("text", ["ร้านป้าแดง", "แดง", "นาย ก.", "ไปยังตลาดหลวง", "MR. A", "", "ยอด", "ปู"])
def test_a_name_is_no_label(text: str) -> None:
    assert side_of(text) is None


@pytest.mark.parametrize(
    ("text", "bank"),
    [
        ("กรุงศรี", True),
        ("ธ.กสกรไทย", True),
        ("ธนาคารออมสิน", True),
        ("กรุงศรีการช่าง", False),
        ("ร้านกรุงไทย", False),
        ("MR. A", False),
    ],
)
def test_a_bank_s_name_alone_is_no_party(text: str, *, bank: bool) -> None:
    assert is_bank(text) is bank


@pytest.mark.parametrize(
    "parties",
    [
        "จาก\nนาย ก ข.\nกรุงศรี\nxxx-x-x1234-x\nไปอัง\nร้านป้าแดง\nกรุงศรี\nxxx-x-x5678-x",
        "จาท\nนาย ก ข.\nกรุงศรี\nxxx-x-x1234-x\nไปยัง\nร้านป้าแดง\nพร้อมเพย์\nxxx-x-x5678-x",
        "จาท\nนาย ก ข.\nกรุงศรี\nxxx-x-x1234-x\nฮฮฮฮ\nxxx-x-x5678-x\nไปอัง\nร้านป้าแดง",
        "อกา\nนาย ก ข.\nกรุงศรี\nxxx-x-x1234-x\nร้านป้าแดง\nกรุงศรี\nxxx-x-x5678-x",
    ],
    ids=["to misread", "from misread", "a misread label before a place", "by the accounts"],
)
def test_the_payee_is_found_though_labels_were_misread(parties: str) -> None:
    reading = read(HEAD + parties + FOOT)
    assert reading.document == "slip"
    assert reading.merchant is not None
    assert reading.merchant.value == "ร้านป้าแดง"


def test_a_misread_label_is_less_sure_than_a_clear_one() -> None:
    clear, misread, place = (
        read(f"{HEAD}จาก\nนาย ก ข.\nxxx-x-x1234-x\n{label}ร้านป้าแดง\nxxx-x-x5678-x{FOOT}").merchant
        for label in ("ไปยัง\n", "ไปอัง\n", "")
    )
    assert clear is not None
    assert misread is not None
    assert place is not None
    assert clear.confidence.value > misread.confidence.value > place.confidence.value
