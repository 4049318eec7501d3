"""Networks made here, of one or two convolutions, run by the real runtime."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import openvino
import pytest
from openvino import opset13 as operations

from adapters.inference.ocr import eight_bits
from adapters.inference.ocr.eight_bits import convolutions, in_eight_bits, on_grid
from adapters.inference.ocr.inference import Network, Values

CHANNELS = 64


def network(weights: Values, *others: Values) -> openvino.Model:
    """Convolutions of one pixel, all fed by what stays of a picture above nought; their names are wide.0, wide.1."""
    picture = operations.parameter([1, weights.shape[1], 8, 8], np.float32)
    shown = operations.relu(picture)
    results = []
    for number, each in enumerate((weights, *others)):
        wide = operations.convolution(shown, operations.constant(each), [1, 1], [0, 0], [0, 0], [1, 1])
        wide.set_friendly_name(f"wide.{number}")
        results.append(operations.result(wide))
    return openvino.Model(results, [picture])


def some_weights(seed: int) -> Values:
    drawn = np.random.default_rng(seed).normal(0, 0.1, (CHANNELS, CHANNELS, 1, 1))
    return drawn.astype(np.float32)


def roundings(model: openvino.Model) -> int:
    return sum(node.get_type_name() == "FakeQuantize" for node in model.get_ops())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "network.onnx"
    path.write_bytes(b"a network")
    return path


def know(monkeypatch: pytest.MonkeyPatch, content: bytes, **inputs: tuple[float, float]) -> None:
    named = {name.replace("_", "."): ends for name, ends in inputs.items()}
    monkeypatch.setattr(eight_bits, "_all_measured", lambda: {hashlib.sha256(content).hexdigest(): named})


def picture() -> Values:
    return np.random.default_rng(3).uniform(0, 1, (1, CHANNELS, 8, 8)).astype(np.float32)


def test_a_measured_convolution_answers_nearly_as_before(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    know(monkeypatch, b"a network", wide_0=(0.0, 1.0))
    weights = some_weights(1)
    (exact,) = Network(network(weights))(picture())
    changed = in_eight_bits(network(weights), file)
    (rounded,) = Network(changed)(picture())
    assert roundings(changed) == 2
    assert 0 < np.abs(rounded - exact).max() < 0.02 * np.abs(exact).max()


def test_a_network_with_other_weights_stays_as_it_is(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    know(monkeypatch, b"another network", wide_0=(0.0, 1.0))
    assert roundings(in_eight_bits(network(some_weights(1)), file)) == 0


def test_what_feeds_two_convolutions_is_rounded_once(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    know(monkeypatch, b"a network", wide_0=(0.0, 1.0), wide_1=(0.0, 1.0))
    changed = in_eight_bits(network(some_weights(1), some_weights(2)), file)
    assert roundings(changed) == 3
    sources = {node.input_value(0).get_node().get_friendly_name() for node in convolutions_of(changed)}
    assert len(sources) == 1


def test_only_what_was_measured_is_rounded(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    know(monkeypatch, b"a network", wide_1=(0.0, 1.0))
    changed = in_eight_bits(network(some_weights(1), some_weights(2)), file)
    fed = {
        node.get_friendly_name(): node.input_value(1).get_node().get_type_name() for node in convolutions_of(changed)
    }
    assert fed == {"wide.0": "Constant", "wide.1": "FakeQuantize"}


def convolutions_of(model: openvino.Model) -> list[Any]:
    return [node for node in model.get_ops() if node.get_type_name() == "Convolution"]


def test_the_largest_products_have_room_on_every_processor(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    """Without VNNI two products are added in 16 bits; what does not fit is cut off, without a word."""
    know(monkeypatch, b"a network", wide_0=(0.0, 1.0))
    weights = np.full((CHANNELS, CHANNELS, 1, 1), 0.5, np.float32)
    (told,) = Network(in_eight_bits(network(weights), file))(np.ones((1, CHANNELS, 8, 8), np.float32))
    assert told == pytest.approx(np.full_like(told, 0.5 * CHANNELS), rel=0.01)


def test_a_channel_without_weights_answers_nothing_and_breaks_nothing(
    monkeypatch: pytest.MonkeyPatch, file: Path
) -> None:
    know(monkeypatch, b"a network", wide_0=(0.0, 1.0))
    weights = some_weights(1)
    weights[5] = 0
    (told,) = Network(in_eight_bits(network(weights), file))(picture())
    assert np.isfinite(told).all()
    assert (told[0, 5] == 0).all()


@pytest.mark.parametrize("known", [(0.0, 9.967), (-0.17, 9.967), (-7.938, 9.803), (0.5, 3.0), (-3.0, -0.5)])
def test_nought_is_one_of_the_steps_of_a_range(known: tuple[float, float]) -> None:
    least, largest = on_grid(known)
    step = (largest - least) / 255
    assert -least / step == pytest.approx(round(-least / step), abs=1e-6)
    assert abs(least - min(known[0], 0)) <= step
    assert abs(largest - max(known[1], 0)) <= step


def test_convolutions_that_keep_channels_apart_are_left_alone() -> None:
    shown = operations.parameter([1, 4, 8, 8], np.float32)
    apart = operations.group_convolution(
        shown, operations.constant(np.ones((4, 1, 1, 3, 3), np.float32)), [1, 1], [0, 0], [0, 0], [1, 1]
    )
    assert list(convolutions(openvino.Model([operations.result(apart)], [shown]))) == []
