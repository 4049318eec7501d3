"""Readings in other processes, with other hash seeds."""

import os
import subprocess
import sys

READ_PAPERS = """
import random
from tests.eval.papers.noise import USUAL, recognise
from tests.eval.receipts import RECEIPTS, SLIPS, read
for seed in range(40):
    chance = random.Random(seed)
    reading = read(recognise(chance.choice(RECEIPTS + SLIPS)(chance), USUAL, chance))
    print(reading.model_dump_json() if reading else "nothing")
"""


def readings(hash_seed: str) -> list[str]:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run(
        [sys.executable, "-c", READ_PAPERS], capture_output=True, check=True, env=environment, text=True
    )
    return done.stdout.splitlines()


def test_neither_process_nor_hash_seed_changes_a_reading() -> None:
    first = readings("0")
    assert len(first) == 40
    assert all(readings(seed) == first for seed in ("1", "4242"))
