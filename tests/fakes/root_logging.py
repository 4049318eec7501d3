"""Logging put back as it was, for tests that configure it for the whole process."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from adapters.telemetry.logs import EXPORTER, QUIET


@contextmanager
def logging_kept() -> Iterator[None]:
    """Restore handlers and levels at the end."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in (*QUIET, EXPORTER)}
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        for name, before in levels.items():
            logging.getLogger(name).setLevel(before)
