"""The limit of a backend comes from the settings, and from what the backend can use at most."""

import pytest

from contracts.commands.receipts import ExtractReceipt
from tests.fakes.clock import FakeClock
from workers.bootstrap.backends import limiter
from workers.config import Settings
from workers.ports.errors import BackendBusyError
from workers.ports.status import BackendStatus


@pytest.mark.parametrize(
    ("concurrency", "at_most", "begins"),
    [
        ({}, None, 4),
        ({}, 2, 2),
        ({"initial": 8}, 100, 8),
        ({"minimum": 6, "maximum": 6}, 2, 6),
        ({"maximum": 3}, None, 3),
    ],
)
def test_it_begins_where_the_settings_and_the_backend_allow(
    concurrency: dict[str, int], at_most: int | None, begins: int
) -> None:
    settings = Settings.model_validate({"concurrency": concurrency})
    made = limiter(settings, FakeClock(), "engine", ExtractReceipt, at_most)
    assert made.status == BackendStatus("engine", limit=begins, in_flight=0, waiting=0)


async def test_a_call_waits_for_its_turn_a_share_of_the_time_its_handler_has() -> None:
    settings = Settings.model_validate(
        {
            "concurrency": {"maximum": 1},
            "runtime": {"by_type": {ExtractReceipt.type: {"handler_timeout_seconds": 0.04}}},
        }
    )
    made = limiter(settings, FakeClock(), "engine", ExtractReceipt)

    async def nothing() -> None:
        """Answer at once."""

    async def meanwhile() -> None:
        with pytest.raises(BackendBusyError, match=r"engine: no turn within 0\.01 s"):
            await made.call(nothing)

    await made.call(meanwhile)
