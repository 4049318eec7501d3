"""Builds the stage in one process, lets the play run on it, and checks what is left afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.registry import AREAS
from workers.bootstrap.clients import client_seals, image_stores, outcomes, sender, system_clock
from workers.config import Settings
from workers.domain.spending import SpendingEntry
from workers.entrypoints.demo.checking import problems_of
from workers.entrypoints.demo.material import (
    TENANT,
    ImageItem,
    Item,
    TextItem,
    image_command_item,
    text_command_item,
)
from workers.entrypoints.demo.play import Play, Progress, collect_rest, play
from workers.ports.outcomes import FromBeginning
from workers.ports.store import StoredEvent


@dataclass(frozen=True, slots=True)
class Result:
    """What the demonstration led to.

    Attributes:
        stored: how many events the database holds.
        problems: what is not as promised.
    """

    story: Play
    entries: Sequence[SpendingEntry]
    stored: int
    problems: Sequence[str]


async def perform(
    settings: Settings,
    texts: Sequence[TextItem],
    images: Sequence[ImageItem],
    progress: Progress,
    timeout_seconds: float,
) -> Result:
    """Run a fleet, send everything, wait, and compare outcomes with rows.

    Raises:
        InputError: an item cannot be sent.
        UnavailableError: the stage cannot be built.
    """
    # A light command does not load what a fleet needs.
    from workers.bootstrap import fleet  # noqa: PLC0415
    from workers.bootstrap.ground import grounded  # noqa: PLC0415

    async with grounded(settings), outcomes(settings, AREAS, FromBeginning()) as reader:
        items = await _items(settings, texts, images)
        async with fleet.running(settings, AREAS) as running, sender(settings) as out:
            story = await play(items, out, reader, system_clock(), progress, timeout_seconds)
            stored = [event async for event in running.store.scan(TENANT)]
            entries = await running.entries.of_tenant(TENANT)
        # The fleet is down and publishes no more: whatever else was published is there now.
        await collect_rest(story, reader)
    return _result(story, stored, entries)


async def _items(settings: Settings, texts: Sequence[TextItem], images: Sequence[ImageItem]) -> list[Item]:
    # Images first: they take longest, and texts are done meanwhile.
    async with client_seals(settings) as seals:
        stores = image_stores(settings, seals)
        pictures = [await image_command_item(item, stores) for item in images]
    return [*pictures, *(text_command_item(item) for item in texts)]


def _result(story: Play, stored: Sequence[StoredEvent], entries: Sequence[SpendingEntry]) -> Result:
    problems = problems_of([sent.envelope for sent in story.sent], story.outcomes, stored, entries)
    return Result(story, entries, len(stored), problems)
