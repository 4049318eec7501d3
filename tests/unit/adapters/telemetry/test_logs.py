"""Log lines are JSON for machines and readable for people."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from adapters.telemetry.logs import configure_logging


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    quiet = {name: logging.getLogger(name).level for name in ("aiokafka", "faststream")}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in quiet.items():
        logging.getLogger(name).setLevel(before)


def test_a_line_carries_its_extra_fields_as_json() -> None:
    stream = io.StringIO()
    configure_logging("info", "json", stream)
    logging.getLogger("workers.x").info("settled", extra={"offset": 7, "tenant": "acme"})
    line = json.loads(stream.getvalue())
    assert (line["event"], line["offset"], line["tenant"], line["level"], line["logger"]) == (
        "settled",
        7,
        "acme",
        "info",
        "workers.x",
    )
    assert line["timestamp"].endswith("Z")


def test_an_exception_is_part_of_its_line() -> None:
    stream = io.StringIO()
    configure_logging("info", "json", stream)
    logging.getLogger("workers.x").error("attempt failed", exc_info=ValueError("broken"))
    (line,) = stream.getvalue().splitlines()
    assert "ValueError" in json.dumps(json.loads(line)["exception"])


def test_lines_below_the_level_and_chatter_of_libraries_are_left_out() -> None:
    stream = io.StringIO()
    configure_logging("info", "json", stream)
    logging.getLogger("workers.x").debug("detail")
    logging.getLogger("aiokafka.consumer").info("chatter")
    assert stream.getvalue() == ""


@pytest.mark.parametrize(("output", "is_json"), [("console", False), ("auto", True)])
def test_auto_is_json_where_nobody_looks(output: str, *, is_json: bool) -> None:
    stream = io.StringIO()
    configure_logging("info", output, stream)
    logging.getLogger("workers.x").info("settled")
    assert stream.getvalue().startswith("{") == is_json


def test_configuring_again_replaces_what_was_there() -> None:
    first, second = io.StringIO(), io.StringIO()
    configure_logging("info", "json", first)
    configure_logging("info", "json", second)
    logging.getLogger("workers.x").info("once")
    assert first.getvalue() == ""
    assert second.getvalue().count("\n") == 1
