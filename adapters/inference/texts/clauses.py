"""Which of several prices was paid, by the part of the text each stands in: pay came in, and so much of it was spent.

Added up, such numbers were most of the wrong sums. The second opinion on what was spent reads each part for itself: the
text is cut between two prices where it says most, and a price is left out only where its part clearly tells of money
nobody spent while another's clearly does not.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice, pairwise, product
from typing import TYPE_CHECKING, Final

from adapters.inference.lexicon.prose import read_prose
from adapters.inference.texts.answers import Answer, lone
from adapters.inference.texts.opinion import chance_unspent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.inference.lexicon.prose import Prose
    from adapters.inference.texts.terms import Term

NOT_SPENT: Final = 0.5
"""From here on the part of a text tells of money nobody spent."""
CLEARLY_NOT: Final = 0.8
"""From here on it does where rules take the prices for several purchases."""
WAS_SPENT: Final = 0.2
"""Up to here it tells of money that was."""
SURE: Final = 0.75
MOST_PRICES: Final = 3
MOST_PLACES: Final = 8
MOST_CUTS: Final = 16
LEAST_LETTERS: Final = 5
"""Of a part that says anything."""
_PAUSE: Final = re.compile(r"[\s,.;:()/!?]+")


def only_spent(prose: Prose, items: Sequence[Term], *, several: bool) -> Answer | None:
    """The one price whose part of the text tells of money spent, where the parts of all others tell of none.

    Args:
        prose: the text.
        items: what may be prices, left to right.
        several: whether rules take them for those of several purchases.
    """
    if not 1 < len(items) <= MOST_PRICES:
        return None
    chances = max(map(_chances, _parts(prose, items)), key=_difference, default=())
    spent = [number for number, chance in enumerate(chances) if chance <= WAS_SPENT]
    unspent = sum(chance >= (CLEARLY_NOT if several else NOT_SPENT) for chance in chances)
    if len(spent) != 1 or unspent != len(items) - 1:
        return None
    return replace(lone(items[spent[0]], SURE), chance=chances[spent[0]])


def _parts(prose: Prose, items: Sequence[Term]) -> list[list[str]]:
    """The text in as many parts as there are prices, in each way it can be cut at pauses between them."""
    pauses = [
        [pause.end() for pause in _PAUSE.finditer(prose.folded, left.number.right, right.number.left)][:MOST_PLACES]
        for left, right in pairwise(items)
    ]
    ways = islice(product(*pauses), MOST_CUTS)
    cut = ([prose.folded[start:end] for start, end in pairwise((0, *cuts, len(prose.folded)))] for cuts in ways)
    return [parts for parts in cut if all(sum(map(str.isalpha, part)) >= LEAST_LETTERS for part in parts)]


def _chances(parts: list[str]) -> tuple[float, ...]:
    return tuple(chance_unspent(read_prose(part.strip())) for part in parts)


def _difference(chances: tuple[float, ...]) -> float:
    return max(chances) - min(chances)
