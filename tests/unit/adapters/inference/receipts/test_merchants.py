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
        ("ELEPHANT JAPANESE RESTAURANT\nDOI KITCHEN SDN BHD\n1202152-P", "DOI KITCHEN SDN BHD"),
        ("THREE ELEPHANTS\nBISTRO & CAFE\n109, MAIN STREET", "THREE ELEPHANTS"),
        ("THE TEA BEAN\n& COFFEE LEAF (M) SDN. BHD.\nCompany No.:441970-H", "THE TEA BEAN & COFFEE LEAF (M) SDN. BHD."),
        ("LONG ROAD HARDWARE\nENTERPRISE (NORTH\nSIDE) SDN BHD", "LONG ROAD HARDWARE ENTERPRISE (NORTH SIDE) SDN BHD"),
        ("DOI BAKERY S/B 273500-U (KSB)", "DOI BAKERY S/B"),
        ("DOI MART 5/B (519537-X)", "DOI MART S/B"),
        ("DOI CASH & CARRY SBN 3HD", "DOI CASH & CARRY SDN BHD"),
        ("SIX POINTS ENTERPRISE\nCASH SALES", "SIX POINTS ENTERPRISE"),
        ("Your order number is\nDOI TEA", "DOI TEA"),
        ("DOI SUPPLY\nBill to\nBUYER (M) SDN BHD", "DOI SUPPLY"),
        ("บริษัท ดอยสูง\nจำกัด (มหาชน)", "บริษัท ดอยสูง จำกัด (มหาชน)"),
        ("บริษัท ดอยสูง\nพัฒนา", "บริษัท ดอยสูง พัฒนา"),
        ("บริษัท ดอยสูง\nโทร. 053123456", "บริษัท ดอยสูง"),
        ("บริษัท ดอยสูง\n053-123456", "บริษัท ดอยสูง"),
    ],
)
def test_the_name_at_the_head_is_the_merchant(head: str, name: str) -> None:
    reading = read(f"{head}\nTEA 40.00\nTOTAL 40.00")
    assert reading.merchant is not None
    assert reading.merchant.value == name


def test_an_illegible_head_is_no_merchant() -> None:
    assert read("ALNAOUOU\nTOTAL 40.00", confidence=0.45).merchant is None
