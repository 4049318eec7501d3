"""What `poon trace` does, apart from options and printing."""

from __future__ import annotations

from typing import Any

from workers.bootstrap.stories import storyteller, trace_of
from workers.config import Settings
from workers.entrypoints.story_facts import TraceIds, story_json


async def told(settings: Settings, asked: str, tenant: str | None, *, personal: bool) -> dict[str, Any] | None:
    """The facts of a story; None where nothing is stored under that id.

    Raises:
        DatabaseRefusedError: the schema is not this release's.
        UnavailableError: the database cannot be used.
    """
    traced = trace_of(settings)
    async with storyteller(settings, with_commands=personal) as teller:
        story = await teller.tell(asked, tenant)
    if story is None:
        return None
    return story_json(story, lambda area, envelope: TraceIds(*traced(area, envelope)), personal=personal)
