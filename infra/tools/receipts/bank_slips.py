"""The demo bank slips. Every bank, person and number is invented."""

from __future__ import annotations

from typing import Final

from infra.tools.receipts.documents import Document, Key


def _slip(file: str, merchant: str, total: str, category: str, payment: str, date: str) -> Key:
    return Key(file, "slip", merchant, date, total, "THB", category, payment)


SLIPS: Final = (
    Document(
        _slip("slip-transfer.png", "PA DAENG SHOP", "65.00", "Miscellaneous", "PromptPay", "2025-06-03"),
        "screen",
        0.1,
        """\
# Transfer Completed
^ 3 Jun 25  2:22 PM
---
From
MR. SOMCHAI J.
Bua Bank
xxx-x-x1234-x
To
PA DAENG SHOP
PromptPay
x-xxxx-5678
---
Transaction ID: | 015154142245ABC01234
Amount: | 65.00 Baht
Fee: | 0.00 Baht
""",
    ),
    Document(
        _slip(
            "slip-waterworks.jpg",
            "NAKHON LANNA WATERWORKS",
            "342.17",
            "Bills & Utilities",
            "Mobile Banking",
            "2025-06-05",
        ),
        "screen",
        0.3,
        """\
# Bill Payment Successful
^ 05 Jun 2025 - 09:14
^ Ref ID: 2025060509142207718
---
From | MS. KOI R.
 | xxx-xxx412-7
To | NAKHON LANNA WATERWORKS
Biller ID | 099400016550100
Ref No. 1 | 5512078841
Ref No. 2 | 680605
---
! Amount | 342.17 THB
Fee | 10.00 THB
^ Siam Lotus Bank Mobile Banking
""",
    ),
    Document(
        _slip("slip-temple.png", "WAT PA DARA TEMPLE", "999.00", "Temple Donations", "PromptPay", "2025-05-11"),
        "screen",
        0.2,
        """\
# Payment Completed
^ 11 May 25  10:05 AM
---
From | MRS. MALEE S.
 | Bua Bank xxx-x-x7781-x
To | WAT PA DARA TEMPLE
PromptPay e-Donation | 0994000165501
---
Amount | 999.00 Baht
Fee | 0.00 Baht
Transaction ID | 015131100512XYZ88213
""",
    ),
    Document(
        _slip("slip-school.jpg", "LANNA PATTANA SCHOOL", "18500.00", "Education", "Bank Transfer", "2025-05-06"),
        "screen",
        0.4,
        """\
# Transfer Successful
^ 06 MAY 2568 13:47:09
---
From Account
MR. ANAN W.  xxx-x-x0001-x
To Account
LANNA PATTANA SCHOOL
Bank: Siam Lotus Bank
xxx-x-x9034-x
---
! Amount (THB) | 18,500.00
Fee (THB) | 25.00
Reference | SLB250506134709553
Note | school fee term 1
""",
    ),
)
