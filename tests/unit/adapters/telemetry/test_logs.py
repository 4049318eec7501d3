"""Log lines are JSON for machines and readable for people."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from adapters.telemetry.logs import WITHHELD, configure_logging
from contracts.errors import ErrorCode
from tests.fakes.observing import SECRETS
from tests.fakes.root_logging import logging_kept
from workers.ports.errors import BackendError


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    with logging_kept():
        yield


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


def failing(words: str) -> Exception:
    """An error whose text, and a variable of whose frame, quote the owner; caused by another that does."""
    try:
        read_with(words)
    except ValueError as error:
        error.add_note(words)
        return error
    pytest.fail("nothing was raised")


def read_with(words: str) -> str:
    try:
        return {"words": ""}[words]
    except KeyError as error:
        raise ValueError(f"cannot read {words}") from error


@pytest.mark.parametrize("output", ["json", "console"])
def test_neither_the_text_of_a_foreign_error_nor_a_local_variable_is_shown(output: str) -> None:
    stream = io.StringIO()
    configure_logging("info", output, stream)
    logging.getLogger("workers.x").error("attempt failed", exc_info=failing(SECRETS[1]))
    told = stream.getvalue()
    assert SECRETS[1] not in told
    assert json.dumps(SECRETS[1])[1:-1] not in told
    assert all(part in told for part in ("KeyError", "ValueError", "test_logs.py", "failing", WITHHELD))


@pytest.mark.parametrize("output", ["json", "console"])
def test_the_text_of_our_own_error_is_shown(output: str) -> None:
    stream = io.StringIO()
    configure_logging("info", output, stream)
    error = BackendError(ErrorCode.BACKEND_TIMEOUT, "no answer within 5 s")
    logging.getLogger("workers.x").error("attempt failed", exc_info=error)
    assert "backend_timeout: no answer within 5 s" in stream.getvalue()


def test_each_error_of_a_group_is_judged_by_itself() -> None:
    stream = io.StringIO()
    configure_logging("info", "json", stream)
    ours = BackendError(ErrorCode.BACKEND_TIMEOUT, "no answer")
    group = ExceptionGroup(SECRETS[0], [failing(SECRETS[1]), ours])
    logging.getLogger("workers.x").error("parts failed", exc_info=group)
    (whole,) = json.loads(stream.getvalue())["exception"]
    foreign, own = whole["exceptions"]
    assert [stack["exc_value"] for stack in (whole, *foreign, *own)] == [
        WITHHELD,
        WITHHELD,
        WITHHELD,
        "backend_timeout: no answer",
    ]
    assert [stack["exc_type"] for stack in foreign] == ["ValueError", "KeyError"]
    assert not any(secret in stream.getvalue() for secret in SECRETS)


def test_a_readable_line_is_one_for_people() -> None:
    stream = io.StringIO()
    configure_logging("info", "console", stream)
    logging.getLogger("workers.x").info("settled", extra={"offset": 7})
    assert "settled" in stream.getvalue()
    assert "offset" in stream.getvalue()
    assert not stream.getvalue().startswith("{")
