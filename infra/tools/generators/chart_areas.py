"""What the registry says of an area that the chart has to know."""

from contracts.topics import FLEET_TOPICS
from workers.bootstrap.clients import topics_of_area


def partitions_of(area: str) -> int:
    """Of an area's widest topic: members of its group above that number would idle."""
    partitions = {topic.name: topic.partitions for topic in FLEET_TOPICS}
    return max(partitions[topic] for topic in topics_of_area(area))
