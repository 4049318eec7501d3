"""What may be shown of a stored payload: its form and the fleet's own words, and none of its owner's."""

from __future__ import annotations

from typing import Any, Final

import orjson

from contracts.registry import FAILURES, PROGRESS, REJECTIONS

MASK: Final = "…"
UNREADABLE: Final = {"unreadable": True}

_OURS: Final = frozenset(
    {
        "action",
        "backend",
        "capability",
        "code",
        "command_id",
        "command_type",
        "currency",
        "degraded_reason",
        "duration_ms",
        "entry_id",
        "exact_cost",
        "kind",
        "language",
        "mapping_id",
        "method",
        "original_topic",
        "processing_method",
        "retry_at",
        "status",
        "step",
        "token",
        "topic",
        "unavailable",
        "workflow",
        "workflow_id",
    }
)
"""Fields whose texts are the fleet's own; `cost` is told by its currency and `exact_cost`."""
_ALSO_OF_FAILURES: Final = frozenset({"field", "reason"})
"""Never the owner's own words where an outcome or a workflow tells why; in a correction or a deletion they are."""
_FAILING: Final = frozenset(event.type for event in (*REJECTIONS.values(), *FAILURES.values(), *PROGRESS))


def payload(event_type: str, data: str, *, personal: bool) -> Any:  # noqa: ANN401  any JSON
    """A payload with the texts masked that are its owner's, unless those are wanted; None for one that was not read."""
    if not data:
        return None
    try:
        told = orjson.loads(data)
    except orjson.JSONDecodeError:
        return UNREADABLE
    return told if personal else _masked(told, _OURS | _ALSO_OF_FAILURES if event_type in _FAILING else _OURS)


def _masked(value: Any, shown: frozenset[str], *, ours: bool = False) -> Any:  # noqa: ANN401  any JSON
    match value:
        case dict():
            return {name: _masked(own, shown, ours=name in shown) for name, own in value.items() if name != "message"}
        case list():
            return [_masked(own, shown, ours=ours) for own in value]
        case str():
            return value if ours else MASK
        case _:
            return value
