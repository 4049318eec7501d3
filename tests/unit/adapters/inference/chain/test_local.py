import pytest

from adapters.inference.chain.local import POLICY, BreakingTextRecognition
from contracts.errors import ErrorCode
from tests.fakes.clock import FakeClock
from tests.fakes.inference import FakeRecognition
from tests.unit.handlers.examples import RECOGNISED
from workers.ports.errors import BackendError, CapabilityOutageError, ImageError
from workers.ports.inference import RecognisedText

GONE = BackendError(ErrorCode.BACKEND_UNAVAILABLE, "the process died")
BROKEN = ImageError(ErrorCode.IMAGE_UNREADABLE, "no image")


class Engine(FakeRecognition):
    """An engine whose answer changes."""

    def now(self, answer: RecognisedText | Exception) -> None:
        self._answer = answer


async def fail(recognition: BreakingTextRecognition, times: int) -> None:
    for _ in range(times):
        with pytest.raises(BackendError):
            await recognition.recognise(b"image")


async def test_an_engine_that_always_fails_is_an_outage_until_one_image_is_read() -> None:
    clock, engine = FakeClock(), Engine(GONE)
    recognition = BreakingTextRecognition(engine, clock)
    await fail(recognition, POLICY.least_calls)
    with pytest.raises(CapabilityOutageError) as caught:
        await recognition.recognise(b"image")
    assert caught.value.capability == "text_recognition"
    assert len(engine.asked) == POLICY.least_calls
    clock.jump(POLICY.rest)
    engine.now(RECOGNISED)
    assert await recognition.recognise(b"image") is RECOGNISED
    assert await recognition.recognise(b"image") is RECOGNISED


async def test_some_images_that_kill_their_process_do_not_stop_the_others() -> None:
    engine = Engine(RECOGNISED)
    recognition = BreakingTextRecognition(engine, FakeClock())
    for _ in range(20):
        engine.now(RECOGNISED)
        await recognition.recognise(b"good")
        engine.now(GONE)
        await fail(recognition, 4)
    engine.now(RECOGNISED)
    assert await recognition.recognise(b"good") is RECOGNISED


async def test_images_that_are_refused_say_nothing_of_the_engine() -> None:
    engine = Engine(BROKEN)
    recognition = BreakingTextRecognition(engine, FakeClock())
    for _ in range(50):
        with pytest.raises(ImageError):
            await recognition.recognise(b"broken")
    assert recognition.engine == engine.engine
