"""The Thai line recogniser: our own small model, or one the operator brings.

A model is an ONNX file that takes lines and answers with probabilities of connectionist temporal classification, blank
first. What its classes stand for stands in the file's metadata (`character`), or beside it in a text file of the same
name, one character a line. With one input channel it gets what `spelling.prepare` makes, with three the input of the
PP-OCR recognisers, so theirs can be brought too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from adapters.inference.ocr.decoding import Decoder
from adapters.inference.ocr.inference import CHARACTERS, LINE_STEP, Network, metadata, read_model
from adapters.inference.ocr.letters import shipped_content, unpacked
from adapters.inference.ocr.model_file import SHIPPED, UnusableModelError, model_content
from adapters.inference.ocr.routing import Reading
from adapters.inference.ocr.spelling import Pixels, Values, prepare

if TYPE_CHECKING:
    from pathlib import Path

    from openvino import Model

PP_OCR_HEIGHT: Final = 48
COLOURS: Final = 3


class ThaiRecogniser:
    """Reads single lines. Belongs to a recognition process: a line takes some milliseconds of one processor."""

    def __init__(self, path: Path | None = None) -> None:
        """Load the model at a path, else the one in the package; raises UnusableModelError."""
        name = str(path or SHIPPED)
        model = _parsed(model_content(path), name)
        self._colours = _channels(model, name) == COLOURS
        self._characters = _characters(model, path)
        self._network = Network(model, LINE_STEP)
        self._check(name)
        self._decoder = Decoder(self._characters, unpacked(shipped_content()))

    def read(self, line: Pixels) -> Reading:
        """The text of a grey line, with the mean probability of its characters."""
        return Reading(*self._decoder.spell(self._chances(self._prepared(line))))

    def _prepared(self, line: Pixels) -> Values:
        if not self._colours:
            return prepare(line)[None, None]
        import cv2  # noqa: PLC0415

        width = max(PP_OCR_HEIGHT, round(line.shape[1] * PP_OCR_HEIGHT / line.shape[0]))
        scaled = np.asarray(cv2.resize(line, (width, PP_OCR_HEIGHT)), dtype=np.float32) / 127.5 - 1.0
        return np.repeat(scaled[None, None], COLOURS, axis=1)

    def _chances(self, lines: Values) -> Values:
        (chances,) = self._network(lines)
        return np.array(chances[0], dtype=np.float32)

    def _check(self, name: str) -> None:
        """Read an empty line, so that a model of another kind is known at the start and not with the first image."""
        blank = np.full((PP_OCR_HEIGHT, 4 * PP_OCR_HEIGHT), 255, np.uint8)
        try:
            classes = self._chances(self._prepared(blank)).shape[1]
        except Exception as error:  # noqa: BLE001  whatever the runtime makes of a stranger's model
            raise UnusableModelError(f"{name} does not read lines: {error}"[:200]) from None
        if classes == len(self._characters) + 2:
            self._characters += (" ",)  # PP-OCR dictionaries leave the space out
        if classes != len(self._characters) + 1:
            raise UnusableModelError(
                f"{name} knows {classes - 1} characters, its list of characters has {len(self._characters)}"
            )


def _parsed(content: bytes, name: str) -> Model:
    try:
        return read_model(content)
    except Exception:  # noqa: BLE001  the runtime's errors share no base of their own, and tell of its source lines
        raise UnusableModelError(f"{name} is damaged or no ONNX model") from None


def _channels(model: Model, name: str) -> int:
    shapes = [entry.get_partial_shape() for entry in model.inputs]
    if len(shapes) != 1 or len(shapes[0]) != 4 or shapes[0][1].is_dynamic:  # noqa: PLR2004
        raise UnusableModelError(
            f"{name} does not read lines: it has other inputs than [lines, channels, height, width]"
        )
    return int(shapes[0][1].get_length())


def _characters(model: Model, path: Path | None) -> tuple[str, ...]:
    beside = path.with_suffix(".txt") if path is not None else None
    if beside is not None and beside.exists():
        return tuple(beside.read_text(encoding="utf-8").removesuffix("\n").split("\n"))
    listed = metadata(model, CHARACTERS)
    if listed is None:
        raise UnusableModelError(f"{path or SHIPPED} names no characters, and {beside} does not exist")
    return tuple(listed.split("\n"))
