"""What is evaluated: labelled texts of a file, pictures of a folder with their keys. Whatever is wrong is named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, TypeVar

import orjson

from contracts.codec import PayloadError, decode_command
from contracts.commands.texts import ParseText
from contracts.money import Currency
from workers.entrypoints.documents import document
from workers.entrypoints.failures import InputError
from workers.entrypoints.images import check_image
from workers.evaluation.cases import Case
from workers.evaluation.keys import WrongKeyError, receipt_case, text_case

KEYS_FILE: Final = "keys.jsonl"
IMAGE_ENDINGS: Final = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".pdf"})

_NAMES: Final = ("image", "file", "name")
_DAYS: Final = ("ref_date", "reference_date")
_SAY_SOMETHING_ELSE: Final = frozenset({*_NAMES, *_DAYS, "id", "kind", "lang", "trap", "why", "note", "owner"})

Row = tuple[int, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A text, as it is sent, and what is right."""

    case: Case
    command: ParseText


@dataclass(frozen=True, slots=True)
class LabelledPicture:
    """A picture, when it was handed in, and what is right."""

    case: Case
    file: Path
    day: date | None


L = TypeVar("L", LabelledText, LabelledPicture)


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of a file.

    Attributes:
        left_out: rows of another kind than texts.
    """

    cases: list[LabelledText]
    left_out: int


@dataclass(frozen=True, slots=True)
class Pictures:
    """The pictures of a folder.

    Attributes:
        left_out: pictures without a key, which are not read.
    """

    cases: list[LabelledPicture]
    left_out: int


def labelled_texts(file: Path, day: date | None, currency: Currency) -> Texts:
    """The texts of a JSONL file.

    Args:
        file: a row a text.
        day: of texts whose row tells none.
        currency: of amounts without one.

    Raises:
        InputError: names every row that is wrong, with its field.
    """
    problems: list[str] = []
    cases: dict[str, LabelledText] = {}
    left_out = 0
    for number, row in _rows(file, problems):
        if row.get("kind", "text") != "text":
            left_out += 1
            continue
        try:
            _add(cases, _labelled_text(row, f"line {number}", day, currency), "id")
        except WrongKeyError as wrong:
            problems.append(f"{file}, line {number}: {wrong}")
    _refuse(problems)
    if not cases:
        raise InputError(f"{file}: has no labelled text")
    return Texts(list(cases.values()), left_out)


def labelled_pictures(folder: Path, keys: Path | None, day: date | None) -> Pictures:
    """The pictures of a folder that have a key.

    Args:
        folder: of pictures and PDFs.
        keys: the file of keys; `keys.jsonl` in the folder or beside it if None.
        day: when those were handed in whose row tells none.

    Raises:
        InputError: names every row that is wrong, with its field.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: is no folder")
    file = keys or _found_keys(folder)
    problems: list[str] = []
    cases: dict[str, LabelledPicture] = {}
    for number, row in _rows(file, problems):
        try:
            _add(cases, _labelled_picture(row, folder, day), _name_field(row))
        except WrongKeyError as wrong:
            problems.append(f"{file}, line {number}: {wrong}")
        except InputError as wrong:
            problems.append(f"{file}, line {number}: {_name_field(row)}: {wrong}")
    _refuse(problems)
    if not cases:
        raise InputError(f"{file}: has no key")
    pictures = {found.name for found in folder.iterdir() if found.suffix.casefold() in IMAGE_ENDINGS}
    return Pictures(list(cases.values()), len(pictures - cases.keys()))


def _labelled_text(row: Mapping[str, object], name: str, day: date | None, currency: Currency) -> LabelledText:
    told = _day(row) or day
    if told is None:
        raise WrongKeyError("ref_date", "is missing; write the day of the text, or give --date")
    data = {"text": row.get("text"), "reference_date": told, "default_currency": currency}
    try:
        command = decode_command(ParseText.type, orjson.dumps(data))
    except PayloadError as error:
        raise WrongKeyError("text", str(error).removeprefix("text: ")) from None
    if not isinstance(command, ParseText):
        raise TypeError(f"{type(command).__name__} is no text")
    return LabelledText(text_case(_text(row, "id") or name, row.get("expected"), told), command)


def _labelled_picture(row: Mapping[str, object], folder: Path, day: date | None) -> LabelledPicture:
    name = _text(row, _name_field(row))
    if not name or Path(name).name != name:
        raise WrongKeyError(_name_field(row), "is missing; write the name of a picture in the folder")
    case = receipt_case(name, row, _SAY_SOMETHING_ELSE)
    check_image(folder / name)
    return LabelledPicture(case, folder / name, _day(row) or day)


def _add(cases: dict[str, L], case: L, field: str) -> None:
    if case.case.id in cases:
        raise WrongKeyError(field, f"{case.case.id!r} stands in another line, too")
    cases[case.case.id] = case


def _name_field(row: Mapping[str, object]) -> str:
    return next((name for name in _NAMES if name in row), _NAMES[0])


def _found_keys(folder: Path) -> Path:
    places = (folder / KEYS_FILE, folder.absolute().parent / KEYS_FILE)
    for place in places:
        if place.is_file():
            return place
    raise InputError(f"{folder}: there is no {KEYS_FILE} in it or beside it; name one with --keys")


def _rows(file: Path, problems: list[str]) -> Iterator[Row]:
    """The objects of a file with their lines; what is none is added to the problems."""
    for number, line in enumerate(document(str(file)).removeprefix("\ufeff").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            problems.append(f"{file}, line {number}: is no JSON: {error.msg} at column {error.colno}")
            continue
        if isinstance(row, dict):
            yield number, row
        else:
            problems.append(f"{file}, line {number}: is no JSON object")


def _day(row: Mapping[str, object]) -> date | None:
    for name in _DAYS:
        told = _text(row, name)
        if told:
            try:
                return date.fromisoformat(told)
            except ValueError:
                raise WrongKeyError(name, f"{told!r} is no date such as 2025-06-15") from None
    return None


def _text(row: Mapping[str, object], name: str) -> str:
    value = row.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise WrongKeyError(name, "is no text")
    return value


def _refuse(problems: list[str]) -> None:
    if problems:
        raise InputError(*problems, "nothing was read")
