"""What stands on Thai receipts and slips, line by line, with every number drawn anew."""

from __future__ import annotations

import json
import string
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from pythainlp.corpus import thai_words
from pythainlp.util import normalize

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

LONGEST: Final = 46

CONSONANTS: Final = "กขคฆงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮ"
_COMMON: Final = "กขคงจชซดตทนบปผพมยรลวสหอ"
_TONES: Final = "่้๊๋"
_ABOVE: Final = "ิีึืั็"
_BELOW: Final = "ุู"
_THAI_DIGITS: Final = str.maketrans(string.digits, "๐๑๒๓๔๕๖๗๘๙")

_VOCABULARY: Final[dict[str, list[str]]] = json.loads(
    files("infra.tools.recogniser").joinpath("vocabulary.json").read_text(encoding="utf-8")
)
LABELS: Final = tuple(_VOCABULARY["labels"])
DISHES: Final = tuple(_VOCABULARY["dishes"])
SHOP_KINDS: Final = tuple(_VOCABULARY["shop_kinds"])
SHOP_WORDS: Final = tuple(_VOCABULARY["shop_words"])
GIVEN: Final = tuple(_VOCABULARY["given"])
FAMILY: Final = tuple(_VOCABULARY["family"])
BANKS: Final = tuple(_VOCABULARY["banks"])
LATIN: Final = tuple(_VOCABULARY["latin"])
MONTHS: Final = tuple(_VOCABULARY["months"])
SHOP_ENDS: Final = (
    "",
    "",
    "",
    "",
    "",
    " จำกัด",
    " จำกัด (มหาชน)",
    " สาขา {word}",
    " สาขา 2",
    " โภชนา",
    " มาร์ท",
    " คาเฟ่",
    " เบเกอรี่",
    " พลาซ่า",
    " การค้า",
    " พาณิชย์",
    " ซีฟู้ด",
    " หมูกระทะ",
    " นมสด",
    " เภสัช",
    " สโตร์",
)
TITLES: Final = ("นาย", "นาง", "นางสาว", "น.ส.", "คุณ", "นาย ", "นาง ", "นางสาว ", "น.ส. ", "ด.ช. ", "MR. ", "MS. ")


@cache
def alphabet() -> str:
    """Every character the recogniser can answer with, in the order of its classes."""
    thai = "".join(chr(code) for code in (*range(0x0E01, 0x0E3B), *range(0x0E3F, 0x0E5C)))
    return "".join(chr(code) for code in range(0x20, 0x7F)) + thai


def line(rng: random.Random) -> str:
    """The text of one line, in the order in which Thai is stored."""
    make = rng.choices(_KINDS, _SHARES)[0]
    text = " ".join(normalize(make(rng)).split())
    if rng.random() < 0.04:  # noqa: PLR2004  official papers and temples write Thai digits
        text = text.translate(_THAI_DIGITS)
    known = "".join(character for character in text if character in _known())
    return known[:LONGEST].strip() or "บาท"


@cache
def _known() -> frozenset[str]:
    return frozenset(alphabet())


@cache
def _dictionary() -> tuple[str, ...]:
    return tuple(sorted(word for word in thai_words() if 2 <= len(word) <= 14 and set(word) <= _known()))  # noqa: PLR2004


def amount(rng: random.Random) -> str:
    value = rng.choice((rng.uniform(1, 100), rng.uniform(1, 1_000), rng.uniform(100, 20_000)))
    whole = rng.choice((f"{value:,.2f}", f"{value:.2f}", f"{int(value):,}", f"{int(value)}.00", f"{int(value)}.-"))
    return rng.choice(("", "", "", "", "฿", "฿ ", "-")) + whole + rng.choice(("", "", "", "", " บาท", " บ.", " THB"))


def _year(rng: random.Random) -> int:
    return rng.choice((rng.randint(2555, 2575), rng.randint(60, 72), rng.randint(2018, 2030), rng.randint(18, 30)))


def _date(rng: random.Random) -> str:
    day, month, year = rng.randint(1, 31), rng.randint(1, 12), _year(rng)
    name, clock = rng.choice(MONTHS), f"{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}"
    mark = rng.choice("//-.")
    text = rng.choice((
        f"{day:02d}{mark}{month:02d}{mark}{year}", f"{day} {name} {year}", f"{day:02d} {name} {year}",
        f"{day} {name} พ.ศ. {year}",
    ))  # fmt: skip
    before = rng.choice(("", "", "วันที่ ", "วันที่: ", "วันที่", "วันที่ทำรายการ ", "DATE ", "ออกเมื่อ "))
    after = rng.choice(("", "", f" {clock}", f" {clock} น.", f" - {clock}", f" เวลา {clock} น.", f", {clock}"))
    return before + text + after


def _labelled(rng: random.Random) -> str:
    label = rng.choice(LABELS)
    return label + rng.choice(("", "", " ", ": ", " : ", ":")) + (amount(rng) if rng.random() < 0.35 else "")  # noqa: PLR2004


def _item(rng: random.Random) -> str:
    name = rng.choice(DISHES) if rng.random() < 0.5 else "".join(_word(rng) for _ in range(rng.randint(1, 3)))  # noqa: PLR2004
    if rng.random() < 0.25:  # noqa: PLR2004
        name += rng.choice(("", " ")) + rng.choice((*DISHES, *LATIN))
    count = rng.randint(1, 12)
    before = rng.choice(("", "", "", f"{count} ", f"{count}x ", f"{count}. ", "- "))
    after = rng.choice(("", "", "", f" x{count}", f" x {count}", f" {count} ชิ้น", f" {amount(rng)}", f" @{count * 5}",
                        f" {count * 50} มล.", f" ({rng.choice(DISHES)})"))  # fmt: skip
    return before + name + after


