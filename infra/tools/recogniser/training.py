"""Train the recogniser on lines that are drawn as they are needed.

A round draws some lines and goes over them a few times. The learning rate rises, stays, and falls over the last rounds,
so that a training can be stopped and gone on with; the same seed, rounds and fall give the same weights on one machine.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, nn

from adapters.inference.ocr.spelling import Values, prepare, spell
from infra.tools.recogniser import lines, words
from infra.tools.recogniser.fonts import Face
from infra.tools.recogniser.lines import Trouble
from infra.tools.recogniser.network import STEP, Recogniser, loss

LINES_A_ROUND: Final = 1_024
PASSES: Final = 3
BATCH: Final = 24
PEAK: Final = 2e-3
WARM_STEPS: Final = 150
EASY_ROUNDS: Final = 6
ROOMY_ROUNDS: Final = 44
KEPT: Final = 0.995
VALIDATION: Final = 10_000_000


@dataclass(frozen=True, slots=True)
class Plan:
    """What decides the weights."""

    seed: int
    rounds: int
    fall: int


@dataclass(slots=True)
class State:
    """What a training goes on with."""

    network: Recogniser
    average: dict[str, Tensor]
    optimiser: torch.optim.Optimizer
    round: int = 0
    step: int = 0

    def save(self, path: Path) -> None:
        half = path.with_suffix(".new")
        weights = {"network": self.network.state_dict(), "average": self.average}
        progress = {"optimiser": self.optimiser.state_dict(), "round": self.round, "step": self.step}
        torch.save(weights | progress, half)
        half.replace(path)


@dataclass(frozen=True, slots=True)
class Sample:
    ink: Values
    classes: list[int]


def begin(seed: int) -> State:
    torch.manual_seed(seed)
    network = Recogniser(len(words.alphabet()) + 1)
    nn.init.constant_(network.spell.bias[:1], 1.0)
    network = network.to(memory_format=torch.channels_last)
    average = {name: value.clone().float() for name, value in network.state_dict().items()}
    return State(network, average, torch.optim.AdamW(network.parameters(), PEAK, weight_decay=1e-2))


def resume(path: Path, seed: int) -> State:
    state = begin(seed)
    if path.exists():
        saved: dict[str, Any] = torch.load(path, weights_only=True)
        state.network.load_state_dict(saved["network"])
        state.optimiser.load_state_dict(saved["optimiser"])
        state.average, state.round, state.step = saved["average"], saved["round"], saved["step"]
    return state


def train(state: State, plan: Plan, faces: Sequence[Face]) -> Iterator[tuple[int, float]]:
    """Train to the end of the plan; yields each round's number and mean loss."""
    while state.round < plan.rounds:
        losses = []
        trouble = Trouble(min(1.0, (state.round + 1) / EASY_ROUNDS), state.round >= ROOMY_ROUNDS)
        samples = drawn(plan.seed, state.round * LINES_A_ROUND, LINES_A_ROUND, faces, trouble)
        order = random.Random(plan.seed * 1_000_003 + state.round)
        torch.manual_seed(plan.seed + state.round)
        for turn in range(PASSES):
            done = state.round + (turn / PASSES)
            losses += [_step(state, batch, _rate(state.step, done, plan), order) for batch in batches(samples, order)]
        state.round += 1
        yield state.round, float(np.mean(losses))


def drawn(seed: int, first: int, count: int, faces: Sequence[Face], most: Trouble) -> list[Sample]:
    """So many lines from a number on, each with its own share of the trouble."""
    classes = {character: number for number, character in enumerate(words.alphabet(), 1)}
    samples = []
    for number in range(first, first + count):
        share = random.Random(f"{seed}-{number}").random() ** 0.5
        line = lines.line(seed, number, faces, Trouble(most.hardness * share, most.crowded))
        samples.append(Sample(prepare(line.pixels), [classes[character] for character in line.text]))
    return [sample for sample in samples if _fits(sample)]


def _fits(sample: Sample) -> bool:
    """Each character takes a step, and a doubled one another for the blank between."""
    needed = len(sample.classes) + sum(a == b for a, b in pairwise(sample.classes))
    return bool(needed <= sample.ink.shape[1] // STEP)


def batches(samples: Sequence[Sample], order: random.Random) -> list[list[Sample]]:
    """Lines of like width together, in a random order."""
    shuffled = sorted(samples, key=lambda sample: sample.ink.shape[1] + order.random() * 24)
    cut = [shuffled[at : at + BATCH] for at in range(0, len(shuffled), BATCH)]
    order.shuffle(cut)
    return cut


def stacked(batch: Sequence[Sample]) -> Tensor:
    widest = max(sample.ink.shape[1] for sample in batch)
    together = np.zeros((len(batch), 1, batch[0].ink.shape[0], widest), np.float32)
    for row, sample in enumerate(batch):
        together[row, 0, :, : sample.ink.shape[1]] = sample.ink
    return torch.from_numpy(together)


def _rate(step: int, done: float, plan: Plan) -> float:
    falling = max(0.0, (done - (plan.rounds - plan.fall)) / plan.fall) if plan.fall else 0.0
    return PEAK * min(1.0, (step + 1) / WARM_STEPS) * (0.01 + 0.99 * (1.0 - math.sqrt(falling)))


def _step(state: State, batch: list[Sample], rate: float, order: random.Random) -> float:
    for group in state.optimiser.param_groups:
        group["lr"] = rate
    ink = stacked(batch)
    ink = ink * order.uniform(0.7, 1.0) + torch.randn_like(ink) * order.uniform(0, 0.05)
    with torch.autocast("cpu", torch.bfloat16):
        logits = state.network(ink.to(memory_format=torch.channels_last))
    cost = loss(logits, [sample.classes for sample in batch])
    state.optimiser.zero_grad()
    cost.backward()
    nn.utils.clip_grad_norm_(state.network.parameters(), 5.0)
    state.optimiser.step()
    state.step += 1
    _follow(state)
    return float(cost.detach())


def _follow(state: State) -> None:
    """The average of the latest weights reads better than any of them."""
    keep = min(KEPT, (1 + state.step) / (10 + state.step))
    with torch.no_grad():
        for name, value in state.network.state_dict().items():
            state.average[name].lerp_(value.float(), 1.0 - keep)


def averaged(state: State) -> Recogniser:
    network = Recogniser(len(words.alphabet()) + 1)
    network.load_state_dict(state.average)
    network.eval()
    return network


def error_rate(network: Recogniser, samples: Sequence[Sample]) -> float:
    """Character errors a character, over all lines together."""
    errors = characters = 0
    names = words.alphabet()
    for sample in samples:
        with torch.no_grad():
            chances = network(stacked([sample]))[0].softmax(-1).numpy()
        true = "".join(names[number - 1] for number in sample.classes)
        errors += distance(spell(chances, names)[0], true)
        characters += len(true)
    return errors / characters


def distance(left: str, right: str) -> int:
    """Levenshtein's."""
    row = list(range(len(right) + 1))
    for number, character in enumerate(left, 1):
        diagonal, row[0] = row[0], number
        for at, other in enumerate(right, 1):
            diagonal, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, diagonal + (character != other))
    return row[-1]
