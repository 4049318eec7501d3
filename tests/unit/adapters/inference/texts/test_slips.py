"""Slips of banks pasted as text: their lines are read like sentences, references and fees set aside."""

from __future__ import annotations

import pytest

from adapters.inference.texts.extraction import read_text
from tests.unit.adapters.inference.texts.reading import TODAY, amount_or_code

SHOP = """ชำระเงินสำเร็จ
12 ก.ค. 2569 09:15
ธ.กสิกรไทย xxx-x-x4567-x
ร้านก๋วยเตี๋ยวเรือ
เลขที่รายการ 016194091512BPP03344
จำนวน 55.00 บาท
ค่าธรรมเนียม 0.00 บาท"""
BILL = """จ่ายบิลสำเร็จ
12 ก.ค. 69 20:11 น.
การไฟฟ้านครหลวง
รหัสอ้างอิง 1: 012345678901
รหัสอ้างอิง 2: 99887766
จำนวนเงิน
1,842.37
ค่าธรรมเนียม
0.00"""
ENGLISH_BILL = """Bill payment successful
12/07/2026 11:20:33
To: AIS FIBRE
Ref1 8812345678
Ref2 202607
Amount (THB) 641.93
Fee (THB) 0.00"""
TRANSFER = """K PLUS
โอนเงินสำเร็จ
12 ก.ค. 69 08:05 น.
นางสาว มาลี ด
ธ.กสิกรไทย
xxx-x-x1111-x
นาย ขาว ส
ธ.ไทยพาณิชย์
xxx-x-x2222-x
เลขที่รายการ:
016195080500COR01122
จำนวน:
1,500.00 บาท
ค่าธรรมเนียม:
0.00 บาท"""


@pytest.mark.parametrize(
    ("slip", "amount"), [(SHOP, "55"), (BILL, "1842.37"), (ENGLISH_BILL, "641.93"), (TRANSFER, "1500")]
)
def test_a_pasted_slip_tells_its_amount_and_day(slip: str, amount: str) -> None:
    assert amount_or_code(slip) == amount
    assert read_text(slip, TODAY).spent_on.value.isoformat() == "2026-07-12"
