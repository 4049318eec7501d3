"""Texts made up by families of purchases, and of what is none, while the rules were mended on u, v and y to ac."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.eval.labelled import Labelled, judge_one, load

CASES = load(Path(__file__).with_name("families.jsonl"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_text_of_a_family_is_read_in_every_field(case: Labelled) -> None:
    assert judge_one(case).wrong == []
