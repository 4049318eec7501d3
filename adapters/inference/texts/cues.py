"""What the words beside a number make of it, by the table of cues."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from adapters.inference.lexicon.data import table
from adapters.inference.texts.terms import Role

_FILLERS: Final = (
    r"(?:\s|ไว้|แล้ว|มา|ไป|กลับ|แค่|เพียง|อีก|เป็นเงิน|เป็น|อยู่|ที่|เงิน|ราคา|:|=|of|is|was|to|at|only|just|ประมาณ|ราวๆ|ราว"
    r"|about|around|~|≈|for|a)*$"
)
_Cue = tuple[re.Pattern[str], Role]


@cache
def _before() -> tuple[_Cue, ...]:
    return tuple(
        (re.compile(rf"(?:{'|'.join(row['words'])}){_FILLERS}"), Role[row["role"]]) for row in table("cues")["before"]
    )


@cache
def _after() -> tuple[_Cue, ...]:
    return tuple((re.compile(rf"\s*(?:{'|'.join(row['words'])})"), Role[row["role"]]) for row in table("cues")["after"])


def role_by_cue(left: str, right: str) -> Role:
    """The role the words to the left and right give; those to the right are the more particular."""
    return role_after(right) or next((role for cue, role in _before() if cue.search(left)), Role.AMOUNT)


def role_after(right: str) -> Role | None:
    return next((role for cue, role in _after() if cue.match(right)), None)
