"""The projections there are; a new one is a line here."""

from __future__ import annotations

from typing import Final

from contracts.topics import TopicRole, topic_name
from workers.projections.projection import Projection
from workers.projections.quality import ProcessingQuality
from workers.projections.spending import SpendingTotals

PROJECTIONS: Final[dict[str, Projection]] = {
    projection.name: projection for projection in (SpendingTotals(), ProcessingQuality())
}
"""By name."""

TOPICS: Final = tuple(
    topic_name(area, TopicRole.EVENTS)
    for area in dict.fromkeys(area for projection in PROJECTIONS.values() for area in projection.areas)
)
"""The topics of outcomes they follow."""
