"""Sends a statement to be imported, and follows what becomes of it."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from contracts.ids import owner_folder
from contracts.statements import MAX_INLINE_STATEMENT_BYTES, MAX_STATEMENT_BYTES
from workers.bootstrap.clients import Addressed, client_seals, outcomes, sender, statement_stores, system_clock
from workers.config import Settings
from workers.entrypoints.failures import InputError
from workers.entrypoints.progress import ProgressView, shown_progress
from workers.entrypoints.statement_following import Following
from workers.ports.clock import Clock
from workers.ports.outcomes import FromBeginning, FromEnd, FromTime, OutcomeReader, StartAt

PIECE: Final = 65_536
POLL_SECONDS: Final = 0.25
AREAS: Final = ("statements", "workflows")
CLOCKS_APART: Final = timedelta(minutes=1)
"""How much later than its own time the broker may have taken an outcome for an earlier one."""


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


async def file_field(settings: Settings, tenant: str, owner: str, path: Path) -> dict[str, Any]:
    """The `file` field: the bytes themselves where they are few, else a reference to where they are uploaded to.

    Raises:
        InputError: the file cannot be read, is empty or too large.
        StorageError: the store is unavailable.
        UnavailableError: the owner's key cannot be had.
    """
    if _size_of(path) <= MAX_INLINE_STATEMENT_BYTES:
        data = b"".join(pieces_of(path))
        if not data:
            raise InputError(f"{path}: is empty")
        return {"kind": "inline", "data": base64.b64encode(data).decode()}
    digest = hashlib.sha256()
    for piece in pieces_of(path):
        digest.update(piece)
    # A key of the owner's made from the content: sending the same file twice keeps one copy.
    key = f"{owner_folder(tenant, owner)}/statements/{digest.hexdigest()}"
    async with client_seals(settings) as seals:
        files = await statement_stores(settings, seals).of(tenant, owner)
        reference = await asyncio.to_thread(lambda: files.save(key, pieces_of(path)))
    return reference.model_dump(mode="json")


def _size_of(path: Path) -> int:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    if size > MAX_STATEMENT_BYTES:
        raise InputError(f"{path}: has {size} bytes, a statement has at most {MAX_STATEMENT_BYTES}")
    return size


async def send_and_follow(
    settings: Settings, command: Addressed, timeout_seconds: float, most_rejected: int, *, quiet: bool
) -> Following:
    """Send, and follow the import until it has ended or the time is up; also one that was sent before by this id.

    Raises:
        UnavailableError: the broker cannot be reached or a topic is missing.
    """
    clock = system_clock()
    deadline = clock.monotonic() + timeout_seconds

    def reading(start: StartAt) -> AbstractAsyncContextManager[OutcomeReader]:
        return outcomes(settings, AREAS, start)

    with nullcontext() if quiet else shown_progress("rows") as view:
        # The reader takes its position first: an outcome may come before the acknowledgement is back.
        async with reading(FromEnd()) as reader, sender(settings, ["workflows"]) as out:
            sent = await out.send(command)
            found = Following(sent.id, most_rejected, tenant=command.tenant)
            await follow(found, reader, clock, deadline, view, sent_at=sent.time)
        if found.began is not None and began_before(found, sent.time):
            # The embedded broker keeps no index by time, and little enough to be read from its beginning.
            start = FromBeginning() if settings.is_embedded else FromTime(found.began - CLOCKS_APART)
            async with reading(start) as reader:
                await follow(found, reader, clock, deadline, view)
    return found


def began_before(found: Following, sent_at: datetime) -> bool:
    """Whether the import began before it was sent, so that what it told since then is told to nobody again.

    A worker's clock that goes after costs one more look at the topics.
    """
    return found.began is not None and found.began < sent_at and not found.is_over


async def send_only(settings: Settings, command: Addressed) -> str:
    """Send, and tell the command's id."""
    async with sender(settings, ["workflows"]) as out:
        return (await out.send(command)).id


async def follow(
    found: Following,
    reader: OutcomeReader,
    clock: Clock,
    deadline: float,
    view: ProgressView | None,
    *,
    sent_at: datetime | None = None,
) -> None:
    """Take outcomes in until the import is over, or stuck, or the time is up.

    Args:
        found: what is known.
        reader: in position.
        clock: of the deadline.
        deadline: a reading of the monotonic clock.
        view: is shown how far it is.
        sent_at: when its command was sent: ends as soon as it shows that the import began before. None where the reader
            began that early, and what it reads is old: an import that was stuck in it may have gone on.
    """
    while not found.is_over and clock.monotonic() < deadline:
        outcomes = await reader.read(POLL_SECONDS)
        for outcome in outcomes:
            found.take(outcome)
        if sent_at is not None and began_before(found, sent_at):
            return
        if found.stuck is not None and (sent_at is not None or not outcomes):
            return
        if view is not None and found.surveyed is not None:
            done = found.progress.so_far.rows if found.progress else 0
            view.update(done, found.surveyed.rows)
