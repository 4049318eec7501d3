"""Write the trained network as the ONNX file the product ships."""

from __future__ import annotations

from typing import TYPE_CHECKING

import onnx
import torch
from torch import Tensor, nn

from infra.tools.recogniser import words

if TYPE_CHECKING:
    from pathlib import Path

    from infra.tools.recogniser.network import Recogniser

OPSET = 17
CHARACTERS = "character"  # where recognisers of this kind keep what their classes stand for, one a line


class _Probable(nn.Module):
    """Answers with probabilities, as other recognisers do."""

    def __init__(self, network: Recogniser) -> None:
        super().__init__()
        self.network = network

    def forward(self, lines: Tensor) -> Tensor:
        return self.network(lines).softmax(-1)


def export(network: Recogniser, target: Path) -> None:
    sample = torch.zeros(1, 1, 40, 320)
    torch.onnx.export(
        _Probable(network).eval(), (sample,), str(target), input_names=["lines"], output_names=["chances"],
        dynamic_axes={"lines": {0: "count", 3: "width"}, "chances": {0: "count", 1: "steps"}},
        opset_version=OPSET, dynamo=False,
    )  # fmt: skip
    model = onnx.load(str(target))
    model.producer_version = ""
    kept = model.metadata_props.add()
    kept.key, kept.value = CHARACTERS, "\n".join(words.alphabet())
    onnx.save(model, str(target))
