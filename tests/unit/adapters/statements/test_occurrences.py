"""Keys are counted exactly, however many there are."""

import random
from collections import Counter

from adapters.statements.occurrences import open_occurrences


def test_each_occurrence_of_a_key_has_its_number() -> None:
    rng = random.Random(1)
    seen = Counter[str]()
    with open_occurrences() as occurrences:
        for _ in range(3_000):
            key = f"คีย์ {rng.randrange(900)}"
            seen[key] += 1
            assert occurrences.next(key) == seen[key]


def test_every_count_begins_empty() -> None:
    for _ in range(2):
        with open_occurrences() as occurrences:
            assert occurrences.next("key") == 1
