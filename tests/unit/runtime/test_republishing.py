"""Publishing stored events again."""

from collections.abc import AsyncGenerator, Collection, Sequence
from datetime import UTC, datetime

import pytest

from tests.conformance.database.samples import event
from workers.ports.errors import UnavailableError
from workers.ports.messages import OutgoingRecord
from workers.ports.store import StoredEvent
from workers.runtime.outcomes import outgoing
from workers.runtime.republishing import Republisher

SINCE = datetime(2026, 3, 2, tzinfo=UTC)


class Pages:
    """Gives two pages, and remembers what it was asked and whether it was closed."""

    def __init__(self, *pages: Sequence[StoredEvent]) -> None:
        self._pages = pages
        self.asked: list[tuple[datetime, Collection[str]]] = []
        self.closed = False

    async def since(self, moment: datetime, topics: Collection[str]) -> AsyncGenerator[Sequence[StoredEvent], None]:
        self.asked.append((moment, topics))
        try:
            for page in self._pages:
                yield page
        finally:
            self.closed = True


class Log:
    """A publisher that keeps what it is given; breaks when it is told so."""

    def __init__(self, *, broken: bool = False) -> None:
        self.records: list[OutgoingRecord] = []
        self._broken = broken

    async def start(self) -> None:
        return

    async def publish(self, records: Sequence[OutgoingRecord]) -> None:
        if self._broken:
            raise UnavailableError("no broker")
        self.records += records

    async def stop(self) -> None:
        return


async def test_what_is_published_again_are_the_same_records_in_the_order_they_were_stored() -> None:
    one, two = event("a")._replace(topic="poon.texts.events"), event("b")._replace(topic="poon.texts.events")
    three = event("c")._replace(topic="poon.spending.events")
    pages, log = Pages([one, two], [three]), Log()
    counts = await Republisher(pages, log).run(SINCE, ["poon.texts.events"])
    assert log.records == outgoing([one, two, three])
    assert counts == {"poon.texts.events": 2, "poon.spending.events": 1}
    assert (pages.asked, pages.closed) == ([(SINCE, ["poon.texts.events"])], True)


async def test_the_reading_ends_when_the_broker_goes_away() -> None:
    pages = Pages([event("a")], [event("b")])
    with pytest.raises(UnavailableError):
        await Republisher(pages, Log(broken=True)).run(SINCE, [])
    assert pages.closed
