import pytest

from adapters.inference.mappings import usual_name


@pytest.mark.parametrize("name", ["เซเว่น", "7-Eleven", "7-11", "7-eleven"])
def test_a_merchant_known_by_that_very_name_has_its_usual_one(name: str) -> None:
    assert usual_name(name) == "7-Eleven"


@pytest.mark.parametrize("name", ["7-Eleven Asok", "ร้านป้าแดง", "", "ไปเซเว่นมา", "7-Elevn"])
def test_a_branch_a_stranger_or_a_misspelling_has_none(name: str) -> None:
    assert usual_name(name) is None
