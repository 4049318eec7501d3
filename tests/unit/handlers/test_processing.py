import pytest

from contracts.readings import BackendAnswer
from contracts.values import ProcessingMethod
from workers.handlers.processing import MAX_REASON, processed

OCR = BackendAnswer(capability="text_recognition", backend="ocr/1")
RULES = BackendAnswer(capability="text_extraction", backend="rules/1")
MODEL = BackendAnswer(capability="text_extraction", backend="ollama/qwen3", method=ProcessingMethod.MODEL)
SEES = BackendAnswer(capability="text_recognition", backend="ollama/vl", method=ProcessingMethod.MODEL)
DOWN = MODEL.model_copy(update={"unavailable": "cannot be reached", "calls": 2})


@pytest.mark.parametrize(
    ("local", "shares", "method"),
    [
        (ProcessingMethod.RULES, (RULES,), ProcessingMethod.RULES),
        (ProcessingMethod.RULES, (RULES, MODEL), ProcessingMethod.RULES_MODEL),
        (ProcessingMethod.RULES, (MODEL,), ProcessingMethod.MODEL),
        (ProcessingMethod.RULES, (RULES, DOWN), ProcessingMethod.RULES),
        (ProcessingMethod.OCR_RULES, (OCR, RULES), ProcessingMethod.OCR_RULES),
        (ProcessingMethod.OCR_RULES, (OCR, RULES, MODEL), ProcessingMethod.OCR_RULES_MODEL),
        (ProcessingMethod.OCR_RULES, (OCR, MODEL), ProcessingMethod.OCR_MODEL),
        (ProcessingMethod.OCR_RULES, (SEES, RULES), ProcessingMethod.RULES_MODEL),
        (ProcessingMethod.OCR_RULES, (SEES, MODEL), ProcessingMethod.MODEL),
    ],
)
def test_the_method_names_the_kinds_of_backends_that_answered(
    local: ProcessingMethod, shares: tuple[BackendAnswer, ...], method: ProcessingMethod
) -> None:
    assert processed(local, 1.0, shares).method is method


def test_a_result_all_were_asked_for_is_not_degraded() -> None:
    processing = processed(ProcessingMethod.RULES, 1.0, (RULES, MODEL))
    assert (processing.degraded, processing.degraded_reason) == (False, None)
    assert processing.backends == (RULES, MODEL)


def test_a_result_somebody_could_not_be_asked_for_says_who_and_why() -> None:
    processing = processed(ProcessingMethod.RULES, 1.0, (RULES, DOWN, DOWN))
    assert processing.degraded
    assert processing.degraded_reason == "text_extraction: ollama/qwen3 cannot be reached"


def test_many_reasons_are_cut() -> None:
    many = [DOWN.model_copy(update={"backend": f"server-{number}", "unavailable": "x" * 200}) for number in range(9)]
    assert len(processed(ProcessingMethod.RULES, 1.0, many).degraded_reason or "") == MAX_REASON
