"""An error that repeats is told a few times a minute, and how often it was not."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from adapters.telemetry.logs import configure_logging
from adapters.telemetry.repeats import MOST_KINDS, RepeatFilter
from tests.fakes.clock import FakeClock
from tests.fakes.root_logging import logging_kept

LOG = logging.getLogger("workers.x")


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    with logging_kept():
        yield


class Logged:
    """What is written of what is logged."""

    def __init__(self, most: int = 2) -> None:
        self.clock = FakeClock()
        self.repeats = RepeatFilter(most, self.clock.monotonic)
        self.stream = io.StringIO()
        configure_logging("info", "json", self.stream, self.repeats)

    @property
    def lines(self) -> list[tuple[str, int | None]]:
        return [(line["event"], line.get("left_out")) for line in map(json.loads, self.stream.getvalue().splitlines())]


def test_repetitions_within_a_minute_are_counted_and_told_with_the_next_one() -> None:
    logged = Logged()
    for _ in range(5):
        LOG.warning("attempt failed", exc_info=ValueError("words"))
    assert logged.lines == [("attempt failed", None)] * 2
    assert logged.repeats.left_out == 3
    logged.clock.jump(60.0)
    LOG.warning("attempt failed", exc_info=ValueError("words"))
    LOG.warning("attempt failed", exc_info=ValueError("words"))
    assert logged.lines[2:] == [("attempt failed", 3), ("attempt failed", None)]


def test_another_error_another_logger_and_other_words_are_other_kinds() -> None:
    logged = Logged(most=1)
    for _ in range(2):
        LOG.warning("attempt failed", exc_info=ValueError("words"))
        LOG.warning("attempt failed", exc_info=KeyError("words"))
        LOG.warning("attempt failed")
        LOG.error("stuck")
        logging.getLogger("workers.y").error("stuck")
    assert len(logged.lines) == 5
    assert logged.repeats.left_out == 5


def test_lines_below_a_warning_all_pass() -> None:
    logged = Logged(most=1)
    for _ in range(4):
        LOG.info("settled")
    assert len(logged.lines) == 4


def test_without_a_bound_all_pass() -> None:
    logged = Logged(most=0)
    for _ in range(4):
        LOG.error("stuck")
    assert (len(logged.lines), logged.repeats.left_out) == (4, 0)


def test_the_kinds_that_are_told_apart_are_bounded_and_forgotten_when_they_are_over() -> None:
    logged = Logged(most=1)
    for number in range(MOST_KINDS + 50):
        LOG.error("kind %d" % number)  # noqa: UP031, G002  each is to be a kind of its own
    assert len(logged.lines) <= MOST_KINDS + 1
    assert logged.repeats.left_out >= 49
    logged.clock.jump(61.0)
    LOG.error("something new")
    assert logged.lines[-1][0] == "something new"
