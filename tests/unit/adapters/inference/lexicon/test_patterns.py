from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from adapters.inference.lexicon.patterns import Patterns, Sought, letters_of
from adapters.inference.lexicon.prose import read_prose
from adapters.inference.texts import cues, dates, noise, numbers, unspent

CASES = Path(__file__).parents[1] / "texts" / "cases.jsonl"
TEXTS = [read_prose(json.loads(line)["text"]).folded for line in CASES.read_text("utf-8").splitlines()]
TABLES = {
    "days": dates.FORMS,
    "codes": noise.PATTERNS,
    "refusals": unspent.REASONS,
    "cues before": cues.cues_before(),
    "cues after": cues.cues_after(),
    "numbers": numbers.IN_WORDS,
}


@pytest.mark.parametrize(
    ("pattern", "letters"),
    [
        (r"yesterday", {"yesterday"}),
        (r"\d+ baht", {" baht"}),
        (r"(?<![a-z])salary|wages?\b", {"salary", "wage"}),
        (r"(?:paid|spent) back", {" back"}),
        (r"a(?!b)c+", {"a"}),
        (r"(?:owed)?\d", set()),
        (r"owed|\d", set()),
        (r"\d{3}(?=\s?baht)", {"baht"}),
        (r"[x*]{2,}", {"x", "*"}),
        (r"[^x]", set()),
        (r"(\d)kg\1", {"kg"}),
        (r"(?>ten|two)\d", {"en", "wo"}),
        (r"(?i:Paid)", set()),
    ],
)
def test_letters_no_match_can_do_without_are_read_from_a_pattern(pattern: str, letters: set[str]) -> None:
    assert letters_of(re.compile(pattern)) == letters


def test_a_pattern_that_does_not_mind_capitals_needs_no_letters() -> None:
    assert letters_of(re.compile("paid", re.IGNORECASE)) == frozenset()


@pytest.mark.parametrize("name", TABLES)
def test_no_pattern_that_matches_is_left_out(name: str) -> None:
    table: Patterns[object] = TABLES[name]  # type: ignore[assignment]  # whatever each pattern is for
    matching = [[row for row in table.rows if row[0].search(text)] for text in TEXTS]
    assert any(matching)
    for text, rows in zip(TEXTS, matching, strict=True):
        likely = table.likely(text)
        assert [row for row in likely if row in rows] == rows
        assert len(likely) <= len(table.rows)


def test_most_patterns_are_not_tried() -> None:
    tried = sum(len(dates.FORMS.likely(text)) for text in TEXTS)
    assert tried < len(TEXTS) * len(dates.FORMS.rows) / 4


def test_likely_patterns_keep_their_order() -> None:
    table = Patterns((re.compile(words), place) for place, words in enumerate(("yesterday", r"\d", "on", "day")))
    assert [place for _, place in table.likely("yesterday 50")] == [0, 1, 3]


def test_one_pattern_is_sought_as_the_library_does() -> None:
    sought = Sought(r"half (?:each|mine)")
    assert sought.search("paid 50, half each") is not None
    assert sought.search("paid 50, half of it") is None
    assert sought.search("paid 50") is None
    assert [match[0] for match in sought.finditer("half each, half mine")] == ["half each", "half mine"]
    assert list(sought.finditer("paid 50")) == []
