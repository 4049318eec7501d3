"""Trains the head that tells categories from embeddings; needs the extra: pip install 'poon-workers[embeddings]'.

python -m infra.tools.embedding_head
"""

from __future__ import annotations

import random
from typing import Any, Final

import numpy as np

from adapters.inference.embeddings.likeness import HEAD, PACKAGE, pack_head
from adapters.inference.lexicon.similarity import CATEGORIES
from infra.tools.category_model import SEED, examples

STEPS: Final = 600
RATE: Final = 0.05
RIDGE: Final = 2e-4
SHARPNESS: Final = 20.0
"""Embeddings of this family lie close together: their differences from the mean are spread before they are weighed."""


def train(places: np.ndarray, categories: np.ndarray) -> np.ndarray:
    """Softmax regression by Adam over all examples at once; a row a category, its constant last."""
    mean = places.mean(axis=0)
    spread = np.hstack([(places - mean) * SHARPNESS, np.ones((len(places), 1))])
    truth = np.eye(len(CATEGORIES))[categories]
    weights = np.zeros((spread.shape[1], len(CATEGORIES)))
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, STEPS + 1):
        scores = spread @ weights
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        slope = spread.T @ (odds / odds.sum(axis=1, keepdims=True) - truth) / len(spread) + RIDGE * weights
        first, second = 0.9 * first + 0.1 * slope, 0.999 * second + 0.001 * slope**2
        weights -= RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
    rows = weights[:-1].T * SHARPNESS
    return np.hstack([rows, (weights[-1] - rows @ mean)[:, None]])


def main() -> None:
    import importlib  # noqa: PLC0415  only where the extra is installed

    package: Any = importlib.import_module(PACKAGE)
    found = examples()
    random.Random(SEED).shuffle(found)
    places = np.array([package.query(text) for text, _ in found], dtype=np.float64)
    rows = train(places, np.array([CATEGORIES.index(category) for _, category in found]))
    HEAD.write_bytes(pack_head(rows.tolist()))
    print(f"{len(found)} phrases, {HEAD.stat().st_size / 1024:.0f} KiB written to {HEAD.name}")


if __name__ == "__main__":
    main()
