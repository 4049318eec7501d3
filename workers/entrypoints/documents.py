"""Reads what a person names as a file or gives on standard input."""

from __future__ import annotations

import sys
from pathlib import Path

from workers.entrypoints.failures import InputError


def document(file: str) -> str:
    """The text of a file; - is standard input.

    Raises:
        InputError: it cannot be read, or is no UTF-8.
    """
    name = "standard input" if file == "-" else file
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return raw.decode()
    except OSError as error:
        raise InputError(f"{name}: {error.strerror or 'cannot be read'}") from None
    except UnicodeDecodeError:
        raise InputError(f"{name}: is no UTF-8") from None
