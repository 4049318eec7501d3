import pytest

from adapters.kafka.intake import IntakeOptions


@pytest.mark.parametrize(("session", "interval"), [(6.0, 1.0), (10.0, 1.0), (1_800.0, 1.0), (1.5, 0.5)])
def test_a_rebalance_is_heard_of_within_a_second_however_long_the_session(session: float, interval: float) -> None:
    assert IntakeOptions("group", ["topic"], session_timeout=session).heartbeat_interval == interval
