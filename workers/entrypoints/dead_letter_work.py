"""What `poon dlq` does, apart from options and printing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from workers.bootstrap.dead_letters import dead_letter_box, redriver
from workers.config import Settings
from workers.entrypoints.dead_letter_input import Selection, letter_ids
from workers.entrypoints.failures import InputError
from workers.ports.dead_letters import Action, DeadLetterBox, DeadLetterFilter, DeadLetterStateError, FiledLetter
from workers.runtime.dead_letter_edits import Change, EditError, edited
from workers.runtime.redrive import Waiver
from workers.runtime.redriver import CHANGED, CHUNK, Planned, Sent

_OPTIONS: Final = {"header ce_tenantid": "--tenant", "header ce_subject": "--owner"}
"""The option that makes up for a header that cannot be read."""

Left = tuple[FiledLetter, str]
"""A dead letter that was not touched, and why."""


async def listed(
    settings: Settings, wanted: DeadLetterFilter, limit: int, after: str | None, *, newest_first: bool
) -> Sequence[FiledLetter]:
    last = letter_ids([after])[0] if after else None
    async with dead_letter_box(settings) as box:
        if last is not None:
            await _one(box, str(last))  # nothing comes after one that does not exist, and nobody would notice
        return await box.find(wanted, limit, last, newest_first=newest_first)


async def shown(settings: Settings, letter_id: str) -> FiledLetter:
    async with dead_letter_box(settings) as box:
        return await _one(box, letter_id)


async def edit(settings: Settings, letter_id: str, change: Change, done: Action) -> FiledLetter:
    async with dead_letter_box(settings) as box:
        try:
            after = edited(await _one(box, letter_id), change, done)
        except (EditError, DeadLetterStateError) as error:
            option = next((option for header, option in _OPTIONS.items() if header in str(error)), None)
            raise InputError(f"{error}; give {option}" if option else str(error)) from None
        if not await box.save([after]):
            raise InputError(CHANGED)
        return after


async def plan(settings: Settings, chosen: Selection, waived: Collection[Waiver]) -> Sequence[Planned]:
    ids = await _resolved(settings, chosen)
    async with redriver(settings, waived) as redrives:
        return await redrives.plan(ids)


async def redrive(
    settings: Settings, chosen: Selection, waived: Collection[Waiver], done: Action
) -> tuple[Sequence[Planned], Sequence[Sent]]:
    """Send what can be sent, and tell what was left as well."""
    ids = await _resolved(settings, chosen)
    async with redriver(settings, waived) as redrives:
        planned = await redrives.plan(ids)
        return [one for one in planned if not one.goes], await redrives.send(planned, done)


async def discard(
    settings: Settings, chosen: Selection, done: Action, *, force: bool, dry_run: bool
) -> tuple[Sequence[FiledLetter], Sequence[Left]]:
    """Discard what can be discarded, and tell what was left as well."""
    discarded: list[FiledLetter] = []
    left: list[Left] = []
    async with dead_letter_box(settings) as box:
        ids = await chosen.resolve(box)
        for start in range(0, len(ids), CHUNK):
            changed, kept = _discarded(await box.get(ids[start : start + CHUNK]), done, force=force)
            written = {one.letter.id for one in changed} if dry_run else set(await box.save(changed))
            discarded += [one for one in changed if one.letter.id in written]
            left += kept + [(one, CHANGED) for one in changed if one.letter.id not in written]
    return discarded, left


def _discarded(letters: Sequence[FiledLetter], done: Action, *, force: bool) -> tuple[list[FiledLetter], list[Left]]:
    changed: list[FiledLetter] = []
    left: list[Left] = []
    for filed in letters:
        try:
            changed.append(filed.discarded(done, even_redriving=force))
        except DeadLetterStateError as error:
            left.append((filed, str(error)))
    return changed, left


async def _resolved(settings: Settings, chosen: Selection) -> Sequence[UUID]:
    async with dead_letter_box(settings) as box:
        return await chosen.resolve(box)


async def _one(box: DeadLetterBox, letter_id: str) -> FiledLetter:
    ids = letter_ids([letter_id])
    found = await box.get(ids)
    if not found:
        raise InputError(f"there is no dead letter {ids[0]}")
    return found[0]
