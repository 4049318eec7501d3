"""Several observers are told as one, and none of them can hurt the work."""

import logging
from collections.abc import Callable, Sequence

import pytest

from adapters.telemetry.observers import FanOut
from adapters.telemetry.quiet import QuietObserver
from tests.fakes.observing import USUAL, attempt, raw
from workers.ports.observing import Observer, Settled

CALLS: dict[str, Callable[[Observer], None]] = {
    "taken": lambda observer: observer.taken([raw(1)], 1.0),
    "attempt_failed": lambda observer: observer.attempt_failed(attempt()),
    "stored": lambda observer: observer.stored(3, 1, 1.0, 2.0),
    "published": lambda observer: observer.published(3, 1.0, 2.0),
    "settled": lambda observer: observer.settled([USUAL], 1.0),
    "offsets_committed": lambda observer: observer.offsets_committed(2, 1.0, 2.0, None),
    "assigned": lambda observer: observer.assigned([], 0),
    "outage": lambda observer: observer.outage("broker", over=True),
    "drained": lambda observer: observer.drained(0, 1.0),
}


class Recording:
    """Remembers what was called with what; any name will do."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, object]] = []

    def __getattr__(self, name: str) -> Callable[..., None]:
        def called(*values: object, **named: object) -> None:
            self.calls.append((name, (values, named)))

        return called


class Broken(QuietObserver):
    """Fails at each batch."""

    def __init__(self) -> None:
        self.calls = 0

    def settled(self, batch: Sequence[Settled], at: float) -> None:
        del batch, at
        self.calls += 1
        raise ZeroDivisionError


@pytest.mark.parametrize("name", CALLS)
def test_each_is_told_the_same(name: str) -> None:
    directly, first, second = Recording(), Recording(), Recording()
    CALLS[name](directly)
    CALLS[name](FanOut([first, second]))
    assert [call[0] for call in directly.calls] == [name]
    assert first.calls[0][0] == second.calls[0][0] == name


def test_what_is_told_arrives_whole() -> None:
    told = Recording()
    FanOut([told]).settled([USUAL], 11.5)
    assert told.calls == [("settled", (([USUAL], 11.5), {}))]


@pytest.mark.parametrize("name", CALLS)
def test_a_quiet_one_takes_every_call(name: str) -> None:
    quiet = QuietObserver()
    before = vars(quiet).copy()
    CALLS[name](quiet)
    assert vars(quiet) == before


def test_one_that_fails_is_logged_once_and_switched_off(caplog: pytest.LogCaptureFixture) -> None:
    broken, healthy = Broken(), Recording()
    fan = FanOut([broken, healthy])
    for _ in range(3):
        fan.settled([USUAL], 1.0)
    assert broken.calls == 1
    assert len(healthy.calls) == 3
    assert fan.working == (healthy,)
    (line,) = caplog.records
    assert (line.levelno, line.message, line.__dict__["observer"]) == (
        logging.ERROR,
        "telemetry switched off",
        "Broken",
    )


def test_an_interruption_is_not_swallowed() -> None:
    class Interrupted(QuietObserver):
        def drained(self, left: int, seconds: float) -> None:
            raise KeyboardInterrupt(left, seconds)

    with pytest.raises(KeyboardInterrupt):
        FanOut([Interrupted()]).drained(0, 1.0)
