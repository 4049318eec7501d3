"""Answers to "what was committed?" that say nothing but an error.

A broker that coordinates the group no more, or not yet, answers a fetch of offsets with one error for the whole
request and no partitions at all (KIP-88, from version 2 on). aiokafka 0.14 looks for errors at the partitions only,
finds none, and takes it that nothing was ever committed: the consumer goes back to the beginning of the topic. That
happens whenever a coordinator moves while a member joins, so with every broker that is restarted or dies. Here the
error is raised, and aiokafka asks the right broker again.

`tests/integration/kafka/test_offset_fetches.py` notices when that changes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import for_code

OFFSET_FETCH: Final = 9


def raise_their_errors(client: AIOKafkaClient) -> None:
    """Have a client raise the error of an answered fetch of offsets."""
    client.send = partial(_send, client.send)


async def _send(
    send: Callable[..., Awaitable[Any]],
    node_id: int,
    request: Any,  # noqa: ANN401  aiokafka ships no types
    **options: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    answer = await send(node_id, request, **options)
    if getattr(answer, "API_KEY", None) == OFFSET_FETCH and (code := getattr(answer, "error_code", 0)):
        raise for_code(code)
    return answer
