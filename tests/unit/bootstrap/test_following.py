"""Records of outcome topics, applied."""

from collections.abc import Sequence

import pytest

from contracts.codec import encode
from contracts.envelope import Envelope
from tests.fakes.broker import FakeRecord
from tests.fakes.clock import NOON
from tests.fakes.commands import parsed
from workers.bootstrap.following import apply_records
from workers.ports.messages import RawRecord
from workers.projections.projection import Happened


class Listener:
    """Takes what a projector would apply."""

    def __init__(self) -> None:
        self.heard: list[list[Happened]] = []

    async def apply(self, events: Sequence[Happened]) -> None:
        self.heard.append(list(events))


async def test_readable_outcomes_reach_every_projector_and_others_are_said(caplog: pytest.LogCaptureFixture) -> None:
    event = parsed()
    about = Envelope(id="e-1", source="/test", type=event.type, time=NOON, tenant="acme", owner="nok")
    records: list[RawRecord] = [
        FakeRecord("poon.texts.events", 0, 7, headers=about.headers(), value=encode(event)),
        FakeRecord("poon.texts.events", 0, 8, headers=about.headers(), value=b"no JSON"),
        FakeRecord("poon.texts.events", 0, 9, value=b"{}"),
    ]
    one, two = Listener(), Listener()
    await apply_records([one, two], records)  # type: ignore[list-item]
    assert one.heard == two.heard == [[Happened("e-1", "acme", "nok", NOON, event)]]
    assert [record.__dict__["offset"] for record in caplog.records] == [8, 9]
