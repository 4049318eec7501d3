"""The area *privacy*."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass

from contracts.commands.privacy import EraseOwner
from contracts.errors import ErrorCode
from contracts.events.privacy import OwnerErased, Removed
from workers.domain.errors import RejectionError
from workers.domain.privacy import NOTHING_NAMED, Named, files_named
from workers.handlers.recognition import remembered_of
from workers.ports.cache import Cache, sealed_of
from workers.ports.errors import TransientError
from workers.ports.handling import CommandContext, Decision, NewEvent
from workers.ports.privacy import OwnerEraser, OwnerFiles, OwnerReader, OwnerRow


@dataclass(frozen=True, slots=True)
class Privacy:
    """What handing over and erasing an owner needs from outside."""

    reader: OwnerReader
    eraser: OwnerEraser
    files: OwnerFiles
    cache: Cache

    async def erase(self, command: EraseOwner, context: CommandContext) -> Decision:
        """Delete whatever there is of an owner. Killed anywhere, the next attempt goes on.

        The files go first: what names them is in the rows. Then the key: whatever else there is can then not be read
        any more, nor any copy of it.
        """
        if command.owner != context.owner:
            raise RejectionError(ErrorCode.INVALID_COMMAND, "it is not the envelope's owner", field="owner")
        tenant, owner = context.tenant, context.owner
        begun = await self.eraser.begin(tenant, owner, context.command_id, context.now)
        if begun.under_way:
            if "files" not in begun.removed:
                await self._remove_files(tenant, owner)
            await self.eraser.destroy_key(tenant, owner)
            while await self.eraser.remove_some(tenant, owner):
                pass
            await self._forget(tenant, owner)
            begun = await self.eraser.finish(tenant, owner)
        return Decision((NewEvent(OwnerErased(erased_until=begun.until, removed=Removed(**begun.removed))),))

    async def keys(self, tenant: str, owner: str) -> tuple[str, ...]:
        """The owner's files in the store."""
        named = NOTHING_NAMED
        async with aclosing(self.reader.rows(tenant, owner)) as rows:
            async for row in rows:
                named = named.plus(named_in(row))
        return tuple(await self.files.keys(tenant, owner, named))

    async def _forget(self, tenant: str, owner: str) -> None:
        for remembered in (remembered_of(tenant, owner), sealed_of(tenant, owner)):
            if not await self.cache.forget(remembered):
                raise TransientError(ErrorCode.STORAGE_UNAVAILABLE, "the cache cannot be reached, and may remember")

    async def _remove_files(self, tenant: str, owner: str) -> None:
        keys = await self.keys(tenant, owner)
        for key in keys:
            await self.files.remove(key)
        await self.eraser.note_files(tenant, owner, len(keys))


def named_in(row: OwnerRow) -> Named:
    """The files that a row names in its payload."""
    named = NOTHING_NAMED
    for payload in _payloads(row):
        try:
            named = named.plus(files_named(json.loads(payload)))
        except ValueError:  # a dead letter may hold anything
            continue
    return named


def _payloads(row: OwnerRow) -> Iterator[str | bytes]:
    for column in ("data", "record_value", "edit_data"):
        value = row.values.get(column)
        if isinstance(value, str | bytes):
            yield value
