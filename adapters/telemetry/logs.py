"""Structured logs: stdlib logging in the code, structlog's processors for the output.

The inside logs through the standard library alone; what it passes as ``extra`` becomes a field of the line. Known
personal fields never reach a logger: handlers and the runtime log ids, positions and codes. An exception shows where it
was raised and, where its class is ours, what it says: the text of any other may quote an owner's words, and so may the
local variables of its frames.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Final, Protocol, TextIO

import orjson
import structlog

QUIET: Final = ("aiokafka", "faststream", "alembic", "rapidocr", "RapidOCR", "aiosqlite", "urllib3")
"""Libraries whose own chatter is shown from WARNING on only."""

OURS: Final = ("workers.", "adapters.", "contracts.")
EXPORTER: Final = "opentelemetry.exporter"
"""Warns of each repetition while a collector is away; its errors, one a lost batch, are enough."""

WITHHELD: Final = "(text withheld: it may hold personal words)"

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]

_SHARED: Final[list[structlog.types.Processor]] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.stdlib.ExtraAdder(),
]
_STACKS: Final = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)


class LogStream(Protocol):
    """Where lines go."""

    def write(self, text: str, /) -> object: ...

    def flush(self) -> object: ...

    def isatty(self) -> bool: ...


def is_readable(output: str, stream: LogStream) -> bool:
    """Whether lines are for people: `console`, or `auto` on a terminal."""
    return output == "console" or (output == "auto" and stream.isatty())


def configure_logging(
    level: str, output: str, stream: LogStream | None = None, repeats: logging.Filter | None = None
) -> None:
    """Send all logging of this process to one stream; replaces what was configured before.

    Args:
        level: the least important level shown, for instance ``info``.
        output: ``json``, ``console``, or ``auto`` for console on a terminal and JSON elsewhere.
        stream: standard error unless given.
        repeats: which lines are left out because they repeat others.
    """
    target: LogStream = stream or sys.stderr
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_rendering(readable=is_readable(output, target)),
            ],
        )
    )
    if repeats is not None:
        handler.addFilter(repeats)
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    logging.getLogger(EXPORTER).setLevel(logging.ERROR)


def _rendering(*, readable: bool) -> list[structlog.types.Processor]:
    if readable:
        return [structlog.dev.ConsoleRenderer(exception_formatter=_write_exception)]
    return [
        structlog.processors.ExceptionRenderer(_exception),
        structlog.processors.JSONRenderer(serializer=_to_json),
    ]


def _to_json(line: dict[str, Any], **_: object) -> str:
    return orjson.dumps(line, default=str).decode()


def _exception(exc_info: ExcInfo) -> list[dict[str, Any]]:
    stacks = _STACKS(exc_info)
    _withhold(stacks, exc_info[1])
    return stacks


def _withhold(stacks: list[dict[str, Any]], error: BaseException) -> None:
    """Take every text out, then put those in again that may be shown: what cannot be matched stays withheld."""
    for stack in stacks:
        stack |= {"exc_value": WITHHELD, "exc_notes": []}
    for stack, one in zip(stacks, _chain(error), strict=False):
        stack["exc_value"] = _shown(one)
        if isinstance(one, BaseExceptionGroup):
            for inner, part in zip(stack.get("exceptions", ()), one.exceptions, strict=False):
                _withhold(inner, part)


def _write_exception(stream: TextIO, exc_info: ExcInfo) -> None:
    for error in _chain(exc_info[1]):
        stream.write("\n" + "".join(traceback.format_tb(error.__traceback__)))
        stream.write(f"{type(error).__name__}: {_shown(error)}")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An exception and what led to it, in the order structlog tells them."""
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _shown(error: BaseException) -> str:
    return str(error) if type(error).__module__.startswith(OURS) else WITHHELD
