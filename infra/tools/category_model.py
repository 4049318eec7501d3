"""Trains the small category model of spending texts and writes it where the package carries it.

    python -m infra.tools.category_model

Run it again after a change of the lexicon: a unit test compares the digest of these phrases with the model's own.
It learns from the project's own lexicon (words, purposes, merchants), misspelled on purpose from a seed, and from the
labelled texts of the unit tests. The same seed and data give the same file, byte for byte.
"""

from __future__ import annotations

import json
import random
import re
from hashlib import sha256
from pathlib import Path
from typing import Final

import numpy as np

from adapters.inference.lexicon.data import category_rows, merchant_rows, payment_rows, word_list
from adapters.inference.lexicon.similarity import BUCKETS, CATEGORIES, LONGEST, MODEL, SHORTEST, grams, pack
from contracts.values import Category

SEED: Final = 23
EPOCHS: Final = 14
RATE: Final = 0.25
DECAY: Final = 2e-5
CASES: Final = Path("tests/unit/adapters/inference/texts/cases.jsonl")
LATIN: Final = "abcdefghijklmnopqrstuvwxyz"
BEFORE: Final = ("", "", "", "ค่า", "ซื้อ", "จ่าย", "กิน", "bought ", "paid for ")
DIGITS: Final = re.compile(r"[\d,.]+|บาท|baht|thb", re.IGNORECASE)

SAYS_NOTHING: Final = (
    "ซื้อของ", "ค่าของ", "จ่ายเงิน", "จ่ายตังค์", "ค่าใช้จ่าย", "ใช้เงิน", "เสียเงิน", "หมดเงิน", "โอนเงิน", "โอนให้เพื่อน",
    "จ่ายหนี้เพื่อน",
    "ให้เงิน", "ยืมเงิน", "นายสมชาย", "นางสาวมาลี", "คุณสมศรี", "ร้านพี่แดง", "ร้านเจ๊หมวย", "ร้านป้าแดง", "อะไรไม่รู้",
    "ของจิปาถะ",
    "จิปาถะ", "อื่นๆ", "เบ็ดเตล็ด", "ไม่รู้", "จดไว้", "เวลา", "นาง", "นาย", "น.ส.", "ไปยัง", "จำนวนเงิน", "รายการสำเร็จ", "ยอดเงิน",
    "เลขที่รายการ", "รหัสอ้างอิง", "ค่าสินค้า", "สินค้า", "เมื่อวาน", "วันนี้", "bought something", "some stuff", "things",
    "shop",
    "paid", "spent", "transfer to friend", "somchai shop", "mr somchai", "misc", "other", "unknown", "random things",
    "expense",
)  # fmt: skip
"""What people write that names nothing: the model has to learn not to guess from it."""

Example = tuple[str, Category]


def examples() -> list[Example]:
    """Phrases of the lexicon and everyday texts, each with its category."""
    phrases = [row for section in ("purpose", "words") for row in category_rows(section)]
    # A bank says nothing of what was bought, and a market of everything hardly more.
    banks = Category.MISCELLANEOUS
    phrases += [(name, category) for name, _, category, broad in merchant_rows() if not broad or category is banks]
    found = [(phrase.removeprefix("="), category) for phrase, category in phrases]
    found += [(words, Category.MISCELLANEOUS) for words in (*SAYS_NOTHING, *word_list("function_words"))]
    found += [(words, Category.MISCELLANEOUS) for words, _ in payment_rows()]
    for line in CASES.read_text("utf-8").splitlines():
        case = json.loads(line)
        if "rejected" not in case["expected"]:
            found.append((DIGITS.sub(" ", case["text"]), Category(case["expected"]["category"])))
    return found


def misspelled(phrase: str, dice: random.Random) -> str:
    """One letter lost, doubled, swapped or taken for another."""
    if len(phrase) < 5:  # noqa: PLR2004  too short to be told with a slip in it
        return phrase
    place = dice.randrange(1, len(phrase) - 1)
    slip = dice.randrange(4)
    if slip == 0:
        return phrase[:place] + phrase[place + 1 :]
    if slip == 1:
        return phrase[:place] + phrase[place] + phrase[place:]
    if slip == 2:  # noqa: PLR2004
        return phrase[: place - 1] + phrase[place] + phrase[place - 1] + phrase[place + 1 :]
    letter = dice.choice(LATIN) if phrase[place].isascii() else dice.choice(phrase)
    return phrase[:place] + letter + phrase[place + 1 :]


def varied(found: list[Example], dice: random.Random) -> list[Example]:
    """Each phrase as it stands, with words before it, and with slips."""
    more = list(found)
    for phrase, category in found:
        more.append((dice.choice(BEFORE) + phrase, category))
        more.extend((misspelled(phrase, dice), category) for _ in range(2))
    return more


def train(found: list[Example]) -> np.ndarray:
    """Softmax regression over hashed n-grams of letters, by stochastic steps with a rate that falls per weight."""
    dice = random.Random(SEED)
    rows = [
        (np.array(grams(text), dtype=np.int64), CATEGORIES.index(category)) for text, category in varied(found, dice)
    ]
    rows = [row for row in rows if len(row[0])]
    weights = np.zeros((BUCKETS, len(CATEGORIES)))
    squares = np.full((BUCKETS, 1), 1e-3)
    for _ in range(EPOCHS):
        dice.shuffle(rows)
        for places, category in rows:
            size = len(places) ** 0.5
            scores = weights[places].sum(axis=0) / size
            odds = np.exp(scores - scores.max())
            slope = odds / odds.sum()
            slope[category] -= 1
            squares[places] += float(slope @ slope) / size
            weights[places] -= RATE / np.sqrt(squares[places]) * (slope / size + DECAY * weights[places])
    return weights


def digest_of(found: list[Example]) -> bytes:
    """Tells one training from another: by its phrases and by how it goes about them."""
    settings = (SEED, EPOCHS, RATE, DECAY, BUCKETS, SHORTEST, LONGEST, LATIN, BEFORE)
    return sha256(json.dumps((settings, found), ensure_ascii=False).encode()).digest()[:16]


def main() -> None:
    found = examples()
    weights = train(found)
    MODEL.write_bytes(pack(weights.tolist(), digest_of(found)))
    print(f"{len(found)} phrases, {MODEL.stat().st_size / 1024:.0f} KiB written to {MODEL.name}")


if __name__ == "__main__":
    main()
