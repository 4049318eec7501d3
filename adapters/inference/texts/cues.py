"""What the words beside a number make of it, by the table of cues."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from adapters.inference.lexicon.data import table
from adapters.inference.lexicon.patterns import Patterns
from adapters.inference.texts.terms import Role

if TYPE_CHECKING:
    from collections.abc import Callable

_FILLERS: Final = (
    r"(?:\s|ไว้|แล้ว|มา|ไป|กลับ|แค่|เพียง|อีก|เป็นเงิน|เป็น|อยู่|ที่|เงิน|ราคา|:|=|of|is|was|to|at|only|just|ประมาณ|ราวๆ|ราว"
    r"|about|around|~|≈|for|a)*$"
)


@cache
def cues_before() -> Patterns[Role]:
    """What may stand before a number."""
    return Patterns(
        (re.compile(rf"(?:{'|'.join(row['words'])}){_FILLERS}"), Role[row["role"]]) for row in table("cues")["before"]
    )


@cache
def cues_after() -> Patterns[Role]:
    """What may stand after a number."""
    return Patterns(
        (re.compile(rf"\s*(?:{'|'.join(row['words'])})"), Role[row["role"]]) for row in table("cues")["after"]
    )


def role_before(left: str, begins: Callable[[int], bool]) -> Role:
    """The role the words to the left give.

    Args:
        left: what stands before the number.
        begins: whether a word begins at this place of `left`; the end of a longer word is no cue.
    """
    return next((role for cue, role in cues_before().likely(left) if _stands(cue, left, begins)), Role.AMOUNT)


def _stands(cue: re.Pattern[str], left: str, begins: Callable[[int], bool]) -> bool:
    found = cue.search(left)
    while found is not None and not begins(found.start()):
        found = cue.search(left, found.start() + 1)
    return found is not None


def role_after(right: str) -> Role | None:
    """The role the words to the right give, which are the more particular."""
    return next((role for cue, role in cues_after().likely(right) if cue.match(right)), None)
