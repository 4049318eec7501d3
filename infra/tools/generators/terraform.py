"""The topics as Terraform reads them."""

from __future__ import annotations

import json
from typing import Any

from contracts.topics import FLEET_TOPICS, SHARED_REPLIES, Topic


def topics_json() -> str:
    """Every topic of the fleet, and what a caller's own reply topic is like."""
    reply = {"partitions": SHARED_REPLIES.partitions, "config": SHARED_REPLIES.config}
    return json.dumps({"topics": [_topic(topic) for topic in FLEET_TOPICS], "reply": reply}, indent=2) + "\n"


def _topic(topic: Topic) -> dict[str, Any]:
    return {
        "name": topic.name,
        "area": topic.area,
        "role": topic.role,
        "partitions": topic.partitions,
        "config": topic.config,
    }
