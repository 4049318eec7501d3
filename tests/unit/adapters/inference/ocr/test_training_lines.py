"""What the Thai recogniser is trained and measured on, as far as it can be told without fonts."""

import random
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.tools.receipts.thai_documents import thai_document
from infra.tools.recogniser import words
from infra.tools.recogniser.fonts import HELD_OUT, Face, faces
from tests.eval.thai_images import cells, character_errors


@given(st.integers(0, 10**9))
def test_a_line_is_made_of_the_alphabet_and_short_enough(seed: int) -> None:
    line = words.line(random.Random(seed))
    assert line
    assert line == line.strip()
    assert set(line) <= set(words.alphabet())
    assert len(line) <= words.LONGEST


def test_the_same_seed_gives_the_same_lines() -> None:
    first, again, other = ([words.line(random.Random(seed + at)) for at in range(50)] for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_the_alphabet_has_each_character_once_in_a_fixed_order() -> None:
    alphabet = words.alphabet()
    assert len(alphabet) == len(set(alphabet)) == 182
    assert alphabet.startswith(" !")
    assert alphabet.endswith("๛")


def test_lines_cover_every_consonant_mark_and_digit() -> None:
    seen = set("".join(words.line(random.Random(seed)) for seed in range(6_000)))
    assert set(words.CONSONANTS) | set("0123456789๐๑๒๓๔๕๖๗๘๙่้๊๋ิีึืุู็์ัะาำเแโไใๆฯ") <= seen


def test_no_font_is_both_trained_on_and_held_out(tmp_path: Path) -> None:
    for name in ("sarabun", *HELD_OUT):
        for path in (
            tmp_path / "npm" / name / "package" / "files" / f"{name}-thai-400-normal.woff2",
            tmp_path / "npm" / name / "package" / "files" / f"{name}-latin-400-normal.woff2",
            tmp_path / "debian" / f"{name}.ttf",
            tmp_path / "debian" / "Garuda.ttf",
        ):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()

    def families(found: list[Face]) -> set[str]:
        return {face.thai.stem.rsplit("-thai-", 1)[0] for face in found}

    assert families(faces("train", tmp_path)) == {"sarabun", "Garuda"}
    assert families(faces("choose", tmp_path)) | families(faces("test", tmp_path)) == set(HELD_OUT)


def test_without_fonts_it_is_said_how_to_get_them(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"python -m infra\.tools\.recogniser fonts"):
        faces("train", tmp_path)


@pytest.mark.parametrize("number", range(20))
def test_a_made_up_document_carries_its_truth(number: int) -> None:
    document = thai_document(7, number)
    printed = cells(document.markup)
    assert document == thai_document(7, number)
    assert any(cell.startswith(document.key.merchant) for cell in printed)
    assert any(f"{Decimal(document.key.total):,.2f}" in cell for cell in printed)


def test_errors_are_counted_whatever_the_order() -> None:
    assert character_errors(["รวม", "65.00"], ["65.00", "รวม"]) == 0
    assert character_errors(["รวม", "65.00"], ["65.0", "รวม"]) == 1
    assert character_errors(["รวม", "65.00"], ["65.00"]) == 3
    assert character_errors(["รวม"], ["รวม", "xx"]) == 2
    assert character_errors([], []) == 0
