"""Answers of a group's coordinator that aiokafka 0.14 misunderstands.

*What was committed?* A broker that coordinates the group no more, or not yet, answers with one error for the whole
request and no partitions at all (KIP-88, from version 2 on). aiokafka looks for errors at the partitions only, finds
none, and takes it that nothing was ever committed: the consumer goes back to the beginning of the topic. That happens
whenever a coordinator moves while a member joins, so with every broker that is restarted or dies. Here the error is
raised, and aiokafka asks the right broker again.

*Commit this!* A commit that waits behind the member's own request to join is answered after it, and refused: it names
the generation before. aiokafka takes it that the member, which has just joined, was thrown out, and has it join anew;
by then the next commit waits behind that, and so on, a rebalance after the other (aiokafka's issue 848). Here such an
answer is told to whoever wanted to commit, and to nobody else.

`tests/integration/kafka/test_coordinator_answers.py` notices when that changes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import IllegalGenerationError, RebalanceInProgressError, UnknownMemberIdError, for_code

OFFSET_COMMIT: Final = 8
OFFSET_FETCH: Final = 9
OUTDATED: Final = frozenset(
    error.errno for error in (IllegalGenerationError, UnknownMemberIdError, RebalanceInProgressError)
)


class OutdatedCommitError(Exception):
    """A commit was refused for a generation that its member has left behind by itself."""


def mind_answers(client: AIOKafkaClient, generation: Callable[[], int]) -> None:
    """Have a consumer's client raise what its coordinator would misunderstand.

    Args:
        client: the consumer's.
        generation: the one the consumer belongs to at the moment.
    """
    client.send = partial(_send, client.send, generation)


async def _send(
    send: Callable[..., Awaitable[Any]],
    generation: Callable[[], int],
    node_id: int,
    request: Any,  # noqa: ANN401  aiokafka ships no types
    **options: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    before = generation()
    answer = await send(node_id, request, **options)
    kind = getattr(answer, "API_KEY", None)
    if kind == OFFSET_FETCH and (code := getattr(answer, "error_code", 0)):
        raise for_code(code)
    if kind == OFFSET_COMMIT and generation() != before and _codes(answer) & OUTDATED:
        raise OutdatedCommitError("the member has joined anew while its commit waited")
    return answer


def _codes(answer: Any) -> set[int]:  # noqa: ANN401
    return {code for _, partitions in answer.topics for _, code in partitions}
