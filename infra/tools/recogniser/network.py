"""The recogniser: a small convolutional network that spells a line, trained with connectionist temporal classification.

Only dense convolutions, which processors run fastest, in training and afterwards; no recurrence, because the context of
some letters to either side is what Thai marks need, and more of it only learns the training's words by heart.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

STEP: Final = 4  # pixels of width to one answer
CHANNELS: Final = (24, 48, 64, 96)
WIDTH: Final = 160
CONTEXT: Final = 7
DEPTH: Final = 3


def _layer(
    ins: int, outs: int, kernel: tuple[int, int], stride: tuple[int, int], padding: tuple[int, int]
) -> nn.Module:
    convolution = nn.Conv2d(ins, outs, kernel, stride, padding, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outs), nn.ReLU(inplace=True))


class Recogniser(nn.Module):
    """Lines `[n, 1, 40, width]` to logits `[n, width / 4, classes]`; class 0 is the blank."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        first, second, third, fourth = CHANNELS
        square, around = (3, 3), (1, 1)
        self.shapes = nn.Sequential(
            _layer(1, first, square, (2, 2), around),
            _layer(first, second, square, (2, 1), around),
            _layer(second, third, square, (1, 2), around),
            _layer(third, fourth, square, (2, 1), around),
            _layer(fourth, fourth, square, (1, 1), around),
            _layer(fourth, WIDTH, (5, 1), (1, 1), (0, 0)),
        )
        self.context = nn.ModuleList(
            _layer(WIDTH, WIDTH, (1, CONTEXT), (1, 1), (0, CONTEXT // 2)) for _ in range(DEPTH)
        )
        self.spell = nn.Conv2d(WIDTH, classes, 1)

    def forward(self, lines: Tensor) -> Tensor:
        found = self.shapes(lines)
        for layer in self.context:
            found = found + layer(found)
        return self.spell(found).squeeze(2).transpose(1, 2)


def loss(logits: Tensor, texts: list[list[int]]) -> Tensor:
    """The mean over the lines of the loss a character."""
    steps = logits.shape[1]
    return functional.ctc_loss(
        logits.float().log_softmax(-1).transpose(0, 1),
        torch.tensor([character for text in texts for character in text]),
        torch.full((len(texts),), steps, dtype=torch.long),
        torch.tensor([len(text) for text in texts]),
        zero_infinity=True,
    )
