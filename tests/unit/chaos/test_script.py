"""The commands of a scenario are sent one after another, and when what they wait for was answered."""

from tests.chaos.workflows import Script
from tests.ledger.scenarios import ABORTED_WITHIN, Plot, ScenarioStream

STREAM = ScenarioStream(1, "stories")


def test_a_month_is_closed_when_all_its_entries_were_recorded() -> None:
    scenario = STREAM.scenario(Plot.MONTH)
    script, answered = Script(scenario, 10.0), set[str]()
    records = script.due(10.0, answered.__contains__)
    assert [ask.area for ask in records] == ["spending"] * len(scenario.recorded)
    answered |= {ask.command_id for ask in records[1:]}
    assert script.due(11.0, answered.__contains__) == []
    answered.add(records[0].command_id)
    assert [ask.command_id for ask in script.due(12.0, answered.__contains__)] == [scenario.start]
    assert script.is_over


def test_an_abort_comes_its_while_after_the_start_was_answered() -> None:
    scenario = STREAM.scenario(Plot.RECEIPT_ABORTED)
    script, answered = Script(scenario, 0.0), set[str]()
    assert [ask.command_id for ask in script.due(0.0, answered.__contains__)] == [scenario.start]
    assert script.due(50.0, answered.__contains__) == [], "the start was not answered"
    answered.add(scenario.start)
    (abort,) = (ask for ask in scenario.asks if ask.command_id == scenario.abort)
    assert 0 < abort.delay < ABORTED_WITHIN
    assert script.due(51.0, answered.__contains__) == []
    assert script.due(51.0 + abort.delay - 0.001, answered.__contains__) == []
    assert script.due(51.0 + abort.delay, answered.__contains__) == [abort]
    assert script.is_over
