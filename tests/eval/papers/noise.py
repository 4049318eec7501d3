"""Papers as a recogniser hands them over: boxes, confidences, and characters misread at random."""

from __future__ import annotations

import random
from dataclasses import dataclass

from contracts.readings import BackendAnswer
from tests.eval.papers.paper import Paper
from workers.ports.inference import Box, RecognisedText, TextLine

WIDTH, MARGIN, LINE, PITCH = 620.0, 20.0, 24.0, 34.0
THAI_FIRST, THAI_LAST = "\u0e01", "\u0e4e"
ALIKE = (
    "กถภ",
    "ดคตศ",
    "บปษ",
    "ผฝพฟ",
    "ขชซ",
    "นมณ",
    "ลสอ",
    "รธฐ",
    "ทฑห",
    "จฉง",
    "วาเ",
    "ไใโ",
    "่้",
    "ิีึื",
    "ั์็",
    "ุู",
    "ยบ",
    "08OQ",
    "17lI",
    "35S",
    "56",
    "38B",
    "MN",
    "EF",
    "CG",
    "UV",
    "ae",
    "nm",
    "il",
)
_ALIKE = {char: [other for other in group if other != char] for group in ALIKE for char in group}
_MARKS = "่้๊๋์ิีึืุู็ั"


@dataclass(frozen=True, slots=True)
class Noise:
    """Chances that a character is misread: substituted by a look-alike, for Thai marks also lost."""

    thai: float
    latin: float
    digits: float


CLEAN = Noise(0.0, 0.0, 0.0)
USUAL = Noise(thai=0.05, latin=0.01, digits=0.002)
BAD = Noise(thai=0.10, latin=0.02, digits=0.005)


def recognise(paper: Paper, noise: Noise, chance: random.Random) -> RecognisedText:
    """The paper's lines, one box a cell, in an order that means nothing."""
    lines: list[TextLine] = []
    for number, cells in enumerate(paper.rows):
        height = LINE * (1.5 if number == paper.heading else chance.uniform(0.9, 1.1))
        top = MARGIN + PITCH * number + chance.uniform(-3, 3)
        for place, cell in enumerate(cells):
            if not cell:
                continue
            text, spoilt = misread(cell, noise, chance)
            length = min(WIDTH * 0.95 / len(cells), 11.0 * len(cell))
            left = MARGIN if not place else MARGIN + WIDTH * (place + 1) / len(cells) - length
            sure = max(
                0.3, chance.uniform(0.93, 0.999) - 1.2 * spoilt / len(cell) - (noise.thai and chance.random() * 0.05)
            )
            lines.append(TextLine(text, Box(left, top, left + length, top + height), round(sure, 4)))
    chance.shuffle(lines)
    height = int(MARGIN * 2 + PITCH * len(paper.rows))
    answer = BackendAnswer(capability="text_recognition", backend="composed/1")
    return RecognisedText(tuple(lines), int(WIDTH + 2 * MARGIN), height, "image/png", answer)


def misread(text: str, noise: Noise, chance: random.Random) -> tuple[str, int]:
    """The text with some characters wrong, and how many."""
    read, spoilt = [], 0
    for char in text:
        if chance.random() >= _chance_of(char, noise):
            read.append(char)
            continue
        spoilt += 1
        if char in _MARKS and chance.random() < 0.5:
            continue
        read.append(chance.choice(_ALIKE.get(char) or [char]))
    return "".join(read), spoilt


def _chance_of(char: str, noise: Noise) -> float:
    if char.isdigit():
        return noise.digits
    if THAI_FIRST <= char <= THAI_LAST:
        return noise.thai
    return noise.latin if char.isalpha() else 0.0
