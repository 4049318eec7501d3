"""Structured logs: stdlib logging in the code, structlog's processors for the output.

The inside logs through the standard library alone; what it passes as ``extra`` becomes a field of the line. Known
personal fields never reach a logger: handlers and the runtime log ids, positions and codes.
"""

from __future__ import annotations

import logging
import sys
from typing import Any, Final, TextIO

import orjson
import structlog

QUIET: Final = ("aiokafka", "faststream", "alembic", "rapidocr", "RapidOCR", "aiosqlite")
"""Libraries whose own chatter is shown from WARNING on only."""

_SHARED: Final[list[structlog.types.Processor]] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.stdlib.ExtraAdder(),
]


def configure_logging(level: str, output: str, stream: TextIO | None = None) -> None:
    """Send all logging of this process to one stream; replaces what was configured before.

    Args:
        level: the least important level shown, for instance ``info``.
        output: ``json``, ``console``, or ``auto`` for console on a terminal and JSON elsewhere.
        stream: standard error unless given.
    """
    target = stream or sys.stderr
    readable = output == "console" or (output == "auto" and target.isatty())
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_rendering(readable=readable)],
        )
    )
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def _rendering(*, readable: bool) -> list[structlog.types.Processor]:
    if readable:
        return [structlog.dev.ConsoleRenderer()]
    return [
        structlog.processors.dict_tracebacks,
        structlog.processors.JSONRenderer(serializer=_to_json),
    ]


def _to_json(line: dict[str, Any], **_: object) -> str:
    return orjson.dumps(line, default=str).decode()