def _words(rng: random.Random) -> str:
    return rng.choice(("", "", " ")).join(_word(rng) for _ in range(rng.randint(1, 5)))


def _word(rng: random.Random) -> str:
    return rng.choice(_dictionary())


def shop(rng: random.Random) -> str:
    kind = rng.choice((*SHOP_KINDS, "", "", ""))
    name = "".join(rng.choice(SHOP_WORDS) for _ in range(rng.randint(1, 3)))
    if rng.random() < 0.4:  # noqa: PLR2004
        name += rng.choice((rng.choice(DISHES), _word(rng), " " + rng.choice(GIVEN)))
    return kind + rng.choice(("", " ")) + name + rng.choice(SHOP_ENDS).format(word=rng.choice(SHOP_WORDS))


def person(rng: random.Random) -> str:
    family = rng.choice((rng.choice(FAMILY), rng.choice(CONSONANTS) + ".", _word(rng), _syllables(rng, 2)))
    given = rng.choice(GIVEN) if rng.random() < 0.7 else _syllables(rng, 2)  # noqa: PLR2004
    return rng.choice(TITLES) + given + " " + family


def _bank(rng: random.Random) -> str:
    return rng.choice(("", "", "ธนาคาร: ", "ช่องทาง ", "บัญชี ")) + rng.choice(BANKS) + rng.choice(
        ("", "", f" xxx-x-x{rng.randint(0, 9999):04d}-x", f" {rng.choice(BANKS)}"))  # fmt: skip


def _number(rng: random.Random) -> str:
    digits = "".join(rng.choice(string.digits) for _ in range(rng.randint(4, 15)))
    shaped = rng.choice(
        (digits, f"{digits[:3]}-{digits[3:]}", f"xxx-x-x{digits[:4]}-x", f"{rng.choice('ABKST')}{digits}")
    )
    before = rng.choice(("", "", "TAX ID ", "เลขที่ ", "เลขที่: ", "Ref: ", "โทร. ", "โทร ", "รหัสอ้างอิง ",
                         "เลขประจำตัวผู้เสียภาษี ",
                         "สาขาที่ ", "โต๊ะ ", "คิวที่ ", "เลขที่รายการ: "))  # fmt: skip
    return before + shaped


def _address(rng: random.Random) -> str:
    return (
        f"{rng.randint(1, 999)}/{rng.randint(1, 99)} "
        f"{rng.choice(('ถ.', 'ถนน', 'ซ.', 'ซอย', 'ม.', 'หมู่ ', 'ต.', 'แขวง'))}"
        f"{_word(rng)} {rng.choice(('อ.', 'เขต', 'จ.', 'อำเภอ', ''))}{_word(rng)} "
        f"{rng.choice(('', str(rng.randint(10000, 99999))))}"
    )


def _latin(rng: random.Random) -> str:
    parts = []
    for _ in range(rng.randint(1, 3)):
        letters = rng.choice((string.ascii_uppercase, string.ascii_lowercase))
        parts.append(rng.choice(LATIN) if rng.random() < 0.6 else "".join(  # noqa: PLR2004
            rng.choice(letters) for _ in range(rng.randint(2, 8))))  # fmt: skip
    return " ".join(parts) + rng.choice(("", "", f" {amount(rng)}", f" {_word(rng)}"))


def _syllable(rng: random.Random) -> str:
    """Letters and marks in an order that can be printed, whether or not it is a word."""
    first = rng.choice(CONSONANTS if rng.random() < 0.5 else _COMMON)  # noqa: PLR2004
    lead = rng.choice("เแโไใ") if rng.random() < 0.3 else ""  # noqa: PLR2004
    mark = rng.choice(("", "", rng.choice(_ABOVE), rng.choice(_ABOVE), rng.choice(_BELOW)))
    tone = rng.choice(_TONES) if rng.random() < 0.4 and mark != "็" else ""  # noqa: PLR2004
    tail = "" if mark else rng.choice(("", "า", "ะ", "ำ"))
    end = rng.choice(_COMMON) if rng.random() < 0.5 and tail != "ำ" else ""  # noqa: PLR2004
    silent = rng.choice(_COMMON) + "์" if rng.random() < 0.08 else ""  # noqa: PLR2004
    return lead + first + mark + tone + tail + end + silent


def _syllables(rng: random.Random, most: int = 8) -> str:
    text = "".join(_syllable(rng) for _ in range(rng.randint(1, most)))
    return text + rng.choice(("", "", "", "ๆ", "ฯ", "."))


def _noise(rng: random.Random) -> str:
    """Punctuation and digits in no order, so that nothing is taken for granted."""
    pool = string.digits * 3 + string.punctuation + "฿ "
    return "".join(rng.choice(pool) for _ in range(rng.randint(2, 14)))


_KINDS: Final[tuple[Callable[[random.Random], str], ...]] = (
    _labelled, _item, _words, _syllables, shop, person, _bank, _date, amount, _number, _address, _latin, _noise,
)  # fmt: skip
_SHARES: Final = (20, 17, 13, 10, 9, 6, 4, 7, 4, 5, 4, 5, 1)
