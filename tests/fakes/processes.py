"""Worker processes that do only what the test tells them."""

from tests.fakes.clock import FakeClock


class FakeProcess:
    """`WorkerProcess`; ends at once when it is asked to, unless it is told to hold out."""

    def __init__(self, place: int, *, holds_out: bool) -> None:
        self.place = place
        self.exit_code: int | None = None
        self.asked = 0
        self._holds_out = holds_out

    def drain(self) -> None:
        self.asked += 1
        if not self._holds_out:
            self.end(0)

    def end(self, code: int) -> None:
        self.exit_code = code


class FakeProcessTable:
    """`ProcessTable` that keeps what it started."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.started: list[FakeProcess] = []
        self.times: list[float] = []
        self.holds_out = False

    async def start(self, place: int) -> FakeProcess:
        process = FakeProcess(place, holds_out=self.holds_out)
        self.started.append(process)
        self.times.append(self._clock.monotonic())
        return process

    @property
    def alive(self) -> list[FakeProcess]:
        return [process for process in self.started if process.exit_code is None]
