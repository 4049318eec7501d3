"""Bank slips and wallet confirmations. Every bank, person and number is invented."""

from __future__ import annotations

import random
from decimal import Decimal

from contracts.values import PaymentMethod
from tests.eval.papers.paper import Paper, baht, price, slip_day, some_day, some_time

PAYERS = ("นาย สมชาย ใ***", "น.ส. ก้อย ร.", "นาง มาลี ส***", "MR. ANAN W.", "นายวิชัย ท.")
PAYEES = (
    "ร้านป้าแดง",
    "นาย เอกชัย ม***",
    "บจก. ไทยประปา",
    "น.ส. พร ก.",
    "ร้านข้าวมันไก่ตอน",
    "โรงเรียนบ้านดอย",
    "บริษัท เน็ตบ้านไว จำกัด",
    "PA DAENG SHOP",
    "วัดป่าดารา",
)
BANKS = ("ธ.บัวหลวงใหม่", "ธ.ลานนา", "ธนาคารดอกคูน", "ธ.สยามบัว")


def bank_slip(chance: random.Random) -> Paper:
    """A transfer in the order most banking apps print it: done, date, payer, payee, number, amount, fee."""
    paper = _slip(chance, ("โอนเงินสำเร็จ", "จ่ายบิลสำเร็จ", "ชำระเงินสำเร็จ", "รายการสำเร็จ", "ทำรายการสำเร็จ"))
    if chance.random() < 0.4:
        paper.add(f"{chance.choice(('รหัสอ้างอิง', 'เลขที่อ้างอิง'))}: {paper.reference}")
        _parties(paper, chance, labels=True)
        _amount(paper, chance)
    else:
        _parties(paper, chance, labels=chance.random() < 0.5)
        if chance.random() < 0.5:
            paper.add("เลขที่รายการ:", paper.reference or "")
            _amount(paper, chance)
        else:
            _amount(paper, chance)
            paper.add(f"เลขที่รายการ: {paper.reference}")
    if chance.random() < 0.3:
        paper.add(f"บันทึกช่วยจำ: {chance.choice(('ค่าข้าว', 'ค่าห้อง', 'ค่าเทอม'))}")
    return paper


def english_slip(chance: random.Random) -> Paper:
    paper = _slip(chance, ("Transfer Completed", "Transfer Successful", "Payment Completed", "Bill Payment Successful"))
    paper.rows[-1] = (f"{paper.day:%d %b %Y} - {paper.at:%H:%M}",)
    paper.merchant = chance.choice(("PA DAENG SHOP", "LANNA WATERWORKS", "MR. EKACHAI M.", "WAT PA DARA TEMPLE"))
    paper.add("From", chance.choice(("MR. SOMCHAI J.", "MS. KOI R.")))
    paper.add("xxx-x-x1234-x")
    paper.add("To", paper.merchant)
    paper.add("PromptPay x-xxxx-5678" if chance.random() < 0.5 else "xxx-x-x9034-x")
    paper.payment = PaymentMethod.PROMPTPAY if "PromptPay" in paper.rows[-1][0] else None
    paper.add("Transaction ID:", paper.reference or "")
    paper.add("Amount", f"{baht(paper.total)} {chance.choice(('THB', 'Baht'))}")
    paper.add("Fee", f"{baht(paper.fee or Decimal(0))} THB")
    return paper


def wallet(chance: random.Random) -> Paper:
    """A wallet's confirmation: the amount stands large, without a label, below the word that it is done."""
    paper = _slip(chance, ("ชำระเงินสำเร็จ", "จ่ายเงินสำเร็จ", "Payment Successful"))
    day = paper.rows.pop()
    paper.add(f"{chance.choice(('฿', ''))}{baht(paper.total)}{chance.choice((' บาท', ''))}")
    paper.rows.append(day)
    paper.add(chance.choice(("ชำระให้", "ไปยัง")), paper.merchant)
    paper.add("จาก", chance.choice(("วอลเล็ทของฉัน", "บัญชีกระเป๋าเงิน")))
    paper.add("ค่าธรรมเนียม", f"{baht(paper.fee or Decimal(0))} บาท")
    paper.add("เลขที่รายการ", paper.reference or "")
    return paper


def _slip(chance: random.Random, titles: tuple[str, ...]) -> Paper:
    paper = Paper(slip=True, day=some_day(chance), at=some_time(chance), merchant=chance.choice(PAYEES), heading=0)
    paper.total = price(chance, 1, 30_000) if chance.random() < 0.7 else price(chance, 20, 500)
    paper.fee = Decimal(chance.choice((0, 0, 0, 10, 25)))
    letters = "".join(chance.sample("ABCDEFGHKMPRSTUVWXY", 3))
    paper.reference = f"01{chance.randint(10**9, 10**10 - 1)}{letters}{chance.randint(10000, 99999)}"
    paper.add(chance.choice(titles))
    if paper.day and paper.at:
        paper.add(slip_day(paper.day, paper.at, chance))
    return paper


def _parties(paper: Paper, chance: random.Random, *, labels: bool) -> None:
    payer, account = chance.choice(PAYERS), f"xxx-x-x{chance.randint(1000, 9999)}-x"
    proxy = chance.random() < 0.4
    paper.payment = PaymentMethod.PROMPTPAY if proxy else None
    paper.add(*(("จาก", payer) if labels else (payer,)))
    paper.add(chance.choice(BANKS), account) if chance.random() < 0.5 else paper.add(account)
    paper.add(*((chance.choice(("ไปยัง", "ไปที่")), paper.merchant) if labels else (paper.merchant,)))
    paper.add(f"พร้อมเพย์ xxx-xxx-{chance.randint(1000, 9999)}" if proxy else f"xxx-x-x{chance.randint(1000, 9999)}-x")


def _amount(paper: Paper, chance: random.Random) -> None:
    label = chance.choice(("จำนวน:", "จำนวนเงิน", "จำนวนเงิน (บาท)", "ยอดเงิน", "จำนวน"))
    paper.add(label, baht(paper.total) if "บาท" in label else f"{baht(paper.total)} บาท")
    paper.add(chance.choice(("ค่าธรรมเนียม:", "ค่าธรรมเนียม")), f"{baht(paper.fee or Decimal(0))} บาท")
