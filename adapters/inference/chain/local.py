"""A local engine that is out is left alone for a while, like a server: its commands wait instead of failing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from adapters.inference.chain.breaker import Breaker, BreakerPolicy
from workers.ports.errors import BackendError, CapabilityOutageError

if TYPE_CHECKING:
    from workers.ports.clock import Clock
    from workers.ports.inference import RecognisedText, TextRecognition

CAPABILITY: Final = "text_recognition"
POLICY: Final = BreakerPolicy(window=60.0, least_calls=8, share=0.9, rest=2.0, longest_rest=20.0)
"""Opens when nearly all fails. A few images may kill the process that reads them; those must not stop all others'."""


class BreakingTextRecognition:
    """`TextRecognition` that tells an engine that is out from an image that fails."""

    def __init__(self, inner: TextRecognition, clock: Clock, policy: BreakerPolicy = POLICY) -> None:
        self._inner = inner
        self._clock = clock
        self._breaker = Breaker(policy)

    @property
    def engine(self) -> str:
        return self._inner.engine

    async def recognise(self, image: bytes) -> RecognisedText:
        """See `TextRecognition.recognise`.

        Raises:
            CapabilityOutageError: nearly every call failed, and it is not yet time to try again.
        """
        permit = self._breaker.permit(self._clock.monotonic())
        if permit is None:
            wait = self._breaker.wait(self._clock.monotonic())
            raise CapabilityOutageError(CAPABILITY, f"{self.engine} failed nearly always, tried again in {wait:.0f} s")
        try:
            text = await self._inner.recognise(image)
            self._breaker.answered(permit, self._clock.monotonic())
        except BackendError:
            self._breaker.failed(permit, self._clock.monotonic())
            raise
        finally:
            self._breaker.abandoned(permit)  # of no effect where the call's end was told
        return text
