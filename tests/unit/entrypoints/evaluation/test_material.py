"""What is evaluated is read from files, and every row that is wrong is named with its line and field."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from contracts.money import Currency
from workers.entrypoints.evaluation.material import labelled_pictures, labelled_texts
from workers.entrypoints.failures import InputError

ROW = {"id": "a", "text": "กาแฟ 65", "ref_date": "2025-06-15", "expected": {"amount": 65}}


def written(path: Path, *rows: object) -> Path:
    lines = (row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def folder(tmp_path: Path, *names: str) -> Path:
    made = tmp_path / "pictures"
    made.mkdir()
    for name in names:
        (made / name).write_bytes(b"picture")
    return made


def problems(tmp_path: Path, *rows: object) -> list[str]:
    with pytest.raises(InputError) as wrong:
        labelled_texts(written(tmp_path / "t.jsonl", *rows), None, Currency.THB)
    return [line.removeprefix(f"{tmp_path}/") for line in wrong.value.problems]


def picture_problems(tmp_path: Path, *rows: object) -> list[str]:
    pictures = folder(tmp_path, "a.jpg", "empty.jpg")
    (pictures / "empty.jpg").write_bytes(b"")
    written(pictures / "keys.jsonl", *rows)
    with pytest.raises(InputError) as wrong:
        labelled_pictures(pictures, None, None)
    return [line.removeprefix(f"{pictures}/") for line in wrong.value.problems]


def test_a_text_is_sent_with_its_day_and_the_currency_that_was_named(tmp_path: Path) -> None:
    found = labelled_texts(written(tmp_path / "t.jsonl", ROW, "", {**ROW, "id": "b"}), None, Currency.MYR)
    assert [one.case.id for one in found.cases] == ["a", "b"]
    command = found.cases[0].command
    assert (command.text, command.reference_date, command.default_currency) == (
        "กาแฟ 65",
        date(2025, 6, 15),
        Currency.MYR,
    )


def test_rows_of_another_kind_are_left_out_and_counted(tmp_path: Path) -> None:
    found = labelled_texts(written(tmp_path / "t.jsonl", ROW, {"kind": "receipt"}), None, Currency.THB)
    assert (len(found.cases), found.left_out) == (1, 1)


def test_a_day_may_be_given_for_all_that_tell_none_and_a_row_needs_no_id(tmp_path: Path) -> None:
    rows = ({"text": "กาแฟ 65", "expected": {"amount": 65}}, {**ROW, "ref_date": "", "reference_date": "2025-01-02"})
    found = labelled_texts(written(tmp_path / "t.jsonl", *rows), date(2026, 1, 1), Currency.THB)
    assert [(one.case.id, one.command.reference_date) for one in found.cases] == [
        ("line 1", date(2026, 1, 1)),
        ("a", date(2025, 1, 2)),
    ]


def test_a_mark_of_the_byte_order_is_no_part_of_the_first_row(tmp_path: Path) -> None:
    file = tmp_path / "t.jsonl"
    file.write_bytes(b"\xef\xbb\xbf" + json.dumps(ROW).encode())
    assert len(labelled_texts(file, None, Currency.THB).cases) == 1


def test_every_wrong_row_is_named_with_its_line_and_field(tmp_path: Path) -> None:
    rows = (
        "{",
        "[]",
        {**ROW, "id": 5},
        {**ROW, "ref_date": None},
        {**ROW, "ref_date": "yesterday"},
        {**ROW, "text": " "},
        {**ROW, "text": None},
        {**ROW, "expected": {"amount": "x"}},
        ROW,
        ROW,
    )
    told = problems(tmp_path, *rows)
    assert [line.partition(", ")[2] for line in told[:-1]] == [
        "line 1: is no JSON: unexpected end of data at column 2",
        "line 2: is no JSON object",
        "line 3: id: is no text",
        "line 4: ref_date: is missing; write the day of the text, or give --date",
        "line 5: ref_date: 'yesterday' is no date such as 2025-06-15",
        *[line.partition(", ")[2] for line in told[5:7]],
        "line 8: expected.amount: 'x' is no amount such as \"65.00\"",
        "line 10: id: 'a' stands in another line, too",
    ]
    assert told[5].startswith("t.jsonl, line 6: text: ")
    assert told[6].startswith("t.jsonl, line 7: text: ")
    assert told[-1] == "nothing was read"


def test_a_file_without_texts_is_none(tmp_path: Path) -> None:
    assert problems(tmp_path, {"kind": "slip"}) == ["t.jsonl: has no labelled text"]


def test_pictures_are_those_with_a_key_in_the_folder(tmp_path: Path) -> None:
    pictures = folder(tmp_path, "a.jpg", "b.PDF", "c.png", "notes.txt")
    rows = ({"image": "a.jpg", "total": 5, "ref_date": "2025-06-15"}, {"file": "b.PDF", "total": 6})
    written(pictures / "keys.jsonl", *rows)
    found = labelled_pictures(pictures, None, date(2026, 1, 1))
    assert [(one.case.id, one.file, one.day) for one in found.cases] == [
        ("a.jpg", pictures / "a.jpg", date(2025, 6, 15)),
        ("b.PDF", pictures / "b.PDF", date(2026, 1, 1)),
    ]
    assert found.left_out == 1


def test_keys_may_be_beside_the_folder_or_anywhere_if_they_are_named(tmp_path: Path) -> None:
    pictures = folder(tmp_path, "a.jpg")
    with pytest.raises(InputError, match=r"there is no keys\.jsonl in it or beside it"):
        labelled_pictures(pictures, None, None)
    named = written(tmp_path / "mine.jsonl", {"name": "a.jpg", "total": 5})
    assert len(labelled_pictures(pictures, named, None).cases) == 1
    written(tmp_path / "keys.jsonl", {"name": "a.jpg", "total": 5})
    assert labelled_pictures(pictures, None, None).cases[0].day is None


def test_every_wrong_key_of_a_picture_is_named_with_its_line_and_field(tmp_path: Path) -> None:
    told = picture_problems(
        tmp_path,
        {"total": 5},
        {"image": "../a.jpg", "total": 5},
        {"file": "a.jpg"},
        {"file": "gone.jpg", "total": 5},
        {"file": "empty.jpg", "total": 5},
        {"name": "a.jpg", "total": 5},
        {"name": "a.jpg", "total": 5},
    )
    assert [line.replace(str(tmp_path), "") for line in told] == [
        "keys.jsonl, line 1: image: is missing; write the name of a picture in the folder",
        "keys.jsonl, line 2: image: is missing; write the name of a picture in the folder",
        told[2],
        "keys.jsonl, line 4: file: /pictures/gone.jpg: No such file or directory",
        "keys.jsonl, line 5: file: /pictures/empty.jpg: is empty",
        "keys.jsonl, line 7: name: 'a.jpg' stands in another line, too",
        "nothing was read",
    ]
    assert told[2].startswith("keys.jsonl, line 3: total: nothing is to be judged")


def test_keys_of_nothing_and_a_folder_that_is_none_are_refused(tmp_path: Path) -> None:
    assert picture_problems(tmp_path, "") == ["keys.jsonl: has no key"]
    with pytest.raises(InputError, match="is no folder"):
        labelled_pictures(tmp_path / "gone", None, None)
