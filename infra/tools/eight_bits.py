"""Measure what goes into the convolutions of the small recogniser: ``python -m infra.tools.eight_bits``.

The pictures are the demo documents of this project, each worn anew some times from a seed and set in Pillow's own
font, beside the finished ones with their Thai lines: no picture of anybody's receipts. The network is read from the
installed wheel and stays what it is; written are two numbers for each convolution that does at least a two-hundredth
of its multiplications; the first is left out, as it gets the picture itself. They go to
`adapters/inference/ocr/models/eight_bits.json`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
from collections import defaultdict
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from adapters.inference.ocr.detection import Detector
from adapters.inference.ocr.eight_bits import convolutions
from adapters.inference.ocr.images import decode_pages
from adapters.inference.ocr.inference import HALF, Network, read_model, taking_pictures
from adapters.inference.ocr.latin import on_strip
from adapters.inference.ocr.tiers import READERS
from infra.tools.receipts.__main__ import DEFAULT_FOLDER, DOCUMENTS, picture

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from adapters.inference.ocr.spelling import Pixels
    from adapters.inference.ocr.tiers import Reader, Weights

TARGET: Final = Path("adapters/inference/ocr/models/eight_bits.json")
SEED: Final = 2571
WEARS: Final = (0.1, 0.4, 0.8)
LEAST_SHARE: Final = 1 / 200
EVERY_LINE: Final = 3
"""Of the lines every third is read: neighbours resemble each other."""
DIGITS: Final = 4
_PAIR: Final = re.compile(r"\[\s+([-\d.e]+),\s+([-\d.e]+)\s+\]")


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the ranges that eight bits have to hold.")
    parser.add_argument("--out", type=Path, default=TARGET)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    reader = READERS["accurate"]
    network = _entry(reader.recogniser, _strips(reader, _pages(options.seed)))
    content = {"wheel": f"rapidocr {version('rapidocr')}", "seed": options.seed, "networks": [network]}
    text = _PAIR.sub(r"[\1, \2]", json.dumps(content, indent=1))
    options.out.write_text(f"{text}\n", encoding="utf-8")


def _pages(seed: int) -> Iterator[Pixels]:
    """Blue, green and red, as the networks are shown them."""
    finished = sorted((DEFAULT_FOLDER / "images").iterdir())
    worn = (
        picture(replace(document, wear=wear), seed + number, builtin_fonts=True)
        for number, wear in enumerate(WEARS)
        for document in DOCUMENTS
    )
    for content in (*(path.read_bytes() for path in finished), *worn):
        for page in decode_pages(content):
            yield np.ascontiguousarray(np.asarray(page.pixels, dtype=np.uint8)[..., ::-1])


def _strips(reader: Reader, pages: Iterable[Pixels]) -> Iterator[Pixels]:
    from rapidocr.utils.process_img import get_rotate_crop_image  # noqa: PLC0415

    find = Detector(reader)
    for page in pages:
        for box in find(page)[::EVERY_LINE]:
            yield on_strip(get_rotate_crop_image(page, np.array(box)))


def _entry(weights: Weights, pictures: Iterable[Pixels]) -> dict[str, Any]:
    ranges, shares = _measured(weights.path, pictures)
    after_the_picture = list(ranges)[1:]
    kept = {name: [_short(end) for end in ranges[name]] for name in after_the_picture if shares[name] >= LEAST_SHARE}
    digest = hashlib.sha256(weights.path.read_bytes()).hexdigest()
    return {"file": Path(weights.file).name, "sha256": digest, "inputs": kept}


def _measured(file: Path, pictures: Iterable[Pixels]) -> tuple[dict[str, tuple[float, float]], dict[str, float]]:
    """The ends of what went into each convolution, and its share of the multiplications."""
    from openvino import Model  # noqa: PLC0415
    from openvino import opset13 as operations  # noqa: PLC0415

    model = read_model(file)
    measured = list(convolutions(model))
    seen = [end for node in measured for end in _ends(operations, node)]
    network = Network(taking_pictures(Model(seen, model.get_parameters()), HALF, HALF))
    ranges: dict[str, tuple[float, float]] = {}
    work: dict[str, float] = defaultdict(float)
    for shown_picture in pictures:
        told = network(shown_picture[None])
        for at, node in enumerate(measured):
            name = node.get_friendly_name()
            least, largest, pixels = (told[3 * at + place] for place in range(3))
            known = ranges.get(name, (0.0, 0.0))
            ranges[name] = min(known[0], float(least)), max(known[1], float(largest))
            work[name] += float(np.prod(list(node.input(1).get_shape()))) * float(pixels[2] * pixels[3])
    whole = sum(work.values())
    return ranges, {name: done / whole for name, done in work.items()}


def _ends(operations: Any, node: Any) -> Iterator[Any]:  # noqa: ANN401  the runtime's values
    """The least and the largest number that goes in, and the shape of what comes out."""
    source, axes = node.input_value(0), operations.constant(np.arange(4))
    yield operations.result(operations.reduce_min(source, axes))
    yield operations.result(operations.reduce_max(source, axes))
    yield operations.result(operations.shape_of(node.output(0)))


def _short(end: float) -> float:
    return float(f"{end:.{DIGITS}g}")


if __name__ == "__main__":
    main()
