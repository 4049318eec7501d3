"""Records of outcome topics, applied."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from contracts.codec import encode
from contracts.envelope import Envelope
from tests.fakes.broker import FakeRecord
from tests.fakes.clock import NOON
from tests.fakes.commands import parsed
from workers.bootstrap.following import apply_records
from workers.ports.errors import UnavailableError
from workers.ports.messages import RawRecord
from workers.ports.status import ProjectionCounts
from workers.projections.projection import Happened


@dataclass(frozen=True)
class Named:
    """As much of a projection as is counted."""

    name: str


class Listener:
    """Takes what a projector would apply."""

    def __init__(self, name: str, *, is_away: bool = False) -> None:
        self.heard: list[list[Happened]] = []
        self.projection = Named(name)
        self.is_away = is_away

    async def apply(self, events: Sequence[Happened]) -> None:
        if self.is_away:
            raise UnavailableError("no database")
        self.heard.append(list(events))


async def test_readable_outcomes_reach_every_projector_and_others_are_said(caplog: pytest.LogCaptureFixture) -> None:
    event = parsed()
    about = Envelope(id="e-1", source="/test", type=event.type, time=NOON, tenant="acme", owner="nok")
    records: list[RawRecord] = [
        FakeRecord("poon.texts.events", 0, 7, headers=about.headers(), value=encode(event)),
        FakeRecord("poon.texts.events", 0, 8, headers=about.headers(), value=b"no JSON"),
        FakeRecord("poon.texts.events", 0, 9, value=b"{}"),
    ]
    one, two = Listener("one"), Listener("two")
    counts = ProjectionCounts()
    await apply_records([one, two], counts, records)  # type: ignore[list-item]
    assert counts == ProjectionCounts(Counter(one=1, two=1), Counter(), 2)
    assert one.heard == two.heard == [[Happened("e-1", "acme", "nok", NOON, event)]]
    assert [record.__dict__["offset"] for record in caplog.records] == [8, 9]


async def test_a_failure_is_counted_for_the_projection_that_met_it() -> None:
    event = parsed()
    about = Envelope(id="e-1", source="/test", type=event.type, time=NOON, tenant="acme", owner="nok")
    record = FakeRecord("poon.texts.events", 0, 7, headers=about.headers(), value=encode(event))
    one, two, counts = Listener("one"), Listener("two", is_away=True), ProjectionCounts()
    for _ in range(2):
        with pytest.raises(UnavailableError):
            await apply_records([one, two], counts, [record])  # type: ignore[list-item]
    assert counts == ProjectionCounts(Counter(one=2), Counter(two=2), 0)
