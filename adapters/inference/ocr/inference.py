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
    from pathlib import Path

    from openvino import Core, Model, Tensor

Values = NDArray[np.float32]

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
    """A compiled model with one input and one output. `infer` and `get_output_tensor` are what RapidOCR calls."""

    def __init__(self, model: Model, width_step: int = 1) -> None:
        self._request = _core().compile_model(model, "CPU", _ONE_PROCESSOR).create_infer_request()
        self._step = width_step

    def infer(self, inputs: list[Values]) -> None:
        self._request.infer([_widened(inputs[0], self._step)])

    def get_output_tensor(self) -> Tensor:
        return self._request.get_output_tensor()

    def __call__(self, values: Values) -> Values:
        self.infer([values])
        return np.array(self.get_output_tensor().data, dtype=np.float32)


def read_model(source: Path | bytes) -> Model:
    """Parse an ONNX model; raises RuntimeError when it is none."""
    return _core().read_model(source)


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
