"""Money that was not spent: what came in or was borrowed, what somebody else paid, what was only wished for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from adapters.inference.lexicon.prose import Prose

_OUTGOING: Final = re.compile(
    r"ซื้อ|จ่าย|กิน|ชำระ|(?:ส่ง|แบ่ง|เอา)(?:เงิน)?ให้|โอน(?:เงิน)?(?:ให้|ไป)|ค่า[ก-๎]{2}"
    r"|\b(?:paid (?!by\b|me\b)\d|spent|bought|gave (?!me\b)|sent to|treated (?:myself|ourselves))\b"
)
_PERSON: Final = (
    r"(?<![ก-๎])(?:คุณ)?(?:แม่|พ่อ|ป๊า|ม๊า|พี่|น้อง|ป้า|ลุง|น้า|อา|ยาย|ตา|ปู่|ย่า|แฟน|เพื่อน|ลูกค้า|เจ้านาย|หัวหน้า|ลูก|สามี|ภรรยา|เมีย)(?:สาว|ชาย)?"
    r"(?:เพิ่ง|ก็)?"
)
_INCOME: Final = re.compile(
    r"เงินเดือน(?:เข้า|ออก)|ได้(?:รับ)?(?:เงินเดือน|โบนัส|เงินปันผล|ปันผล|ดอกเบี้ย|ทุน|มรดก|ทิป|อั่งเปา|เงินจาก)"
    r"|(?<!เบิก)(?<!จ่าย)(?<!ลด)(?<!ซื้อ)ได้(?:รับ)?(?:เงิน)?ค่า"
    r"|(?:โบนัส|ปันผล|ดอกเบี้ย|ค่าคอม|เบี้ยเลี้ยง|(?<!เติม)(?<!โอน)(?<!ฝาก)เงิน)เข้า|โบนัสออก"
    r"|ลูกค้า(?:จ่าย|โอน|ชำระ|ให้)(?!คืน)"
    r"|รายรับ|รายได้|รับเงินเดือน|ขายได้|ถูกหวย|ถูกลอตเตอรี่|โอน(?:เงิน|ตังค์)?(?:เข้า)?มา|เงินเข้าบัญชี"
    r"|(?<![ก-๎])(?:ได้)?กำไร|เก็บ(?:เงิน|ตังค์)ได้|(?<!ให้)(?<!คืน)(?<!ที่)(?<!เงิน)ยืม(?:เงิน|ตังค์)?[ก-๎]{0,16}มา|กู้(?:เงิน)?(?:มา|ได้)"
    rf"|{_PERSON}(?:ให้|ส่ง|โอน)(?:เงิน|ตังค์|ค่าขนม|อั่งเปา|ทิป)?(?:มา)?(?:ให้)?\s?(?:อีก\s?)?\d"
    r"|(?<!ร้าน)ขาย[ก-๎a-z\s\d,.]{0,40}?"
    r"(?<!ไม่)ได้(?!(?:เงิน)?(?:ทอน|คืน)|ส่วนลด|ลด|แต้ม|แถม|คะแนน|ของ)(?:เงิน|มา|กำไร)?\s?(?:\d|[ก-๎]{2})"
    r"|\b(?:received|got|earned) (?:my |a |the )?"
    r"(?:salary|bonus|wages?|paycheck|pay rise|dividends?|interest|commission)"
    r"|\breceived \W{0,2}\d|\bgot \W{0,2}\d[\d,.]*(?: baht| thb)? from\b|\bborrowed\b"
    r"|\b(?:gave|sent|transferred|paid|lent) me (?!\W?(?:the )?(?:discount|change|bill|receipt|a discount|back the))"
    r"|\b(?:got|was|been) paid(?! back)\b|\bsold (?:my|the|an?|some|old|two|\d)|\bowes? me\b"
    r"|\b(?:salary|bonus|wages|commission)\b.{0,20}\b(?:came|received|arrived|in)\b"
    r"|\b(?:won|earned) \W?\d|\bincome\b(?! tax)"
)
_SENT_ME: Final = re.compile(rf"{_PERSON}(?:ส่ง|โอน)(?:เงิน|ตังค์|ค่าขนม)?มา(?:ให้)?\s?(?:อีก\s?)?\d")
_SPENT: Final = re.compile(r"ซื้อ|จ่าย|กิน|ชำระ|หมด|เหลือ|เอาไป|\b(?:paid|spent|bought)\b")
_TREATED: Final = re.compile(
    rf"{_PERSON}(?:เป็นคน)?เลี้ยง(?=ข้าว|กาแฟ|มื้อ|ชาบู|หมูกระทะ|บุฟ|อาหาร|ขนม|น้ำ|หนัง|เหล้า|เบียร์|\s|$)(?!เพื่อน|น้อง)"
    r"|\b(?:friend|boss|mom|mum|dad|sister|brother|boyfriend|girlfriend|husband|wife|he|she|they|colleague|company)"
    r" (?:treated (?:me|us)|(?:paid|bought|covered) (?:it )?for (?:me|us|everything|everyone)|bought me)\b"
)
_OWN_MONEY: Final = re.compile(r"จ่าย|(?:เรา|ผม|ฉัน|หนู)เลี้ยง|ออกเอง|ส่วนของ|ทิป|\b(?:i|we|my|tip|spent)\b")
_NOT_DONE: Final = re.compile(
    r"ไม่ได้(?:ซื้อ|สั่ง)|ไม่ได้จ่าย(?!สด|เงินสด|ด้วย|ผ่าน|เอง|บัตร)|แต่ไม่(?:ซื้อ|เอา|สั่ง)|ยังไม่(?:ได้)?(?:ซื้อ|จ่าย|โอน|ชำระ|สั่ง)"
    r"|(?:อยาก|กะว่าจะ|คิดว่าจะ|ว่าจะ|กะจะ|คิดจะ|ตั้งใจจะ|กำลังจะ|วางแผน(?:จะ)?|เดี๋ยว(?:ค่อย|จะ)?|ไว้ค่อย|เกือบ(?:จะ)?)\s?(?:ไป)?(?:ซื้อ|จ่าย|โอน|สั่ง)"
    r"|อยากได้|อยาก(?:ไป)?กิน|ราคา[ก-๎]{2,16}?(?:ขึ้น|ปรับ|จะ)(?!ไป)|(?:ว่าจะ|กะจะ)(?:ไป)?กิน|พรุ่งนี้(?:เช้า|จะ|ต้อง|ค่อย|ไป|ก็|\s)*(?:จ่าย|ซื้อ|โอน)"
    r"|\b(?:didn'?t|did not) (?:buy|pay|order|get it)|\bdidn'?t$|\b(?:haven'?t|have not) (?:paid|bought)"
    r"|\bnot paid yet"
    r"|\b(?:want|wants|wanted|plan|plans|planning|going|hoping|need|needs|have) to (?:buy|pay|get|order)\b"
    r"|\b(?:will|should|might|must) (?:buy|pay|get|order)\b|\bthinking (?:of|about) (?:buying|getting|an?|the)\b"
    r"|\b(?:almost|nearly) (?:bought|paid)|\bdecided (?:not to|against)|\bunpaid\b"
)
_DONE: Final = re.compile(
    r"(?:ซื้อ|จ่าย|โอน|สั่ง|ชำระ|จัด|กด|สอย)(?:มา|ไป|แล้ว|เลย)|(?:เลย|สุดท้ายก็?|ก็)(?:ไป)?(?:กิน|แวะ|ซื้อ|จ่าย|โอน|สั่ง|จัด)|มัดจำ|แต่(?:ก็)?ได้|แต่ก็|(?<!ยัง)ไม่ได้จ่ายสด"
    r"|\b(?:bought|paid|spent|ordered|deposit|got (?:it|one))\b"
)


def why_unspent(prose: Prose) -> str | None:
    """What speaks against a purchase where a text tells an amount and yet of none spent; None where nothing does."""
    if _finds_but(prose, _INCOME, _OUTGOING):
        return "the text tells of money received, none of money spent"
    if _finds_but(prose, _SENT_ME, _SPENT):
        return "the text tells of money that somebody sent"
    if _finds_but(prose, _TREATED, _OWN_MONEY):
        return "the text tells that somebody else paid"
    return "the text tells of a purchase not made" if _finds_but(prose, _NOT_DONE, _DONE) else None


def _finds_but(prose: Prose, words: re.Pattern[str], unless: re.Pattern[str]) -> bool:
    """Whether such words stand in the text, and outside of them none of the others."""
    found = words.search(prose.folded)
    return found is not None and not unless.search(prose.folded[: found.start()] + prose.folded[found.end() :])
