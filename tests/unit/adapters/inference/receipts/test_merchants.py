import pytest

from tests.unit.adapters.inference.receipts.papers import read


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("POPULAR BOOK\nCO. (M) SDN BHD\n(Co. No. 113825-W)", "POPULAR BOOK CO. (M) SDN BHD"),
        ("GARDENIA BAKERIES (KL) SDN BHD (139386 X)", "GARDENIA BAKERIES (KL) SDN BHD"),
        ("tan woon yann\nMR D.I.Y. (M) SDN BHD", "MR D.I.Y. (M) SDN BHD"),
        ("CHANG PHUEAK HARDWARE CO., LTD.\nTAX ID 0105544000122", "CHANG PHUEAK HARDWARE CO., LTD."),
        ("TEL 053-555-0142\nDOI CAFE", "DOI CAFE"),
        ("ยินดีต้อนรับ\nร้านป้าแดง สาขา 2", "ร้านป้าแดง"),
        ("十一 口\nDOI CAFE", "DOI CAFE"),
    ],
)
def test_the_name_at_the_head_is_the_merchant(head: str, name: str) -> None:
    reading = read(f"{head}\nTEA 40.00\nTOTAL 40.00")
    assert reading.merchant is not None
    assert reading.merchant.value == name


def test_an_illegible_head_is_no_merchant() -> None:
    assert read("ALNAOUOU\nTOTAL 40.00", confidence=0.45).merchant is None
