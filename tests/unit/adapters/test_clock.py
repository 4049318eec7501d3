from datetime import UTC, datetime
from uuid import RFC_4122

from adapters.clock import SystemClock, Uuid7Factory
from tests.fakes.clock import FakeClock

ONE_MILLISECOND = 0.001


def of_zeros(count: int) -> bytes:
    return bytes(count)


def of_ones(count: int) -> bytes:
    return b"\xff" * count


async def test_the_system_clock_tells_utc_and_never_runs_backwards() -> None:
    clock = SystemClock()
    before = clock.monotonic()
    await clock.sleep(0)

    assert clock.now().tzinfo is UTC
    assert clock.monotonic() >= before


def test_an_id_is_a_version_7_uuid_of_the_clocks_millisecond() -> None:
    clock = FakeClock()

    made = Uuid7Factory(clock).new()

    assert made.version == 7
    assert made.variant == RFC_4122
    assert made.int >> 80 == int(clock.now().timestamp() * 1000)


def test_ids_of_one_millisecond_rise() -> None:
    ids = Uuid7Factory(FakeClock())

    made = [ids.new() for _ in range(1000)]

    assert made == sorted(set(made))
    assert len({one.int >> 80 for one in made}) == 1


def test_ids_rise_though_the_clock_is_set_back() -> None:
    clock = FakeClock()
    ids = Uuid7Factory(clock)
    first = ids.new()

    clock.jump(-3600)

    assert ids.new() > first


def test_a_later_millisecond_brings_a_later_id_whatever_chance_says() -> None:
    clock = FakeClock()
    early = Uuid7Factory(clock, of_ones).new()
    clock.jump(ONE_MILLISECOND * 2)

    assert Uuid7Factory(clock, of_zeros).new() > early


def test_time_comes_first_then_version_chance_and_variant() -> None:
    moment = datetime.fromtimestamp(0x017F22E279B0 / 1000, UTC)

    made = Uuid7Factory(FakeClock(moment), of_ones).new()

    assert str(made) == "017f22e2-79b0-77ff-bfff-ffffffffffff"


def test_a_used_up_millisecond_borrows_the_next_one() -> None:
    ids = Uuid7Factory(FakeClock(), of_ones)

    made = [ids.new() for _ in range(100)]

    assert made == sorted(set(made))
    assert {one.version for one in made} == {7}
