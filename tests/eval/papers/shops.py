"""Receipts of shops, restaurants and petrol stations, and full tax invoices, in Thai and English."""

from __future__ import annotations

import random
from decimal import Decimal

from contracts.values import PaymentMethod
from tests.eval.papers.paper import Paper, baht, cents, english_day, price, some_day, some_time, tax_id, thai_day

VAT = Decimal("0.07")
THAI_SHOPS = (
    "ร้านครัวคุณยาย",
    "ร้านอาหารบ้านสวน",
    "ร้านป้าแจ๋วข้าวแกง",
    "บริษัท ทองดีการค้า จำกัด",
    "บจก. รุ่งเรืองวัสดุ",
    "หจก. เจริญยนต์",
    "ร้านยาเภสัชชุมชน",
    "คลินิกหมอสมศักดิ์",
    "สวนอาหารริมน้ำ",
    "ก๋วยเตี๋ยวเรือนายหนู",
    "บ้านขนมแม่เอื้อง",
    "ตลาดสดหนองหอย",
    "มินิมาร์ทปากซอย",
    "โรงพยาบาลเมืองเหนือ",
    "ร้านเครื่องเขียนดีดี",
    "กาแฟดอยสูง",
    "ร้านตัดผมลุงชัย",
    "บริษัท สยามพัสดุ จำกัด (มหาชน)",
)
ENGLISH_SHOPS = (
    "DOI SUNRISE COFFEE",
    "BAAN SUAN FRESH MART",
    "SUKI LANNA RESTAURANT",
    "QUICK CORNER MINIMART",
    "CHEDI BOOKS",
    "MAE PING PHARMACY",
    "CHANG PHUEAK HARDWARE CO., LTD.",
    "RIVERSIDE GARDEN HOTEL",
    "The Hungry Elephant",
    "NOODLE KINGDOM",
    "Green Leaf Bakery",
    "KHAO YAI STEAK HOUSE",
)
THAI_ITEMS = (
    "ข้าวผัดกุ้ง",
    "ต้มยำทะเล",
    "น้ำเปล่า",
    "ชาเย็น",
    "ข้าวสวย",
    "ไข่ไก่เบอร์ 2",
    "นมสดพาสเจอร์ไรส์",
    "ขนมปังแผ่น",
    "น้ำยาล้างจาน",
    "สบู่เหลว",
    "กระดาษ A4",
    "ปากกาลูกลื่น",
    "ยาพาราเซตามอล",
    "หมูสามชั้น",
    "ผักบุ้ง",
    "แชมพู 400 มล.",
    "ถ่านอัลคาไลน์ AA",
    "กาแฟลาเต้",
    "ส้มตำไทย",
    "ไก่ย่าง",
)
ENGLISH_ITEMS = (
    "ICED LATTE",
    "HOT AMERICANO",
    "BANANA CAKE",
    "JASMINE RICE 5KG",
    "FRESH MILK",
    "TOOTHPASTE",
    "VITAMIN C 1000MG",
    "Pad Thai",
    "Green Curry",
    "Mango Sticky Rice",
    "PENCIL 2B",
    "Club Sandwich",
    "USB CABLE 1M",
    "NOTEBOOK A5",
)
NET = (
    "รวมทั้งสิ้น",
    "ยอดสุทธิ",
    "รวมสุทธิ",
    "ยอดรวมสุทธิ",
    "จำนวนเงินรวมทั้งสิ้น",
    "รวมเงินทั้งสิ้น",
    "ยอดชำระ",
    "ยอดเงินสุทธิ",
    "รวมเป็นเงินทั้งสิ้น",
    "ยอดที่ต้องชำระ",
    "รวมทั้งหมด",
)
SUBTOTAL = ("รวม", "รวมเงิน", "ยอดรวม", "รวมเป็นเงิน", "มูลค่าสินค้า")
TAX = ("ภาษีมูลค่าเพิ่ม 7%", "VAT 7%", "ภาษีมูลค่าเพิ่ม", "ภาษี 7%")
SERVICE = ("ค่าบริการ 10%", "Service Charge 10%", "เซอร์วิสชาร์จ 10%")
DISCOUNT = ("ส่วนลด", "ส่วนลดสมาชิก", "คูปองส่วนลด", "ส่วนลดท้ายบิล")
CASH = ("เงินสด", "รับเงิน", "รับเงินสด", "รับมา")
CHANGE = ("เงินทอน", "ทอน", "ทอนเงิน")
OTHER_PAYMENTS = (
    ("บัตรเครดิต", PaymentMethod.CREDIT_CARD),
    ("VISA", PaymentMethod.CREDIT_CARD),
    ("พร้อมเพย์", PaymentMethod.PROMPTPAY),
    ("โอนเงิน", PaymentMethod.BANK_TRANSFER),
    ("ทรูมันนี่วอลเล็ท", PaymentMethod.DIGITAL_WALLET),
    ("บัตรเดบิต", PaymentMethod.DEBIT_CARD),
)
NOTES = (500, 1000, 2000, 5000, 10000, 20000, 50000)


