"""Whether a redrive keeps the order of its key, or why it cannot. Pure.

Commands of one key take effect in the order they were sent. A dead letter has had no effect, so it may still take its
place, as long as nothing that was sent after it has taken effect or is about to. Commands that were rejected or failed
had no effect and overtake nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from uuid import UUID

from workers.ports.dead_letters import FiledLetter
from workers.ports.partition_log import Extent
from workers.runtime.redrive import replacement_id


class Fate(Enum):
    """What has become of a command."""

    EFFECT = auto()
    NO_EFFECT = auto()
    OPEN = auto()


@dataclass(frozen=True, slots=True)
class Later:
    """A record of the same key, further down the partition."""

    offset: int
    command_id: str
    fate: Fate


@dataclass(frozen=True, slots=True)
class LaneHistory:
    """What is known of one key in one partition.

    Attributes:
        letters: all its dead letters that were not discarded.
        extent: what the broker still has of the partition; None where the partition is gone.
        laters: its records behind the first of the letters, as far as the broker has them.
    """

    letters: Sequence[FiledLetter]
    extent: Extent | None
    laters: Sequence[Later]


def origins(letters: Sequence[FiledLetter]) -> dict[UUID, int]:
    """Where in the partition each letter's command was first sent: a redriven one that failed again keeps its place."""
    by_replacement = {replacement_id(filed.letter): filed.letter for filed in letters}
    found: dict[UUID, int] = {}
    for filed in letters:
        first = filed.letter
        while (before := by_replacement.get(first.command_id)) is not None:
            first = before
        found[filed.letter.id] = first.offset
    return found


def in_order(letters: Sequence[FiledLetter]) -> list[FiledLetter]:
    """The letters of one lane in the order their commands were first sent."""
    first_sent = origins(letters)
    return sorted(letters, key=lambda filed: (first_sent[filed.letter.id], filed.letter.offset))


def disorders(history: LaneHistory, chosen: Collection[UUID], *, all_go: bool = False) -> dict[UUID, str]:
    """Of the letters that are chosen to be redriven, those that cannot keep the order of their key, and why.

    Args:
        history: of their lane.
        chosen: which ones.
        all_go: they are redriven all the same; otherwise those behind one that cannot keep the order cannot either.
    """
    first_sent = origins(history.letters)
    found: dict[UUID, str] = {}
    blocker: UUID | None = None
    arranged: set[str] = set()
    for filed in in_order(history.letters):
        identity = filed.letter.id
        arranged.add(replacement_id(filed.letter))
        reason = None
        if identity in chosen:
            reason = _disorder(filed, first_sent[identity], history, arranged) or _behind(blocker)
            if reason is not None:
                found[identity] = reason
        if filed.is_open and (identity not in chosen or (reason is not None and not all_go)):
            blocker = blocker or identity
    return found


def overtaking(
    after: int, own_id: str, arranged: Collection[str], laters: Sequence[Later]
) -> tuple[Sequence[Later], Sequence[Later]]:
    """The commands that come between an offset and a letter's replacement: those with an effect, and the open ones.

    Args:
        after: the offset.
        own_id: of the replacement; where it is on the log already, what comes after it does not count.
        arranged: ids that come before it by right.
        laters: the records of the key.
    """
    own = min((later.offset for later in laters if later.command_id == own_id), default=None)
    between = [
        later
        for later in laters
        if later.offset > after and (own is None or later.offset < own) and later.command_id not in arranged
    ]
    return (
        [later for later in between if later.fate is Fate.EFFECT],
        [later for later in between if later.fate is Fate.OPEN],
    )


def _disorder(filed: FiledLetter, sent_at: int, history: LaneHistory, arranged: Collection[str]) -> str | None:
    if history.extent is None:
        return f"the topic has no partition {filed.letter.partition} any more, so what came after it is not known"
    if history.extent.start > sent_at + 1:
        return (
            f"the broker has nothing before offset {history.extent.start} any more, so what came after it is not known"
        )
    done, still_open = overtaking(sent_at, replacement_id(filed.letter), arranged, history.laters)
    if not done and not still_open:
        return None
    first = min(later.offset for later in (*done, *still_open))
    return (
        f"later commands of its key: {len(done)} have taken effect and {len(still_open)} are on their way,"
        f" the first at offset {first}"
    )


def _behind(blocker: UUID | None) -> str | None:
    return None if blocker is None else f"an earlier dead letter of its key is not redriven: {blocker}"
