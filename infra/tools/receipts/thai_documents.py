"""Thai receipts, tax invoices and slips made up from a seed, to measure reading with. All names and numbers invented.

What is sold and who sells it is drawn from lists that the recogniser's training lines do not use, with words of the
dictionary in between, so that nothing can be answered from memory alone.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from infra.tools.receipts.documents import Document, Key

FIRST_DAY: Final = date(2024, 1, 1)
DAYS: Final = 520
SATANG: Final = Decimal("0.01")

_GOODS: Final = (
    "ข้าวยำปักษ์ใต้",
    "แกงไตปลา",
    "ไก่ต้มน้ำปลา",
    "หมูมะนาว",
    "ปลากะพงนึ่ง",
    "ยำมะเขือเผา",
    "แกงจืดเต้าหู้",
    "ผัดเผ็ดหมูป่า",
    "ข้าวคลุกกะปิ",
    "น้ำพริกอ่อง",
    "ไส้อั่ว",
    "แคบหมู",
    "ข้าวต้มมัด",
    "ฝอยทอง",
    "เฉาก๊วยนมสด",
    "น้ำเก๊กฮวย",
    "ชาดำเย็น",
    "โอเลี้ยง",
    "กาแฟโบราณ",
    "อเมริกาโน่น้ำผึ้ง",
    "มัทฉะลาเต้",
    "ครัวซองต์เนยสด",
    "บราวนี่",
    "เค้กมะพร้าว",
    "ผ้าขนหนู",
    "ไม้กวาด",
    "ถังน้ำ",
    "สายยาง",
    "ปลั๊กไฟ",
    "กาวร้อน",
    "ตะปู 2 นิ้ว",
    "สีน้ำมัน",
    "กระดาษทราย",
    "ยาแก้ไอ",
    "พลาสเตอร์ยา",
    "เกลือแร่",
    "ผักกาดขาว",
    "แครอท",
    "ฟักทอง",
    "เห็ดฟาง",
    "ปลาหมึกสด",
    "น่องไก่",
    "เต้าหู้ไข่",
    "วุ้นเส้น",
    "กะทิกล่อง",
    "น้ำพริกเผา",
    "ซอสหอยนางรม",
    "ปุ๋ยคอก",
    "ต้นกล้า",
    "อาหารแมว",
    "ทรายแมว",
    "ร่มพับ",
    "หมวกกันน็อก",
)
_KINDS: Final = ("ร้าน", "ครัว", "ร้านกาแฟ", "ตลาดสด", "ร้านยา", "ร้านวัสดุ", "บ้านขนม", "สวนอาหาร", "บริษัท ", "มินิมาร์ท")
_NAMES: Final = (
    "ภูผา",
    "ฟ้าใส",
    "ลำดวน",
    "ปาริชาต",
    "ศาลาแดง",
    "พวงชมพู",
    "เก้าเลี้ยว",
    "หนองหาร",
    "คุ้มหลวง",
    "แม่กลอง",
    "ดอนหวาย",
    "ปากน้ำ",
    "สันทราย",
    "ทุ่งกว้าง",
    "ชะอำ",
    "บ้านแพ้ว",
    "ยายแฉล้ม",
    "น้าหมู",
    "เจ๊เง็ก",
    "โกฮับ",
    "ครูแอ๋ว",
)
_ENDS: Final = ("", "", "", " จำกัด", "ฟู้ด", " โฮมเมด", "การเกษตร", " คอฟฟี่", "สาขาลำพูน")
_PEOPLE: Final = (
    "นาย กฤษฎา ว.",
    "น.ส. เบญจวรรณ ถ.",
    "นาง ขวัญเรือน ปัญญา",
    "นาย ทศพล อุ่นใจ",
    "นางสาว ปวีณา หาญกล้า",
    "คุณโสภณ ด.",
    "นาย ศุภฤกษ์ เย็นใจ",
)
_BANKS: Final = ("ธ.กสิกรไทย", "ธนาคารไทยพาณิชย์", "ธ.กรุงไทย", "กรุงศรี", "ธนาคารออมสิน", "ธ.ก.ส.")
_MONTHS: Final = "ม.ค. ก.พ. มี.ค. เม.ย. พ.ค. มิ.ย. ก.ค. ส.ค. ก.ย. ต.ค. พ.ย. ธ.ค.".split()  # noqa: SIM905
_FULL: Final = [
    "มกราคม",
    "กุมภาพันธ์",
    "มีนาคม",
    "เมษายน",
    "พฤษภาคม",
    "มิถุนายน",
    "กรกฎาคม",
    "สิงหาคม",
    "กันยายน",
    "ตุลาคม",
    "พฤศจิกายน",
    "ธันวาคม",
]


def thai_document(seed: int, number: int) -> Document:
    """The document of that number: three receipts to two slips."""
    rng = random.Random(f"{seed}:{number}")
    spent_on = FIRST_DAY + timedelta(days=rng.randrange(DAYS))
    name = rng.choice(_KINDS) + rng.choice(_NAMES) + rng.choice(_ENDS)
    file, day, read_on = f"thai-{number:03d}.jpg", spent_on.isoformat(), (FIRST_DAY + timedelta(days=DAYS)).isoformat()
    wear, merchant = rng.uniform(0.1, 0.8), name.partition("สาขา")[0]
    if number % 5 in {1, 3}:
        markup, total = _slip(rng, name, spent_on)
        key = Key(file, "slip", merchant, day, f"{total:.2f}", "THB", "Miscellaneous", "Bank Transfer", read_on)
        return Document(key, "screen", wear, markup)
    markup, total = _receipt(rng, name, spent_on)
    key = Key(file, "receipt", merchant, day, f"{total:.2f}", "THB", "Miscellaneous", "Cash", read_on)
    return Document(key, "printed" if number % 2 else "till", wear, markup)


def _receipt(rng: random.Random, name: str, spent_on: date) -> tuple[str, Decimal]:
    goods = [(thing, rng.randint(1, 4), Decimal(rng.randrange(40, 1_200)) / 4 * 1) for thing in
             rng.sample(_GOODS, rng.randint(2, 7))]  # fmt: skip
    total = sum((price * count for _, count, price in goods), Decimal(0)).quantize(SATANG)
    rows = [f"# {name}", "", *_heading(rng), "---", *_when(rng, spent_on), "---"]
    rows += [_item(rng, thing, count, price) for thing, count, price in goods]
    rows += ["---", *_account(rng, total), "---", rng.choice(("^ ขอบคุณที่ใช้บริการ", "^ ขอบคุณค่ะ", "^ โอกาสหน้าเชิญใหม่"))]
    return "\n".join(rows), total


def _heading(rng: random.Random) -> list[str]:
    rows = [f"^ โทร. 0{rng.randint(2, 9)}{rng.randint(10**6, 10**7 - 1)}"]
    if rng.random() < 0.6:  # noqa: PLR2004
        rows.append(f"^ เลขประจำตัวผู้เสียภาษี {rng.randint(10**11, 10**12 - 1):013d}")
        rows.append(rng.choice(("^ ใบเสร็จรับเงิน/ใบกำกับภาษีอย่างย่อ", "^ ใบกำกับภาษีอย่างย่อ")))
    else:
        rows.append("^ ใบเสร็จรับเงิน")
    return rows


def _when(rng: random.Random, spent_on: date) -> list[str]:
    year = spent_on.year + 543
    printed = rng.choice((
        f"{spent_on:%d/%m}/{year}", f"{spent_on:%d/%m}/{year % 100}", f"{spent_on:%d-%m}-{year}",
        f"{spent_on.day} {_MONTHS[spent_on.month - 1]} {year}", f"{spent_on.day} {_FULL[spent_on.month - 1]} {year}",
    ))  # fmt: skip
    clock, bill = f"{rng.randint(7, 21):02d}:{rng.randint(0, 59):02d}", f"{rng.randint(1, 99_999):06d}"
    return rng.choice((
        [f"วันที่ {printed} | เวลา {clock}", f"เลขที่ {bill} | โต๊ะ {rng.randint(1, 20)}"],
        [f"วันที่: {printed} {clock}", f"เลขที่บิล: {bill}"],
        [f"เลขที่ใบเสร็จ | {bill}", f"วันที่ | {printed} {clock} น."],
    ))  # fmt: skip


def _item(rng: random.Random, thing: str, count: int, price: Decimal) -> str:
    before = rng.choice((f"{count} {thing}", f"{thing} x{count}", f"{count} x {thing}"))
    return f"{before} | {price * count:,.2f}"


def _account(rng: random.Random, total: Decimal) -> list[str]:
    label = rng.choice(("รวมทั้งสิ้น", "ยอดรวมทั้งสิ้น", "รวมเงิน", "ยอดสุทธิ", "รวมสุทธิ"))
    rows = [f"! {label} | {total:,.2f}"]
    if rng.random() < 0.5:  # noqa: PLR2004
        before = (total / Decimal("1.07")).quantize(SATANG)
        rows += [f"มูลค่าก่อนภาษี | {before:,.2f}", f"ภาษีมูลค่าเพิ่ม 7% | {total - before:,.2f}"]
    paid = next(note for note in (20, 50, 100, 500, 1_000, 2_000, 5_000, 10_000, 20_000) if note >= total)
    if rng.random() < 0.7:  # noqa: PLR2004
        rows += [f"เงินสด | {paid:,.2f}", f"เงินทอน | {paid - total:,.2f}"]
    return rows


def _slip(rng: random.Random, name: str, spent_on: date) -> tuple[str, Decimal]:
    total = Decimal(rng.randrange(2_000, 900_000)).scaleb(-2)
    if rng.random() < 0.6:  # noqa: PLR2004
        total = total.quantize(Decimal(1)).quantize(SATANG)
    year, clock = spent_on.year + 543, f"{rng.randint(7, 21):02d}:{rng.randint(0, 59):02d}"
    printed = rng.choice((f"{spent_on.day} {_MONTHS[spent_on.month - 1]} {year}", (f"{spent_on.day:02d} "
                          f"{_MONTHS[spent_on.month - 1]} {year % 100}"), f"{spent_on:%d/%m}/{year}"))  # fmt: skip
    done = rng.choice(("โอนเงินสำเร็จ", "ชำระเงินสำเร็จ", "รายการสำเร็จ", "จ่ายบิลสำเร็จ"))
    account = f"xxx-x-x{rng.randint(1_000, 9_999)}-x"
    rows = [f"# {done}", "", f"^ {printed}{rng.choice((' - ', ' ', ', '))}{clock} น.", "---",
            "จาก", rng.choice(_PEOPLE), rng.choice(_BANKS), account, "ไปยัง", name,
            rng.choice(("พร้อมเพย์", rng.choice(_BANKS))), f"xxx-x-x{rng.randint(1_000, 9_999)}-x", "---",
            f"เลขที่รายการ: | {rng.randint(10**14, 10**15 - 1)}", f"! จำนวนเงิน: | {total:,.2f} บาท",
            "ค่าธรรมเนียม: | 0.00 บาท"]  # fmt: skip
    return "\n".join(rows), total
