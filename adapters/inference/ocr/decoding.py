"""From a line's probabilities to its text, where the best letter at each step is not sure: a search among the likely.

Prefix search (Hannun and others, 2014): several texts are kept, step by step, each with the probability that it ends in
a blank and that it does not. What a recogniser saw is weighed with how Thai is spelled (`letters.py`). Where it is sure
of every step the answer is that of the best path, and no search is made.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from adapters.inference.ocr.letters import Letters, can_follow, is_thai
from adapters.inference.ocr.spelling import Values, spell

if TYPE_CHECKING:
    from collections.abc import Sequence

SURE: Final = 0.98
LEAST: Final = 0.004
WIDTH: Final = 8
HOPELESS: Final = 1e-5
UNPRINTABLE: Final = 1e-6
FEWEST: Final = 2
"""Thai letters the best path has to have: counts of Thai letters have nothing to say of a line in Latin script."""
MIXED: Final = 0.02
"""Of a Thai letter right beside a Latin one: the S of INSURANCE is no look-alike of it."""


@dataclass(frozen=True, slots=True)
class Weights:
    """How much spelling counts beside what was seen; chosen on development fonts.

    Attributes:
        habit: the power a letter's probability after others is raised to.
        letter: added for each Thai letter, in nats of that probability, so that short texts are not preferred.
        rarest: nats below which a letter counts no rarer, so that what was seen well is never outweighed.
    """

    habit: float = 0.35
    letter: float = 2.2
    rarest: float = -7.0


class _Text:
    """One candidate.

    Attributes:
        blank: chance that it stands so far and a blank came last.
        letter: chance that it stands so far and its last letter came last.
        weight: how well it is spelled.
        seen: the sum of what its letters but the last were seen with, each at its clearest.
        last: what the last was.
    """

    __slots__ = ("blank", "last", "letter", "seen", "weight")

    def __init__(self, weight: float, seen: float, last: float) -> None:
        self.blank = self.letter = 0.0
        self.weight, self.seen, self.last = weight, seen, last


class Decoder:
    """Spells lines of one recogniser. The same probabilities give the same text, whatever was read before."""

    def __init__(self, characters: Sequence[str], letters: Letters, weights: Weights = Weights()) -> None:
        self._characters = tuple(characters)
        self._letters = letters
        self._weights = weights

    def spell(self, chances: Values) -> tuple[str, float]:
        """The likeliest text, and the mean probability of its characters.

        Args:
            chances: probabilities `[steps, classes]`, class 0 the blank.
        """
        plain = spell(chances, self._characters)
        if float(chances.max(axis=-1).min(initial=1.0)) >= SURE or sum(map(is_thai, plain[0])) < FEWEST:
            return plain
        texts = {"": _Text(1.0, 0.0, 0.0)}
        texts[""].blank = 1.0
        for step in _telling(chances):
            texts = _pruned(self._advanced(texts, step))
        text = max(texts, key=lambda text: ((texts[text].blank + texts[text].letter) * texts[text].weight, text))
        if not text or text == plain[0]:
            return plain
        return text, (texts[text].seen + texts[text].last) / len(text)

    def _advanced(self, texts: dict[str, _Text], step: list[tuple[int, float]]) -> dict[str, _Text]:
        after: dict[str, _Text] = {}
        for text, chance in texts.items():
            whole = chance.blank + chance.letter
            for number, probability in step:
                if number == 0:
                    _kept(after, text, chance).blank += whole * probability
                    continue
                character, begins = self._characters[number - 1], whole
                if text and text[-1] == character:
                    kept, begins = _kept(after, text, chance), chance.blank
                    kept.letter += chance.letter * probability
                    kept.last = max(kept.last, probability)
                if begins:
                    grown = self._grown(after, text, chance, character)
                    grown.letter += begins * probability
                    grown.last = max(grown.last, probability)
        return after

    def _grown(self, after: dict[str, _Text], text: str, chance: _Text, character: str) -> _Text:
        longer = text + character
        grown = after.get(longer)
        if grown is None:
            weight = chance.weight * self._fitting(text, character)
            grown = after[longer] = _Text(weight, chance.seen + chance.last, 0.0)
        return grown

    def _fitting(self, text: str, character: str) -> float:
        """How well the character goes after the text: 1 where spelling says nothing of it."""
        before = text[-1:]
        fits = 1.0 if can_follow(before, character) else UNPRINTABLE
        if (_is_latin(before) and is_thai(character)) or (is_thai(before) and _is_latin(character)):
            fits *= MIXED
        if not is_thai(character):
            return fits
        chance = max(self._weights.rarest, self._letters.log_chance(_last_thai(text) + character))
        return fits * math.exp(self._weights.habit * (chance + self._weights.letter))


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalpha()


def _kept(after: dict[str, _Text], text: str, chance: _Text) -> _Text:
    """The text as it stands, a step later."""
    kept = after.get(text)
    if kept is None:
        kept = after[text] = _Text(chance.weight, chance.seen, chance.last)
    kept.last = max(kept.last, chance.last)
    return kept


def _last_thai(text: str) -> str:
    """The Thai letters right before, behind a space where they begin."""
    last = text[-4:]
    for place in range(len(last) - 1, -1, -1):
        if not is_thai(last[place]):
            return " " + last[place + 1 :]
    return last if len(text) > len(last) else " " + last


def _telling(chances: Values) -> list[list[tuple[int, float]]]:
    """The likely classes of each step; of several steps in a row that are nothing but blank, one."""
    likely = chances >= LEAST
    steps, classes = np.nonzero(likely)
    values = chances[steps, classes].tolist()
    told: list[list[tuple[int, float]]] = [[] for _ in range(len(chances))]
    for step, number, value in zip(steps.tolist(), classes.tolist(), values, strict=True):
        told[step].append((number, value))
    kept: list[list[tuple[int, float]]] = []
    empty = False
    for likeliest in told:
        was_empty, empty = empty, len(likeliest) == 1 and likeliest[0][0] == 0
        if not (empty and was_empty):
            kept.append(likeliest)
    return kept


def _pruned(texts: dict[str, _Text]) -> dict[str, _Text]:
    ranked = sorted(
        (((value.blank + value.letter) * value.weight, text) for text, value in texts.items()), reverse=True
    )[:WIDTH]
    least = ranked[0][0] * HOPELESS
    best = {text: texts[text] for score, text in ranked if score >= least}
    scale = 1.0 / max(value.blank + value.letter for value in best.values())
    for value in best.values():
        value.blank *= scale
        value.letter *= scale
    return best
