"""Sends a statement to be imported, and follows what becomes of it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from contracts.ids import owner_folder
from contracts.statements import MAX_INLINE_STATEMENT_BYTES, MAX_STATEMENT_BYTES
from workers.bootstrap.clients import Addressed, outcomes, sender, statement_files, system_clock
from workers.config import Settings
from workers.entrypoints.failures import InputError
from workers.entrypoints.progress import ProgressView, shown_progress
from workers.entrypoints.statement_following import Following
from workers.ports.clock import Clock
from workers.ports.outcomes import FromEnd, OutcomeReader

PIECE: Final = 65_536
POLL_SECONDS: Final = 0.25
AREAS: Final = ("statements", "workflows")


def pieces_of(path: Path) -> Iterator[bytes]:
    """A file by pieces.

    Raises:
        InputError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None


def file_field(settings: Settings, tenant: str, owner: str, path: Path) -> dict[str, Any]:
    """The `file` field: the bytes themselves where they are few, else a reference to where they are uploaded to.

    Raises:
        InputError: the file cannot be read, is empty or too large.
        StorageError: the store is unavailable.
    """
    try:
        size = path.stat().st_size
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    if size > MAX_STATEMENT_BYTES:
        raise InputError(f"{path}: has {size} bytes, a statement has at most {MAX_STATEMENT_BYTES}")
    if size <= MAX_INLINE_STATEMENT_BYTES:
        data = b"".join(pieces_of(path))
        if not data:
            raise InputError(f"{path}: is empty")
        return {"kind": "inline", "data": base64.b64encode(data).decode()}
    digest = hashlib.sha256()
    for piece in pieces_of(path):
        digest.update(piece)
    # A key of the owner's made from the content: sending the same file twice keeps one copy.
    key = f"{owner_folder(tenant, owner)}/statements/{digest.hexdigest()}"
    reference = statement_files(settings).save(key, pieces_of(path))
    return reference.model_dump(mode="json")


async def send_and_follow(
    settings: Settings, command: Addressed, timeout_seconds: float, most_rejected: int, *, quiet: bool
) -> Following:
    """Send, and follow the import until it has ended or the time is up.

    Raises:
        UnavailableError: the broker cannot be reached or a topic is missing.
    """
    # The reader takes its position first: an outcome may come before the acknowledgement is back.
    async with outcomes(settings, AREAS, FromEnd()) as reader, sender(settings, ["workflows"]) as out:
        found = Following((await out.send(command)).id, most_rejected)
        if quiet:
            await follow(found, reader, system_clock(), timeout_seconds, None)
        else:
            with shown_progress("rows") as view:
                await follow(found, reader, system_clock(), timeout_seconds, view)
    return found


async def send_only(settings: Settings, command: Addressed) -> str:
    """Send, and tell the command's id."""
    async with sender(settings, ["workflows"]) as out:
        return (await out.send(command)).id


async def follow(
    found: Following, reader: OutcomeReader, clock: Clock, timeout_seconds: float, view: ProgressView | None
) -> None:
    """Take outcomes in until the import is over, or stuck, or the time is up."""
    deadline = clock.monotonic() + timeout_seconds
    while not found.is_over and found.stuck is None and clock.monotonic() < deadline:
        for outcome in await reader.read(POLL_SECONDS):
            found.take(outcome)
        if view is not None and found.surveyed is not None:
            done = found.progress.so_far.rows if found.progress else 0
            view.update(done, found.surveyed.rows)