def thai_receipt(chance: random.Random) -> Paper:
    """A till's receipt: prices with VAT, a discount sometimes, cash or another payment."""
    paper = _thai_head(chance)
    goods = _items(paper, chance, THAI_ITEMS)
    paper.total = goods
    if chance.random() < 0.35:
        paper.add(chance.choice(SUBTOTAL), baht(goods))
        paper.discount = cents(goods * chance.choice((5, 10, 15)) / 100)
        paper.total = goods - paper.discount
        paper.add(chance.choice(DISCOUNT), f"{chance.choice(('-', ''))}{baht(paper.discount)}")
    pieces = f" {chance.randint(1, 9)} ชิ้น" if chance.random() < 0.2 else ""
    paper.add(f"{chance.choice(NET + SUBTOTAL[:3])}{pieces}", _money(paper.total, chance))
    if chance.random() < 0.5:
        paper.tax = cents(paper.total * 7 / 107)
        paper.add(chance.choice(("มูลค่าสินค้า", "มูลค่าก่อนภาษี")), baht(paper.total - paper.tax))
        paper.add(chance.choice(TAX), baht(paper.tax))
    _paid(paper, chance)
    if chance.random() < 0.3:
        paper.add(chance.choice(("แต้มสะสมคงเหลือ", "คะแนนสะสม")), f"{chance.randint(10, 9000):,}")
    _foot(paper, chance, ("ขอบคุณที่ใช้บริการ", "โปรดเก็บใบเสร็จไว้เป็นหลักฐาน", "สินค้าซื้อแล้วไม่รับคืน"))
    return paper


def thai_restaurant(chance: random.Random) -> Paper:
    """Service charge and VAT on top, a rounding now and then."""
    paper = _thai_head(chance)
    paper.add(f"โต๊ะ {chance.randint(1, 40)}", f"ลูกค้า {chance.randint(1, 8)}")
    goods = _items(paper, chance, THAI_ITEMS)
    paper.add(chance.choice(SUBTOTAL), baht(goods))
    paper.service = cents(goods / 10)
    paper.add(chance.choice(SERVICE), baht(paper.service))
    paper.tax = cents((goods + paper.service) * VAT)
    paper.add(chance.choice(TAX), baht(paper.tax))
    paper.total = goods + paper.service + paper.tax
    odd = paper.total % Decimal("0.25")
    if odd and chance.random() < 0.5:
        paper.add("ปัดเศษ", f"-{odd}")
        paper.total -= odd
    paper.add(chance.choice(NET), _money(paper.total, chance))
    _paid(paper, chance)
    _foot(paper, chance, ("ขอบคุณค่ะ", "Wifi: 12345678", "โอกาสหน้าเชิญใหม่"))
    return paper


