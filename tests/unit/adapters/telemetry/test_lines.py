"""Log lines are written by a thread; who logs never waits, and what is lost is told."""

import io
import logging
import os
import threading

import pytest

from adapters.telemetry.lines import LineWriter

LONG = 10.0
"""Seconds: far longer than a thread needs, so that only a defect uses it up."""


class StuckStream(io.BytesIO):
    """Nobody reads it until it is released."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = threading.Event()
        self.released = threading.Event()

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self.reached.set()
        assert self.released.wait(LONG)
        return super().write(data)


class GoneStream(io.BytesIO):
    """Its reader has gone away."""

    def write(self, data: bytes) -> int:  # type: ignore[override]
        raise BrokenPipeError(f"{len(data)} bytes nobody reads")


def test_lines_of_both_kinds_keep_their_order() -> None:
    stream = io.BytesIO()
    writer = LineWriter(stream)
    writer.write_lines(b"1\n2\n", 2)
    assert writer.write("สาม\n") == 4
    writer.flush()
    writer.write_lines(b"4\n", 1)
    writer.close(LONG)
    assert stream.getvalue().decode() == "1\n2\nสาม\n4\n"
    assert writer.dropped == 0


def test_who_writes_does_not_wait_for_a_reader_that_is_stuck() -> None:
    stream = StuckStream()
    writer = LineWriter(stream)
    writer.write_lines(b"first\n", 1)
    assert stream.reached.wait(LONG)
    for _ in range(100):  # the reader is released only below: this line is reached because none of them waits
        writer.write_lines(b"later\n", 1)
    assert stream.getvalue() == b""
    stream.released.set()
    writer.close(LONG)
    assert stream.getvalue() == b"first\n" + b"later\n" * 100


def test_above_its_bound_whole_batches_are_dropped_and_counted() -> None:
    stream = StuckStream()
    writer = LineWriter(stream, limit=20)
    writer.write_lines(b"first\n", 1)
    assert stream.reached.wait(LONG)
    writer.write_lines(b"one\ntwo\nthree\nfour\n", 4)
    writer.write_lines(b"short\n", 1)
    assert writer.dropped == 4
    stream.released.set()
    writer.close(LONG)
    assert stream.getvalue() == b"first\nshort\n"


def test_the_log_itself_says_how_much_of_it_is_missing(caplog: pytest.LogCaptureFixture) -> None:
    stream = StuckStream()
    writer = LineWriter(stream, limit=10)
    told = threading.Event()

    class Noticing(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            del record
            told.set()

    handler = Noticing()
    logger = logging.getLogger("adapters.telemetry.lines")
    logger.addHandler(handler)
    try:
        writer.write_lines(b"first\n", 1)
        assert stream.reached.wait(LONG)
        writer.write_lines(b"too long to be kept\n" * 3, 3)
        stream.released.set()
        assert told.wait(LONG)
    finally:
        logger.removeHandler(handler)
        writer.close(LONG)
    (line,) = caplog.records
    assert (line.levelno, line.message, line.__dict__["lines"]) == (logging.WARNING, "log lines dropped", 3)


@pytest.mark.parametrize("stream", [GoneStream(), io.BytesIO()])
def test_a_stream_without_a_reader_costs_lines_and_nothing_else(stream: io.BytesIO) -> None:
    if not isinstance(stream, GoneStream):
        stream.close()
    writer = LineWriter(stream)
    writer.write_lines(b"1\n2\n", 2)
    writer.close(LONG)
    assert writer.dropped == 2


def test_what_comes_after_the_end_is_dropped() -> None:
    stream = io.BytesIO()
    writer = LineWriter(stream)
    writer.close(LONG)
    writer.write("late\n")
    assert (stream.getvalue(), writer.dropped) == (b"", 1)


def test_a_stuck_reader_holds_up_the_end_no_longer_than_allowed() -> None:
    stream = StuckStream()
    writer = LineWriter(stream)
    writer.write_lines(b"first\n", 1)
    assert stream.reached.wait(LONG)
    writer.close(0.01)  # returns although the stream was never released
    assert stream.getvalue() == b""
    stream.released.set()


def test_it_is_a_terminal_where_its_target_is_one() -> None:
    writer = LineWriter(io.BytesIO())
    assert not writer.isatty()
    writer.close(LONG)


def test_lines_that_follow_one_another_closely_are_written_together() -> None:
    class Counting(io.BytesIO):
        writes = 0

        def write(self, data: bytes) -> int:  # type: ignore[override]
            self.writes += 1
            return super().write(data)

        def close(self) -> None:
            """Stay readable."""

    stream = Counting()
    reached = threading.Event()
    stream.flush = reached.set  # type: ignore[method-assign]
    writer = LineWriter(stream, pause=LONG)
    writer.write_lines(b"first\n", 1)
    assert reached.wait(LONG)
    for _ in range(100):
        writer.write_lines(b"later\n", 1)
    writer.close(LONG)  # ends the pause
    assert stream.getvalue() == b"first\n" + b"later\n" * 100
    assert stream.writes == 2


def test_a_full_pipe_holds_up_the_thread_alone_and_no_line_is_torn() -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as reader, os.fdopen(writing, "wb") as target:
        writer = LineWriter(target)
        batches = [b"".join(b"%d-%d %s\n" % (batch, line, b"x" * 100) for line in range(200)) for batch in range(50)]
        for batch in batches:  # ten times what a pipe holds, and nobody reads yet
            writer.write_lines(batch, 200)
        read = b"".join(reader.readline() for _ in range(50 * 200))
        writer.close(LONG)
    assert read == b"".join(batches)
    assert writer.dropped == 0
