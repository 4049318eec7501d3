"""FastStream as its tutorial teaches: a decorated function a message, a session by dependency, a publisher above it.

The offset is acknowledged once the function is through, as its page on acknowledgement says for work that must not be
lost; the default would commit before.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from faststream import AckPolicy, Depends, FastStream
from faststream.kafka import KafkaBroker, KafkaResponse
from faststream.kafka.annotations import KafkaMessage
from sqlalchemy.ext.asyncio import AsyncSession

from contracts.commands.spending import RecordSpending
from tests.bench.peers.deciding import decide
from tests.bench.peers.storing import async_sessions, store
from tests.bench.round import Round

about = Round.from_environment()
broker = KafkaBroker(about.bootstrap_servers, acks="all", enable_idempotence=True)
app = FastStream(broker)


async def get_session() -> AsyncIterator[AsyncSession]:
    async with async_sessions()() as session:
        yield session


@broker.subscriber(
    about.commands, group_id=about.group, auto_offset_reset="earliest", ack_policy=AckPolicy.NACK_ON_ERROR
)
@broker.publisher(about.outcomes)
async def record(
    command: RecordSpending, message: KafkaMessage, session: Annotated[AsyncSession, Depends(get_session)]
) -> KafkaResponse:
    headers = {name: str(value) for name, value in message.headers.items()}
    decided = decide(command, headers)
    await store(session, decided)
    outcome_headers = {name: value.decode() for name, value in decided.headers}
    return KafkaResponse(decided.value, key=decided.key, headers=outcome_headers)


if __name__ == "__main__":
    asyncio.run(app.run())
