from typing import NoReturn

import pytest

from adapters.inference.ocr import engine
from adapters.inference.ocr.engine import Failure, Refusal
from contracts.errors import ErrorCode
from tests.unit.adapters.inference.ocr.pictures import picture


def broken(_: object) -> NoReturn:
    raise MemoryError("no room for the picture")


def test_a_damaged_image_comes_back_as_a_refusal_not_as_an_exception() -> None:
    answer = engine.read_image(picture()[:30])
    assert isinstance(answer, Refusal)
    assert answer.code is ErrorCode.IMAGE_UNREADABLE


def test_a_failing_engine_comes_back_as_a_failure_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine.ThisProcess, "engine", broken)
    assert engine.read_image(picture()) == Failure("MemoryError: no room for the picture")
