"""The demo receipts. Every shop and number is invented."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from infra.tools.receipts.documents import Document, Key


def _receipt(file: str, merchant: str, total: str, category: str, payment: str | None, date: str | None) -> Key:
    return Key(file, "receipt", merchant, date, total, "THB", category, payment)


RECEIPTS: Final = (
    Document(
        _receipt("coffee-cash.jpg", "DOI SUNRISE COFFEE", "185.00", "Food & Dining", "Cash", "2025-06-14"),
        "till",
        0.35,
        """\
# DOI SUNRISE COFFEE
^ กาแฟดอยอรุณ
^ 88/12 Nimman Soi 9, Chiang Mai
^ TEL 053-555-0142
---
DATE 14/06/68 08:41 | BILL 004812
---
1 ICED LATTE | 75.00
1 HOT AMERICANO | 60.00
1 BANANA CAKE | 50.00
---
! TOTAL | 185.00
CASH | 500.00
CHANGE | 315.00
---
^ WIFI: sunrise2568
^ THANK YOU
""",
    ),
    Document(
        _receipt("market-points.jpg", "BAAN SUAN FRESH MART", "486.00", "Groceries", "Credit Card", "2025-06-13"),
        "till",
        0.55,
        """\
# BAAN SUAN FRESH MART
^ บ้านสวนเฟรชมาร์ท
^ TAX ID 0105544000122
^ TAX INVOICE (ABB) / VAT INCLUDED
13/06/2568 18:22 | POS 03 #11872
---
JASMINE RICE 5KG | 215.00
FRESH MILK 2 x 46.00 | 92.00
EGGS NO.2 PACK 10 | 65.00
MORNING GLORY 0.8 KG | 48.00
FISH SAUCE 700ML | 120.00
---
SUBTOTAL | 540.00
MEMBER DISCOUNT 10% | -54.00
! TOTAL | 486.00
VAT 7% INCLUDED | 31.79
MASTERCARD ****8890 | 486.00
---
POINTS EARNED | 19
POINTS BALANCE | 12,500
""",
    ),
    Document(
        _receipt(
            "restaurant-service.jpg", "SUKI LANNA RESTAURANT", "457.75", "Food & Dining", "Credit Card", "2025-06-07"
        ),
        "till",
        0.6,
        """\
# SUKI LANNA RESTAURANT
^ สุกี้ล้านนา สาขาเจริญเมือง
^ TABLE 12   GUESTS 2   CASHIER NOK
DATE: 07 JUN 2025 | TIME: 19:36
---
SUKI SET SMALL | 249.00
PORK PLATE | 89.00
ICED TEA 2 @ 25.50 | 51.00
---
SUBTOTAL | 389.00
SERVICE CHARGE 10% | 38.90
VAT 7% | 29.95
TOTAL | 457.85
ROUNDING | -0.10
! GRAND TOTAL | 457.75
VISA XXXX-1234 | 457.75
^ APPROVAL CODE 882041
^ PLEASE COME AGAIN
""",
    ),
    Document(
        _receipt("convenience-quantity.jpg", "QUICK CORNER MINIMART", "138.00", "Groceries", "Cash", "2025-06-15"),
        "till",
        0.45,
        """\
# QUICK CORNER MINIMART
^ สาขา 01234 ถนนสุเทพ
^ TAX ID 0105544000122
---
DRINKING WATER 600ML 2 | 20.00
INSTANT NOODLES 4 | 60.00
TOOTHPASTE | 58.00
---
TOTAL QTY | 7
TOTAL ITEMS | 3
! TOTAL | 138.00
CASH | 1,000.00
CHANGE | 862.00
---
15/06/68 07:58 | R#0099120345
""",
    ),
    Document(
        _receipt(
            "fuel-litres.jpg", "NORTHERN STAR PETROL STATION", "1000.00", "Transportation", "Credit Card", "2025-05-12"
        ),
        "printed",
        0.4,
        """\
# NORTHERN STAR PETROL STATION
^ สถานีบริการน้ำมันดาวเหนือ
^ TAX ID 0105544000122
DATE 12-05-2568 | TIME 17:20
PUMP 04 | DIESEL B7
---
LITRES | 31.309
PRICE/LITRE | 31.94
AMOUNT EXCL. VAT | 934.58
VAT 7% | 65.42
! TOTAL BAHT | 1,000.00
CREDIT CARD | **** 5501
ODOMETER | 128,440
^ DRIVE SAFELY
""",
    ),
    Document(
        _receipt("pharmacy-qr.jpg", "MAE PING PHARMACY", "342.00", "Healthcare", "QR Code", "2025-06-10"),
        "till",
        0.5,
        """\
