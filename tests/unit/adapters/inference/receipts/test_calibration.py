from hypothesis import given
from hypothesis import strategies as st

from adapters.inference.receipts.calibration import TOTAL, calibrated

WEIGHTS = st.floats(0, 1, allow_nan=False)


@given(WEIGHTS, WEIGHTS)
def test_more_evidence_never_means_less_confidence(one: float, other: float) -> None:
    less, more = sorted((one, other))
    assert 0 <= calibrated(less) <= calibrated(more) < 1


def test_the_points_are_met_and_nothing_is_believed_without_evidence() -> None:
    assert all(calibrated(weight) == share for weight, share in TOTAL)
    assert TOTAL[0] == (0.0, 0.0)
    assert TOTAL[-1][0] == 1.0
    assert list(TOTAL) == sorted(TOTAL)