def thai_invoice(chance: random.Random) -> Paper:
    """A full tax invoice with a buyer, columns and the sum in words."""
    paper = _thai_head(chance, title="ใบกำกับภาษี / ใบเสร็จรับเงิน")
    paper.add("ลูกค้า", chance.choice(("บริษัท ผู้ซื้อ จำกัด", "คุณมาลี ใจดี", "หจก. ลูกค้าประจำ")))
    paper.add("รายการ", "จำนวน", "ราคา/หน่วย", "จำนวนเงิน")
    goods = Decimal(0)
    for name in chance.sample(THAI_ITEMS, chance.randint(1, 5)):
        count, each = chance.randint(1, 9), price(chance, 20, 900)
        paper.add(name, str(count), baht(each), baht(count * each))
        goods += count * each
        paper.quantities.append(Decimal(count))
    paper.add(chance.choice(("รวมเงิน", "รวมเป็นเงิน", "ราคาก่อนภาษี", "มูลค่าก่อนภาษี")), baht(goods))
    paper.tax = cents(goods * VAT)
    paper.add(chance.choice(TAX[:3]), baht(paper.tax))
    paper.total = goods + paper.tax
    paper.add(chance.choice(NET), _money(paper.total, chance))
    if chance.random() < 0.5:
        paper.add(chance.choice(OTHER_PAYMENTS[3:])[0])
        paper.payment = dict(OTHER_PAYMENTS)[paper.rows[-1][0]]
    paper.add("ผู้รับเงิน ....................")
    return paper


def petrol(chance: random.Random) -> Paper:
    """Litres and a price a litre beside the amount."""
    paper = Paper(day=some_day(chance), at=some_time(chance), heading=0)
    paper.merchant = chance.choice(("ปั๊มดาวเหนือ", "สยามปิโตรเลียม", "ลานนาออยล์"))
    paper.add(f"สถานีบริการ {paper.merchant}")
    _tax_id(paper, chance)
    paper.add(f"วันที่ {thai_day(paper.day, chance)}" if paper.day else "", f"{paper.at:%H:%M}")
    each, paper.total = Decimal(chance.randint(2900, 4500)) / 100, price(chance, 100, 2000)
    paper.add(chance.choice(("ดีเซล", "แก๊สโซฮอล์ 95", "E20")), f"{each} บาท/ลิตร")
    paper.add("ปริมาณ", f"{paper.total / each:.3f} ลิตร")
    paper.add(chance.choice(("จำนวนเงิน", "รวมเงิน", "ยอดเงิน")), f"{baht(paper.total)} บาท")
    _paid(paper, chance)
    return paper


def english_receipt(chance: random.Random) -> Paper:
    """A receipt in English as printed in Thailand: subtotal, service and VAT in half of them."""
    paper = Paper(day=some_day(chance), at=some_time(chance), heading=0, merchant=chance.choice(ENGLISH_SHOPS))
    paper.add(paper.merchant)
    paper.add(
        chance.choice(
            ("88/12 Nimman Soi 9, Chiang Mai", "Floor 3, Central Plaza, Bangkok 10330", "123 Moo 4 Hang Dong Road")
        )
    )
    if chance.random() < 0.6:
        paper.add(f"TEL 053-{chance.randint(100, 999)}-{chance.randint(1000, 9999)}")
    _tax_id(paper, chance, "TAX ID")
    if paper.day:
        paper.add(
            f"{chance.choice(('DATE ', 'Date: ', ''))}{english_day(paper.day, chance)} {paper.at:%H:%M}",
            f"NO. {chance.randint(1000, 99999)}",
        )
    goods = _items(paper, chance, ENGLISH_ITEMS)
    paper.total = goods
    if chance.random() < 0.5:
        paper.add(chance.choice(("SUBTOTAL", "Sub Total", "Sub-total")), baht(goods))
        paper.service, paper.tax = cents(goods / 10), cents(goods * Decimal("0.077"))
        paper.add(chance.choice(("SERVICE CHARGE 10%", "Svc Chg 10%", "S/C 10%")), baht(paper.service))
        paper.add(chance.choice(("VAT 7%", "VAT (7%)")), baht(paper.tax))
        paper.total = goods + paper.service + paper.tax
    paper.add(
        chance.choice(("TOTAL", "GRAND TOTAL", "NET TOTAL", "Total THB", "Amount Due")), _money(paper.total, chance)
    )
    if chance.random() < 0.5:
        given = _given(paper.total, chance)
        paper.add(chance.choice(("CASH", "Cash Tendered")), baht(given))
        paper.add(chance.choice(("CHANGE", "Change Due")), baht(given - paper.total))
        paper.payment = PaymentMethod.CASH
    else:
        paper.add(chance.choice(("VISA ****1234", "MASTERCARD XXXX-8890")), baht(paper.total))
        paper.payment = PaymentMethod.CREDIT_CARD
    _foot(paper, chance, ("THANK YOU", "PLEASE COME AGAIN", "NO REFUND AFTER 7 DAYS"))
    return paper