# MAE PING PHARMACY
^ ร้านยาแม่ปิง เภสัชกรประจำ
^ TEL 053-555-0177
10 JUN 2025 12:04 | NO. 20250610-031
---
PARACETAMOL 500MG | 25.00
VITAMIN C 1000MG | 290.00
ORS POWDER 3 x 9.00 | 27.00
---
! NET TOTAL | 342.00
VAT INCLUDED | 22.37
THAI QR PAYMENT | 342.00
^ REF 015161120455
""",
    ),
    Document(
        replace(
            _receipt("hotel-dollars.jpg", "RIVERSIDE GARDEN HOTEL", "186.40", "Travel", "Credit Card", "2025-05-30"),
            currency="USD",
        ),
        "printed",
        0.3,
        """\
# RIVERSIDE GARDEN HOTEL
^ GUEST FOLIO 7731
ROOM 412 | 2 NIGHTS
CHECK OUT DATE | 30/05/2025
---
DELUXE ROOM 2 x USD 75.00 | USD 150.00
MINIBAR | USD 8.36
---
SUBTOTAL | USD 158.36
SERVICE CHARGE 10% | USD 15.84
VAT 7% | USD 12.20
! TOTAL | USD 186.40
AMERICAN EXPRESS ***1007 | USD 186.40
^ WE HOPE TO SEE YOU AGAIN
""",
    ),
    Document(
        _receipt("books-wallet.jpg", "CHEDI BOOKS", "845.50", "Education", "Digital Wallet", "2025-06-01"),
        "till",
        0.5,
        """\
# CHEDI BOOKS
^ ร้านหนังสือเจดีย์
01/06/2025 15:47 | CASHIER 2
---
SCHOOL DICTIONARY EN-TH | 495.00
MATH TEXTBOOK GRADE 4 | 275.00
PENCIL 2B 6 PCS | 75.50
---
TOTAL QTY 8
! TOTAL | 845.50
TRUEMONEY WALLET | 845.50
^ NO REFUND AFTER 7 DAYS
""",
    ),
    Document(
        _receipt(
            "hardware-transfer.jpg",
            "CHANG PHUEAK HARDWARE CO., LTD.",
            "12450.00",
            "Shopping",
            "Bank Transfer",
            "2025-06-03",
        ),
        "printed",
        0.35,
        """\
# CHANG PHUEAK HARDWARE CO., LTD.
^ บริษัท ช้างเผือกวัสดุ จำกัด
^ TAX ID 0105544000122   HEAD OFFICE
^ RECEIPT / TAX INVOICE
NO. IV6806-0033 | DATE 3/6/2568
---
ELECTRIC DRILL 18V | 4,990.00
PAINT 9L 4 x 1,350.00 | 5,400.00
LADDER 2.4M | 2,450.00
---
SUB TOTAL | 12,840.00
DISCOUNT | 1,204.49
AMOUNT BEFORE VAT | 11,635.51
VAT 7% | 814.49
! GRAND TOTAL | 12,450.00
PAID BY BANK TRANSFER
""",
    ),
    Document(
        _receipt("noodles-small.jpg", "PA SOM NOODLE SHOP", "65.00", "Food & Dining", None, "2025-02-14"),
        "till",
        0.8,
        """\
# PA SOM NOODLE SHOP
^ ก๋วยเตี๋ยวป้าสม
^ 14/2/68
---
BOAT NOODLE | 45.00
ICED TEA | 20.00
---
! TOTAL | 65.00
""",
    ),
    Document(
        _receipt("clinic-insurance.jpg", "HANG DONG MEDICAL CLINIC", "700.00", "Healthcare", "Cash", "2025-04-22"),
        "printed",
        0.45,
        """\
# HANG DONG MEDICAL CLINIC
^ คลินิกเวชกรรมหางดง
RECEIPT NO. 6804-221 | 22 APR 2025
HN 0042917 | AGE 41
---
MEDICINE | 1,200.00
DOCTOR FEE | 500.00
---
TOTAL | 1,700.00
PAID BY INSURANCE | 1,000.00
! PATIENT PAYS | 700.00
CASH | 1,000.00
CHANGE | 300.00
""",
    ),
    Document(
        replace(
            _receipt("airport-singapore.jpg", "MERLION GIFT SHOP", "43.60", "Shopping", "Credit Card", "2025-05-18"),
            currency="SGD",
        ),
        "till",
        0.5,
        """\
# MERLION GIFT SHOP
^ TERMINAL 3 DEPARTURE HALL
^ GST REG NO. M2-0099123-4
18 MAY 2025 21:15 | TRN 55120
---
KEYCHAIN 3 @ S$5.00 | S$15.00
PANDAN CAKE | S$25.00
---
SUBTOTAL | S$40.00
GST 9% | S$3.60
! TOTAL | S$43.60
VISA ****7720 | S$43.60
""",
    ),
)
