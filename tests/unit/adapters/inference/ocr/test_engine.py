from pathlib import Path
from typing import Any, NoReturn

import pytest

from adapters.inference.ocr import engine
from adapters.inference.ocr.engine import Choices, Engine, Failure, Refusal, engine_name
from adapters.inference.ocr.model_file import UnusableModelError
from contracts.errors import ErrorCode
from tests.unit.adapters.inference.ocr.pictures import picture


def broken(_: object) -> NoReturn:
    raise MemoryError("no room for the picture")


def test_a_damaged_image_comes_back_as_a_refusal_not_as_an_exception() -> None:
    answer = engine.read_image(picture()[:30])
    assert isinstance(answer, Refusal)
    assert answer.code is ErrorCode.IMAGE_UNREADABLE


def test_a_failing_engine_comes_back_as_a_failure_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    failing: Any = broken
    monkeypatch.setattr(engine.ThisProcess, "engine", Engine(detector=failing, latin=failing, thai=failing))
    assert engine.read_image(picture()) == Failure("MemoryError: no room for the picture")


def test_another_thai_model_is_another_engine_as_answers_are_kept_by_its_name(tmp_path: Path) -> None:
    own = tmp_path / "own.onnx"
    own.write_bytes(b"one model")
    first = engine_name(Choices(own))
    own.write_bytes(b"another model")
    names = {first, engine_name(Choices(own)), engine_name(Choices())}
    assert len(names) == 3
    assert all(name.startswith("rapidocr-") for name in names)


def test_a_thai_model_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnusableModelError, match=r"nowhere\.onnx cannot be read: No such file"):
        engine_name(Choices(tmp_path / "nowhere.onnx"))
