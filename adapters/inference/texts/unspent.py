"""Money that was not spent: what came in or was borrowed, what somebody else paid, what was only wished for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from adapters.inference.lexicon.patterns import Patterns

if TYPE_CHECKING:
    from adapters.inference.lexicon.prose import Prose

_OUTGOING: Final = re.compile(
    r"ซื้อ|จ่าย|กิน|ชำระ|(?:ส่ง|แบ่ง|เอา)(?:เงิน)?ให้|โอน(?:เงิน)?(?:ให้|ไป)|ค่า[ก-๎]{2}"
    r"|\b(?:paid (?!by\b|me\b)\d|paid (?:in |with |by )?(?:cash|card|credit|debit|promptpay|qr|transfer))"
    r"|\b(?:spent|bought|gave (?!me\b)|sent to|treated (?:myself|ourselves))\b"
)
_PERSON: Final = (
    r"(?<![ก-๎])(?:คุณ)?(?:แม่|พ่อ|ป๊า|ม๊า|พี่|น้อง|ป้า|ลุง|น้า|อา|ยาย|ตา|ปู่|ย่า|แฟน|เพื่อน|ลูกค้า|เจ้านาย|หัวหน้า|ลูก|สามี|ภรรยา|เมีย)(?:สาว|ชาย)?"
    r"(?:เพิ่ง|ก็)?"
)
_INCOME: Final = re.compile(
    r"เงินเดือน(?:[ก-๎]{0,20})(?:เข้า|ออก)(?=แล้ว|\s|บัญชี|\d|$|มา)"
    r"|ได้(?:รับ)?(?:เงินเดือน|โบนัส|เงินปันผล|ปันผล|ดอกเบี้ย|ทุน|มรดก|ทิป|อั่งเปา|เงินจาก)"
    r"|(?<!เบิก)(?<!จ่าย)(?<!ลด)(?<!ซื้อ)ได้(?:รับ)?(?:เงิน)?ค่า"
    r"|(?:โบนัส|ปันผล|ดอกเบี้ย|ค่าคอม|เบี้ยเลี้ยง|(?<!เติม)(?<!โอน)(?<!ฝาก)เงิน)เข้า|โบนัสออก"
    r"|ลูกค้า(?:จ่าย|โอน|ชำระ|ให้)(?!คืน)"
    r"|รายรับ|รายได้|รับเงินเดือน|ขายได้|(?<!ถ้า)ถูกหวย|ถูกลอตเตอรี่|โอน(?:เงิน|ตังค์)?(?:เข้า)?มา|(?<!โอน)(?<!ฝาก)เงินเข้าบัญชี"
    r"|(?<![ก-๎])(?:ได้)?กำไร|เก็บ(?:เงิน|ตังค์)ได้|(?<!ให้)(?<!คืน)(?<!ที่)(?<!เงิน)ยืม(?:เงิน|ตังค์)?[ก-๎]{0,16}มา|กู้(?:เงิน)?(?:มา|ได้)"
    rf"|{_PERSON}(?:ให้|ส่ง|โอน)(?:เงิน|ตังค์|ค่าขนม|อั่งเปา|ทิป)?(?:มา)?(?:ให้)?\s?(?:อีก\s?)?\d"
    r"|(?<!ร้าน)ขาย[ก-๎a-z\s\d,.]{0,40}?"
    r"(?<!ไม่)ได้(?!(?:เงิน)?(?:ทอน|คืน)|ส่วนลด|ลด|แต้ม|แถม|คะแนน|ของ)(?:เงิน|มา|กำไร)?\s?(?:\d|[ก-๎]{2})"
    r"|\b(?:received|got|earned) (?:my |a |the )?"
    r"(?:salary|bonus|wages?|paycheck|pay rise|dividends?|interest|commission)"
    r"|\breceived \W{0,2}\d|\bgot \W{0,2}\d[\d,.]*(?: baht| thb)? from\b|\bborrowed\b"
    r"|\b(?:gave|sent|transferred|paid|lent) me (?!\W?(?:the )?(?:discount|change|bill|receipt|a discount|back the))"
    r"|\b(?:got|(?<!half )(?<!that )(?<!it )was|been) paid(?! back)\b|\bowes? me\b"
    r"|\bsold (?:my|the|an?|some|old|two|\d)"
    r"|\b(?:salary|bonus|wages|commission|pension|stipend|scholarship)\b.{0,20}\b(?:came|received|arrived|in|landed|hit)\b"
    r"|\b(?:won|earned) \W?\d|\bincome\b(?! tax| affidavit| statement| certificate| proof| letter)"
)
_EARNED: Final = re.compile(
    r"(?:ลูกค้า|ผู้เช่า|คนเช่า|ลูกหนี้|นายจ้าง)(?:[ก-๎]{0,12})?(?:โอน|จ่าย|ชำระ|ให้|คืน)(?!คืนให้ลูกค้า)(?=(?:เงิน|ตังค์)?(?:ค่า|มา|แล้ว|เข้า|ให้|มัดจำ|\s?\d))"
    r"|(?<!ให้)(?<!คืน)(?<!ที่)(?<!เงิน)(?:กู้|ยืม)(?:เงิน|ตังค์)?[ก-๎]{0,16}(?:มา|ไป)\s?(?:ก่อน\s?)?\d"
    r"|(?:ได้รับ|รับ)(?:เงิน)?(?:โอน|คืนภาษี|เครดิตคืน|ค่าจ้าง|ค่าแรง|เบี้ย|สวัสดิการ)|เงิน(?:ดิจิทัล|เยียวยา|คนแก่|ผู้สูงอายุ|สวัสดิการ)เข้า"
    r"|(?:รายได้|ยอดขาย|ขายของได้|ขายดี)(?:วันนี้|เมื่อวาน|เดือนนี้|อาทิตย์นี้)|ค่า[ก-๎]{2,12}เข้าแล้ว"
    r"|เงิน(?:ช่วยเหลือ|เยียวยา|ดิจิทัล|ผู้สูงอายุ|คนแก่|คนพิการ|สวัสดิการ|อุดหนุน|ชดเชย|บำนาญ|บำเหน็จ|โอที|รางวัล)[ก-๎]{0,16}\s?[\d,.]*\s?(?:บาท\s?)?เข้า"
    r"|(?:เพื่อน|พี่|น้อง|ลูกหนี้|เขา)[ก-๎]{0,8}คืนเงิน(?!ไม่)|โอน(?:เงิน)?ผิด(?:เข้า)?มา|ถูก(?:รางวัล|หวย|ลอต|เลขท้าย|สลาก)|หุ้นปันผล"
    r"|ปันผล\s?\d"
    r"|(?<!จ่าย)ค่าคอม(?:มิชชั่น|มิชชัน)?(?:เดือนนี้|ได้)?\s?\d|ยอดขาย|^[^\d]*เบิก(?:ค่า[ก-๎]{2,12})?(?:เงิน)?ได้\s?\d"
    r"|ยืมไป[ก-๎\s]{0,12}(?:มา)?คืน(?:แล้ว|มา|ให้|\s)|(?:ot|โอที|ค่าจ้าง|ค่าแรง|เบี้ยเลี้ยง)[ก-๎\s]{0,24}เข้าบัญชี"
    rf"|(?:^|\s){_PERSON}(?:โอน|ส่ง|ให้)(?:เงิน|ตังค์|ค่า[ก-๎]{{2,8}})?(?:มา)?(?:ให้)?(?:เรา|ผม|หนู)?\s?(?:อีก\s?)?\d"
    r"|\bpayments? received\b|\breceived (?:a )?payment\b"
    r"|\b(?:mom|mum|dad|mother|father|parents|sister|brother|aunt|uncle|grandma|boss|client|customer)(?: just)?"
    r" (?:transferred|wired|sent|gave) \W?\d"
    r"|\bgot a raise\b|\b(?:i|we) (?:still )?owe (?:\w+ )?\W?\d|\bpayday\b|\bgot paid\b"
    r"|\b(?:client|customer|tenant|boss|company) (?:just )?(?:paid|sent|transferred)(?: me| us)?\b(?! for my)"
    r"|\bincoming transfer\b|\bmoney in\b|\bsalary (?:day|in|landed|came)\b|\btax refund (?:came|in)\b"
)
"""Money that came in, whatever it was for."""
_QUOTED: Final = re.compile(
    r"ราคา(?:ทอง(?:คำ|แท่ง)?|น้ำมัน|หุ้น|ข้าว(?:เปลือก)?|ยาง(?:พารา)?|ปาล์ม|หมู|ไข่|btc|บิตคอยน์|มันสำปะหลัง)[ก-๎]{0,6}(?:วันนี้|ตอนนี้|ล่าสุด|พุ่ง|ขึ้น|ลง)"
    r"|ประกาศขาย|ตั้งขาย|จะบ้า"
    r"|วันที่\s?\d{1,2}\s?(?:นี้)?(?:ต้อง|ค่อย|จะ)|เตือน(?:ตัวเอง|ความจำ)|อย่าลืม(?:จ่าย|โอน|ซื้อ|เติม|ไปจ่าย)"
    r"|ต้อง(?:ไป)?(?:จ่าย|โอน|ชำระ)(?:เงิน|ค่า[ก-๎]+)?[^\n]{0,24}(?:พรุ่งนี้|ภายใน|ก่อนวันที่|สิ้นเดือน|วันที่|อาทิตย์หน้า|เดือนหน้า)"
    r"|(?:พรุ่งนี้|มะรืน|อาทิตย์หน้า|เดือนหน้า|สิ้นเดือน|ปีหน้า)(?:นี้)?\s?(?:ค่อย|จะ|ต้อง|ถึงจะ|ว่าจะ)"
    r"(?!(?:ไปเที่ยว|กลับ|ขึ้น|เดินทาง|ย้าย)[ก-๎]{0,16}\s(?:ซื้อ|เติม|กิน|สั่ง|ค่า)[ก-๎])"
    r"|(?:กำหนดชำระ|ครบกำหนด(?:ชำระ)?|โปรดชำระ|กรุณาชำระ|ค้างชำระ|ยอดค้าง|ถึงกำหนดชำระ)"
    r"|(?:ราคา)?เท่าไห?ร่(?:คะ|ครับ|ค่ะ|อ่ะ|ดี|เนี่ย|หรอ|\s?\?)|กี่บาท(?:คะ|ครับ|ค่ะ|\s?\?)|ใช่(?:ไหม|มั้ย|ป่ะ|ปะ)(?:คะ|ครับ)?\s?\??$"
    r"|แพง(?:ไป|เกิน)[ก-๎]{0,12}(?:เลย)?(?:ไม่|ยังไม่)(?:ซื้อ|เอา|ได้ซื้อ)|(?:เลย)?ไม่(?:ซื้อ|เอา)(?:ดีกว่า|แล้ว|ละ)?\s?$"
    r"|ไม่ซื้อ(?:ดีกว่า|แล้ว|หรอก)"
    r"|(?:ยัง)?ไม่(?:ได้)?ตัดสินใจ|ขอคิดดูก่อน|ยังคิดอยู่|ไว้ก่อน\s?$|เก็บ(?:เงิน|ตังค์|ตัง)(?:ไว้)?ซื้อ|อยากได้"
    r"|\b(?:don'?t forget|remember) to (?:pay|buy|send|transfer)|\b(?:is|are|payment) due\b"
    r"|\bdue (?:on|by|date|tomorrow|next)\b|\bplease pay\b"
    r"|\bamount due\b|\bminimum due\b|\boutstanding\b"
    r"|\b(?:too expensive|overpriced)[^\n]{0,24}(?:skipped|didn'?t|pass|walked|left)"
    r"|\bhow much\b(?! fun)|\bpending\b|\bquoted? (?:from|of|for)\b|\b(?:haven'?t|not) decided\b|\bnot sure yet\b"
    r"|\bremind(?:er)?\b(?: me)? to\b"
    r"|\b(?:is|are) (?:now )?\W?[\d.,]+ (?:a|per) (?:litre|liter|kilo|kg)\b|\botp\b|\bwants? \W?\d"
    r"|\bfound \W?\d[\d,]*(?: baht| thb)? (?:on|in|at)\b|\b(?:saving|save) up for\b"
    r"|\bnext (?:week|month|year) (?:i|we)\b|\btomorrow (?:i|we|need|must|have)\b|\bstill (?:deciding|thinking)\b"
    r"|\bwish(?:es|ed)? (?:i|to)\b"
)
"""Prices named, asked, due or wished for, with nothing paid."""
_TO_COME: Final = re.compile(
    r"(?<![ก-๎])จะ(?:ไป|ต้อง|มี|ทำ|เอา|ได้)?[ก-๎\s]{0,40}(?:พรุ่งนี้|มะรืน|อาทิตย์หน้า|สัปดาห์หน้า|เดือนหน้า|ปีหน้า|วันหลัง|คราวหน้า|ครั้งหน้า)"
    r"|จะ(?:มีการ)?(?:ขึ้น|ปรับ(?:ขึ้น)?|เก็บ)(?:ค่า|ราคา|เป็น)|ขึ้น(?:ค่า|ราคา)[ก-๎]{0,16}เป็น\s?[\d,.]+"
    r"|(?:เห็นว่า|ได้ยินว่า|เขาว่า|เค้าว่า|น่าจะ(?:ต้อง)?(?:จ่าย|เสีย|โดน)|ตีราคา(?:มา)?|ประเมินราคา(?:มา)?|เสนอราคา(?:มา)?)"
    r"|ถ้า[^\n]{1,30}จะ(?:ซื้อ|จ่าย|เอา|จัด)|เดี๋ยว(?:จะ|ค่อย)?(?:โอน|จ่าย|คืน(?:ให้|เงิน|ตังค์)|เอาไปให้)|ค่อย(?:เอาไป|โอน|จ้าง|จ่าย)|ค้าง(?:อยู่|ไว้)|ติด(?:เงิน|หนี้|ตังค์|ตัง)(?:ไว้|ค่า|ร้าน|เรา|ผม|ฉัน)|ตั้งงบ"
    r"|ขอยืม|ให้ยืมหน่อย|ตั้งใจเก็บเงิน|เก็บเงินให้ได้|(?:ต้อง|สนใจ)[^\n]{0,24}(?:ไหม|มั้ย|ไหมคะ|ไหมครับ)"
    r"|\b(?:haven'?t|not) (?:got|received) the bill\b|\bquoted me\b|\bmaybe next (?:week|month|year|time)\b"
    r"|ยังไม่(?:ได้)?(?:ตกลง|ทำ|เริ่ม|เคาะ|เอา|จอง|คอนเฟิร์ม|ยืนยัน)|(?:พรุ่งนี้|เดือนหน้า|อาทิตย์หน้า|ปีหน้า)[ก-๎\s]{0,12}จะ"
    r"|\b(?:will|is going to|are going to) (?:be \W?\d|go up|increase|rise|cost|be)\b|\bgoing up to\b"
)
_CREDITED: Final = re.compile(
    r"(?:แจ้ง|มี)\s?(?:ยอด)?เงินเข้า|(?<!โอน)(?<!ฝาก)(?<!เติม)เงินเข้า\s?(?:บัญชี|บ/?ช|x|จำนวน|acct|a/c)|รับโอนจาก"
    r"|\bcredited (?:to|with)\b|\bdeposited (?:to|in)"
)
_LEFT_AT_THE_BANK: Final = re.compile(
    r"(?:บัญชี|กระเป๋า|วอลเล็ต|วอลเลท|ทรูมันนี่|เป๋าตัง)[ก-๎\s]{0,16}(?:เหลือ|คงเหลือ)|ยอด(?:เงิน)?คงเหลือ\s?(?:ใน|ของ|ณ)|(?:ยอดเงิน|เงิน)(?:ใน|ที่)[ก-๎\s]{0,16}(?:เหลือ|คงเหลือ)"
)
_GONE_UP: Final = re.compile(
    r"(?:หมู|ไข่|น้ำมัน|ผัก|มะนาว|ข้าว|แก๊ส|ปุ๋ย)[ก-๎]{0,8}(?:ขึ้นราคา|แพงมาก|แพงขึ้น|ลงราคา)|ราคา[ก-๎]{2,16}?(?:ขึ้น|ปรับ|จะ)(?!ไป)"
)
_BUYING: Final = re.compile(r"ซื้อ|เติม|จ่าย|โอน|กิน|สั่ง|รูด|สแกน|เงินสด")
_PAID_AFTER_ALL: Final = re.compile(
    r"(?:ซื้อ|จ่าย|โอน|สั่ง|ชำระ|จัด|กด|สอย|หัก|ตัด|รูด|สแกน|เติม)(?:เงิน|ค่า[ก-๎]{2,10})?(?:มา|ไป|แล้ว|เลย|เรียบร้อย|สำเร็จ|บัตร|สด|จ่าย)"
    r"|มัดจำ|จ่าย(?:สด|ผ่าน|ด้วย|ที่|ทาง|ไป|\s?\d)|จ่าย[ก-๎]{1,12}ไป|แต่ก็|สุดท้าย|(?:เลย|ก็)(?:ไป)?(?:ซื้อ|จ่าย|กิน|สั่ง|จัด|โอน)"
    r"|วันนี้(?:ไป)?(?:ซื้อ|จ่าย|โอน|ตัด)|จอง[ก-๎]{0,24}(?:ไว้)?แล้ว"
    r"|\b(?:bought|paid|spent|sent|ordered|deposit|got (?:it|one)|cash|card|transferred)\b"
)
_SENT_ME: Final = re.compile(rf"{_PERSON}(?:ส่ง|โอน)(?:เงิน|ตังค์|ค่าขนม)?มา(?:ให้)?\s?(?:อีก\s?)?\d")
_SPENT: Final = re.compile(r"ซื้อ|จ่าย|กิน|ชำระ|หมด|เหลือ|เอาไป|\b(?:paid|spent|bought)\b")
_SPENT_BY_ME: Final = re.compile(
    r"ซื้อ|จ่าย(?:ไป|ค่า|เอง|ส่วน|เพิ่ม)|ออกเอง|ส่วน(?:ต่าง|เกิน)|กิน|หมดไป|เอาไป|ผ่อน|เลี้ยง|\btreated (?:my|our)sel"
    r"|\bordered\b|\b(?:i|we) (?:paid|spent|bought)\b|\bbought\b|\bspent\b"
)
_TREATED: Final = re.compile(
    rf"(?:^|\s)(?:{_PERSON}|บริษัท|ออฟฟิศ|ที่ทำงาน|นายจ้าง)(?:เป็นคน)?(?:เลี้ยง(?!ลูก|แมว|หมา|ดู|ปลา|ไก่|เพื่อน|น้อง|ส่ง|ชีพ|หลาน|หมู\s|วัว)|จ่าย(?:ค่า)?[ก-๎]{{1,16}}ให้)"
    rf"|{_PERSON}(?:ที่[ก-๎]{{2,12}}?|[ก-๎]{{2,6}})?(?:เป็นคน)?เลี้ยง(?=ข้าว|กาแฟ|มื้อ|ชาบู|หมูกระทะ|บุฟ|อาหาร|ขนม|น้ำ|หนัง|เหล้า|เบียร์|\s|$)(?!เพื่อน|น้อง)"
    rf"|{_PERSON}ซื้อ[ก-๎]{{1,16}}ให้(?:เรา|ผม|ฉัน|หนู)?\s?\d"
    r"|\b(?:friend|boss|mom|mum|dad|sister|brother|boyfriend|girlfriend|husband|wife|he|she|they|colleague|company)"
    r" (?:treated (?:me|us)|(?:paid|bought|covered) (?:it )?for (?:me|us|everything|everyone)|bought me)\b"
    r"|\b(?:boss|company|work|office|employer|dad|mom|mum) (?:just )?(?:paid|covered|picked up)"
    r" (?:for )?(?:the |my |our )?(?!by\b|me\b)[a-z]+"
)
_ACT_OF_PAYING: Final = re.compile(
    r"ซื้อ|จ่าย|(?<!ค่า)กิน|ชำระ|(?<!พี่)(?<!เขา)(?<!แม่)(?<!พ่อ)(?<!ค้า)โอน|เติม|สั่ง|นั่ง(?:วิน|แท็กซี่|รถ|แกร็บ)|รูด|สแกน|ตัดบัตร|เงินสด|คืนไป|ผ่อน|มัดจำ"
    r"|จอง[ก-๎]{0,24}(?:ไว้)?แล้ว|\b(?:bought|paid|spent|sent|ordered|cash|card|transferred)\b"
)
"""What outweighs words of what is to come, is owed or was heard of: most who say so tell of a purchase besides."""
_SPENT_OR_MOVED: Final = re.compile(
    r"ซื้อ|จ่าย|กิน|ชำระ|โอน|เติม|ถอน|หัก|ตัด|ค่า[ก-๎]{2}|ใช้ไป|รูด|สแกน|\b(?:paid|spent|bought)\b"
)
_CALLED_OFF: Final = re.compile(r"ยกเลิก(?:แล้ว|ไปแล้ว|ออเดอร์|ไป)|เปลี่ยนใจ|\bcancel(?:l?ed)\b|\bchanged my mind\b")
_NOTHING_PAID: Final = re.compile(r"ไม่ได้(?:จ่าย|โอน)(?:เลย)?(?:สักบาท|ซักบาท|สักสตางค์|ซักสตางค์|อะไรเลย)")
_NEVER: Final = re.compile(r"(?!)")
_KEPT: Final = re.compile(
    r"คืน|ค่าปรับ|ค่ายกเลิก|มัดจำ|โดน|เสีย|แต่ก็|เลย(?:ไป)?ซื้อ"
    r"|\b(?:refund\w*|fees?|fine|charged|deposit|instead|back|paid|bought)\b"
)
_OWN_MONEY: Final = re.compile(r"จ่าย|(?:เรา|ผม|ฉัน|หนู)เลี้ยง|ออกเอง|ส่วนของ|ทิป|\b(?:i|we|my|tip|spent)\b")
_NOT_DONE: Final = re.compile(
    r"ไม่ได้(?:ซื้อ|สั่ง)|ไม่ได้จ่าย(?!สด|เงินสด|ด้วย|ผ่าน|เอง|บัตร)|แต่ไม่(?:ซื้อ|เอา|สั่ง)|ยังไม่(?:ได้)?(?:ซื้อ|จ่าย|โอน|ชำระ|สั่ง)"
    r"|(?:อยาก|กะว่าจะ|คิดว่าจะ|ว่าจะ|กะจะ|คิดจะ|ตั้งใจจะ|กำลังจะ|วางแผน(?:จะ)?|เดี๋ยว(?:ค่อย|จะ)?|ไว้ค่อย|เกือบ(?:จะ)?)\s?(?:ไป)?(?:ซื้อ|จ่าย|โอน|สั่ง)"
    r"|ยังไม่(?:ได้)?ให้|\bnot (?:bought|ordered|paid)(?: it)? yet\b"
    r"|อยากได้|อยาก(?:ไป)?กิน|(?:ว่าจะ|กะจะ)(?:ไป)?กิน|พรุ่งนี้(?:เช้า|จะ|ต้อง|ค่อย|ไป|ก็|\s)*(?:จ่าย|ซื้อ|โอน)"
    r"|\b(?:didn'?t|did not) (?:buy|pay|order|get it)|\bdidn'?t$|\b(?:haven'?t|have not) (?:paid|bought)"
    r"|\bnot paid yet"
    r"|\b(?:want|wants|wanted|plan|plans|planning|going|hoping|need|needs|have) to (?:buy|pay|get|order)\b"
    r"|\b(?:will|should|might|must) (?:buy|pay|get|order)\b"
    r"|\bthinking (?:of|about) (?:buying|getting|booking|an?|the|it)\b"
    r"|\b(?:almost|nearly) (?:bought|paid)|\bdecided (?:not to|against)|\bunpaid\b"
)
_DONE: Final = re.compile(
    r"(?:ซื้อ|จ่าย|โอน|สั่ง|ชำระ|จัด|กด|สอย)(?:มา|ไป|แล้ว|เลย)|แวะ|รูด|แตะ(?:บัตร|จ่าย)|สแกน|เงินสด|(?:เลย|สุดท้ายก็?|ก็)(?:ไป)?(?:กิน|แวะ|ซื้อ|จ่าย|โอน|สั่ง|จัด)|มัดจำ"
    r"|แต่(?:ก็)?ได้|แต่ก็|(?<!ยัง)ไม่ได้จ่ายสด"
    r"|\b(?:bought|paid|spent|ordered|deposit|got (?:it|one))\b"
)


REASONS: Final = Patterns(
    (
        (_INCOME, (_OUTGOING, "the text tells of money received, none of money spent")),
        (_EARNED, (_SPENT_BY_ME, "the text tells of money that came in")),
        (_QUOTED, (_PAID_AFTER_ALL, "the text names a price that nobody paid")),
        (_NOTHING_PAID, (_NEVER, "the text tells that nothing was paid")),
        (_TO_COME, (_ACT_OF_PAYING, "the text tells of what will be paid or was asked")),
        (_CREDITED, (_SPENT_BY_ME, "the text tells of money credited to an account")),
        (_LEFT_AT_THE_BANK, (_SPENT_OR_MOVED, "the text tells what is left in an account")),
        (_GONE_UP, (_BUYING, "the text names what something costs now")),
        (_SENT_ME, (_SPENT, "the text tells of money that somebody sent")),
        (_TREATED, (_OWN_MONEY, "the text tells that somebody else paid")),
        (_CALLED_OFF, (_KEPT, "the text tells of a purchase called off")),
        (_NOT_DONE, (_DONE, "the text tells of a purchase not made")),
    )
)
"""Words that speak against a purchase, the words that outweigh them, and the reason that is told."""


def why_unspent(prose: Prose) -> str | None:
    """What speaks against a purchase where a text tells an amount and yet of none spent; None where nothing does."""
    likely = REASONS.likely(prose.folded)
    return next((reason for words, (unless, reason) in likely if _finds_but(prose, words, unless)), None)


def _finds_but(prose: Prose, words: re.Pattern[str], unless: re.Pattern[str]) -> bool:
    """Whether such words stand in the text, and outside of them none of the others."""
    found = words.search(prose.folded)
    return found is not None and not unless.search(prose.folded[: found.start()] + prose.folded[found.end() :])
