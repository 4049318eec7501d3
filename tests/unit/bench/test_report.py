import pytest

from tests.bench.report import percent, spread_text
from tests.bench.statistics import Spread


@pytest.mark.parametrize(
    ("share", "text"), [(None, ""), (1.0, "100%"), (0.423, "42%"), (0.0123, "1.2%"), (18.21, "1821%")]
)
def test_shares_are_told_in_per_cent(share: float | None, text: str) -> None:
    assert percent(share) == text


def test_a_spread_is_told_with_its_range() -> None:
    assert spread_text(Spread(12_345.6, 9_999, 20_000)) == "12,346 (9,999-20,000)"
    assert spread_text(None) == ""
