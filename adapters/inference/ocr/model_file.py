"""The file of the Thai recogniser's model. Apart from what runs it: who only names the model loads no runtime."""

from __future__ import annotations

import hashlib
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

SHIPPED: Final = "models/thai_lines.onnx"
VERSION_DIGITS: Final = 12


class UnusableModelError(Exception):
    """The recogniser's model file is missing, damaged, or not a line recogniser."""


def model_version(path: Path | None) -> str:
    """Short name of a model's exact content, a part of cache keys; raises UnusableModelError without a file."""
    return hashlib.sha256(model_content(path)).hexdigest()[:VERSION_DIGITS]


def model_content(path: Path | None) -> bytes:
    """The model at a path, else the one in the package; raises UnusableModelError without a file."""
    try:
        if path is not None:
            return path.read_bytes()
        with as_file(files("adapters.inference.ocr").joinpath(SHIPPED)) as shipped:
            return shipped.read_bytes()
    except OSError as error:
        raise UnusableModelError(f"{path or SHIPPED} cannot be read: {error.strerror}") from None
