"""Whether money was spent, came back, or only moved into an own wallet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from adapters.inference.lexicon.patterns import Sought
from contracts.values import TransactionKind

if TYPE_CHECKING:
    from adapters.inference.lexicon.prose import Prose

_REFUND: Final = Sought(
    r"เงินคืน(?!เพื่อน|ให้)|ได้คืนเงิน|(?:คืนเงิน|โอนคืน)(?!กู้|เพื่อน|ให้|พี่|แม่|ยืม|น้อง|แฟน)|ได้รับเงินคืน|ได้คืน|ขอคืนเงิน|รีฟันด์|คืนสินค้า|เครดิตคืน"
    r"|\brefund(?:ed|s)?\b|\bgot \W?[\d,.]+(?: baht| thb)? back from\b"
    r"|money back|\breimbursed\b|got my money back|returned item"
)
_ASIDE: Final = re.compile(r"เครดิตเงินคืน|cash ?back|แคชแบ[็]?[กค]")
_BUYING: Final = re.compile(r"ซื้อ|\bbought\b|\bpaid\b")
_WALLET: Final = (
    r"(?:ทรูมันนี่|ทรู มันนี่|ทรูวอลเล็ท|วอลเล็[ทต]|วอเล็ท|กระเป๋าเงิน|เป๋าตังค?์?|ช้อปปี้เพย์|แกร็บเพย์|ไลน์เพย์"
    r"|true ?money|(?:[a-z]{1,12} )?wallet|shopee ?pay|grab ?pay|rabbit line pay|line pay|paypal|gcash|paotang"
    r"|touch n go|tng)"
)
_INTO: Final = (
    r"(?:เติมเงิน|เติม|โอน(?:เงิน)?(?:เข้า|ไป)|top(?:ped|ping)?[ -]?up|reload(?:ed)?|load(?:ed)?"
    r"|add(?:ed)? (?:money|cash|funds|\S{1,12}(?: baht| thb)?) to|(?:transfer(?:red)?|moved?)(?: \S{1,12}){0,2} to)"
)
_BETWEEN: Final = r"(?:เข้า|ใส่|ใน|into|to|my|the|แอป|แอพ|กระเป๋า|บัญชี|money|[\d,.]+|บาท|baht|thb|฿|\s){0,8}"
_TOPUP: Final = Sought(rf"{_INTO}{_BETWEEN}{_WALLET}|{_WALLET}\s?(?:top[ -]?up|เติมเงิน)")


def kind_of(prose: Prose) -> TransactionKind:
    """Judge the direction of the money by its words."""
    words = _ASIDE.sub("", prose.folded)
    if _REFUND.search(words) and not _BUYING.search(words):
        return TransactionKind.REFUND
    return TransactionKind.WALLET_TOPUP if _TOPUP.search(words) else TransactionKind.PURCHASE
