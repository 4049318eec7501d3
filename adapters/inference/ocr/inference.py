"""Running models with OpenVINO on one processor, in memory that does not grow.

The runtime remembers what it prepared for every shape it has seen, and each photograph and line has its own: that
memory would grow by some 30 MB an image for ever. So it is told to remember nothing, and widths are rounded up, which
leaves few shapes and costs less time than remembering saves.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from openvino import Core, Model

Values = NDArray[np.float32]

CHARACTERS: Final = "character"
"""Where the metadata of a recogniser says what its classes stand for."""
HALF: Final = (127.5, 127.5, 127.5)
"""Mean and deviation of the pixels that the PP-OCR networks were trained on."""
LINE_STEP: Final = 64
_ONE_PROCESSOR: Final[dict[str, Any]] = {
    "INFERENCE_NUM_THREADS": 1,
    "NUM_STREAMS": 1,
    "PERFORMANCE_HINT": "LATENCY",
    # Every process would pin itself to the same processor.
    "ENABLE_CPU_PINNING": False,
    "CPU_RUNTIME_CACHE_CAPACITY": 0,
}


class Network:
    """A compiled model with one input. Its answers hold until it is asked again."""

    def __init__(self, model: Model, width_step: int = 1) -> None:
        self._request = _core().compile_model(model, "CPU", _ONE_PROCESSOR).create_infer_request()
        self._outputs = len(model.outputs)
        self._step = width_step

    def __call__(self, values: Any) -> tuple[Any, ...]:  # noqa: ANN401  arrays
        """What the model makes of the values: an array for each of its outputs."""
        self._request.infer([_widened(values, self._step)])
        return tuple(self._request.get_output_tensor(at).data for at in range(self._outputs))


def read_model(source: Path | bytes) -> Model:
    """Parse an ONNX model; raises RuntimeError when it is none."""
    return _core().read_model(source)


def taking_pictures(model: Model, mean: Sequence[float], deviation: Sequence[float]) -> Model:
    """The same model for bytes `[pictures, height, width, colours]`: it scales them itself, in one pass."""
    import openvino  # noqa: PLC0415
    from openvino.preprocess import PrePostProcessor  # noqa: PLC0415

    before = PrePostProcessor(model)
    before.input().tensor().set_element_type(openvino.Type.u8).set_layout(openvino.Layout("NHWC"))
    before.input().model().set_layout(openvino.Layout("NCHW"))
    before.input().preprocess().convert_element_type(openvino.Type.f32).mean(list(mean)).scale(list(deviation))
    return before.build()


def telling_the_best(model: Model) -> Model:
    """The same model with two answers for each step of a line: the chance of the best of its classes, and which it is.

    A recogniser has thousands of classes, whose chances need not be told apart and carried out of the runtime.
    """
    from openvino import Model as Graph  # noqa: PLC0415
    from openvino import opset13 as operations  # noqa: PLC0415

    scores = model.output(0).get_node().input_value(0).get_node().input_value(0)
    best = operations.topk(scores, operations.constant(np.int32(1)), 2, "max", "none")
    apart = operations.exp(operations.subtract(scores, best.output(0)))
    whole = operations.reduce_sum(apart, operations.constant(np.array([2], np.int32)), keep_dims=True)
    chance = operations.divide(operations.constant(np.float32(1)), whole)
    return Graph([operations.result(chance), operations.result(best.output(1))], model.get_parameters())


def metadata(model: Model, key: str) -> str | None:
    """What the model's file says of itself."""
    information: Any = model.get_rt_info()
    framework = information["framework"] if "framework" in information else {}  # noqa: SIM401  has no get
    return str(framework[key].value) if key in framework else None


def give_back_memory() -> None:
    """Return what was freed to the system, which the allocator would keep."""
    trim = _trim()
    if trim is not None:
        trim(0)


@cache
def _core() -> Core:
    import openvino  # noqa: PLC0415  the heavy imports belong to the recognition processes alone

    return openvino.Core()


@cache
def _trim() -> Any:  # noqa: ANN401  a function of the C library
    return getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None


def _widened(values: Values, step: int) -> Values:
    """Room at the right, up to a multiple of `step`, filled as the models were trained: with zeros."""
    missing = -values.shape[-1] % step
    return np.pad(values, [(0, 0)] * (values.ndim - 1) + [(0, missing)]) if missing else values