def _thai_head(chance: random.Random, title: str | None = None) -> Paper:
    paper = Paper(day=some_day(chance), at=some_time(chance), heading=0, merchant=chance.choice(THAI_SHOPS))
    paper.add(paper.merchant)
    if chance.random() < 0.6:
        paper.add(
            chance.choice(
                (
                    "99/1 ถ.สุเทพ ต.สุเทพ อ.เมือง จ.เชียงใหม่",
                    "123 ถนนพระราม 4 แขวงคลองเตย กรุงเทพฯ 10110",
                    "หมู่ 5 ตำบลหนองหอย อำเภอเมือง",
                )
            )
        )
    if chance.random() < 0.4:
        paper.add(f"โทร. 0{chance.randint(2, 9)}-{chance.randint(100, 999)}-{chance.randint(1000, 9999)}")
    _tax_id(paper, chance)
    if title or chance.random() < 0.5:
        paper.add(title or chance.choice(("ใบเสร็จรับเงิน/ใบกำกับภาษีอย่างย่อ", "ใบเสร็จรับเงิน", "ใบกำกับภาษีอย่างย่อ")))
    if paper.day:
        label = chance.choice(("วันที่ ", "วันที่: ", ""))
        paper.add(f"{label}{thai_day(paper.day, chance)} {paper.at:%H:%M}", f"เลขที่ {chance.randint(1000, 99999)}")
    return paper


def _tax_id(paper: Paper, chance: random.Random, label: str = "") -> None:
    if chance.random() < 0.6:
        paper.tax_id = tax_id(chance)
        paper.add(f"{label or chance.choice(('TAX ID', 'เลขประจำตัวผู้เสียภาษี', 'เลขประจำตัวผู้เสียภาษีอากร'))} {paper.tax_id}")


def _items(paper: Paper, chance: random.Random, names: tuple[str, ...]) -> Decimal:
    goods = Decimal(0)
    for name in chance.sample(names, chance.randint(1, 7)):
        count, each = chance.choice((1, 1, 1, 2, 3)), price(chance, 10, 450)
        label = (
            name
            if count == 1
            else chance.choice((f"{name} x{count}", f"{count} {name}", f"{name} {count} @ {each:.2f}"))
        )
        paper.add(label, baht(count * each))
        goods += count * each
        paper.quantities.append(Decimal(count))
    return goods


def _paid(paper: Paper, chance: random.Random) -> None:
    if chance.random() < 0.5:
        given = _given(paper.total, chance)
        paper.add(chance.choice(CASH), baht(given))
        paper.add(chance.choice(CHANGE), baht(given - paper.total))
        paper.payment = PaymentMethod.CASH
    elif chance.random() < 0.8:
        name, paper.payment = chance.choice(OTHER_PAYMENTS)
        paper.add(name, baht(paper.total)) if chance.random() < 0.6 else paper.add(name)


def _given(total: Decimal, chance: random.Random) -> Decimal:
    """The notes handed over: the next round sum."""
    step = chance.choice((20, 100, 500, 1000))
    return Decimal((int(total) // step + 1) * step)


def _money(value: Decimal, chance: random.Random) -> str:
    return chance.choice((baht(value), baht(value), f"{baht(value)} บาท", f"฿{baht(value)}", f"{value:.2f}"))


def _foot(paper: Paper, chance: random.Random, words: tuple[str, ...]) -> None:
    for said in chance.sample(words, chance.randint(0, 2)):
        paper.add(said)
