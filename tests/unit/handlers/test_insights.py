from datetime import UTC, date, datetime, timedelta

import pytest

from contracts.commands.insights import AnalyzeSpending, Budget, ForecastSpending
from contracts.errors import ErrorCode
from contracts.events.insights import DayRange, InsightsGenerated, SpendingForecast
from contracts.money import Money
from tests.fakes.computing import DirectComputing
from tests.fakes.history import MemoryHistory
from tests.unit.domain.insights.samples import LAST
from tests.unit.domain.insights.test_forecast import steady
from tests.unit.handlers.examples import CONTEXT, TODAY
from workers.domain.errors import RejectionError
from workers.handlers import insights
from workers.handlers.insights import MOST_ENTRIES, analyze_spending, forecast_spending
from workers.ports.handling import CommandContext

ENTRIES = steady(60).entries


async def analysis(
    command: AnalyzeSpending, history: MemoryHistory, context: CommandContext = CONTEXT
) -> InsightsGenerated:
    computing = DirectComputing()
    decision = await analyze_spending(command, context, history=history, computing=computing)
    (event,) = decision.events
    assert isinstance(event.payload, InsightsGenerated)
    assert (computing.runs, event.stream, decision.states) == (1, None, ())
    return event.payload


async def outlook(
    command: ForecastSpending, history: MemoryHistory, context: CommandContext = CONTEXT
) -> SpendingForecast:
    computing = DirectComputing()
    decision = await forecast_spending(command, context, history=history, computing=computing)
    (event,) = decision.events
    assert isinstance(event.payload, SpendingForecast)
    assert computing.runs == 1
    return event.payload


async def test_the_last_days_of_the_command_are_analysed_not_those_of_its_handling() -> None:
    history = MemoryHistory(ENTRIES)
    found = await analysis(AnalyzeSpending(days=30), history)
    period = DayRange(first=TODAY - timedelta(days=29), last=TODAY)
    assert (found.period, history.asked) == (period, [(period, MOST_ENTRIES)])
    assert (found.entries, found.complete) == (29, True)


async def test_today_is_the_commands_own_in_its_time_zone() -> None:
    late = CONTEXT._replace(sent_at=datetime(2026, 3, 1, 20, 0, tzinfo=UTC))
    zones = {"Asia/Bangkok": date(2026, 3, 2), "America/New_York": date(2026, 3, 1), "UTC": date(2026, 3, 1)}
    for zone, today in zones.items():
        found = await analysis(AnalyzeSpending(time_zone=zone), MemoryHistory(), late)
        told = await outlook(ForecastSpending(time_zone=zone), MemoryHistory(), late)
        assert (found.period.last, told.period.first) == (today, today + timedelta(days=1))


async def test_a_reference_date_ends_the_days() -> None:
    found = await analysis(AnalyzeSpending(days=7, reference_date=LAST), MemoryHistory(ENTRIES))
    assert (found.period.last, found.entries) == (LAST, 7)
    told = await outlook(ForecastSpending(days=7, reference_date=LAST), MemoryHistory(ENTRIES))
    assert told.period.first == LAST + timedelta(days=1)


@pytest.mark.parametrize("day", [TODAY + timedelta(days=1), date(1899, 12, 31)])
async def test_a_day_in_the_future_or_out_of_all_bounds_is_rejected(day: date) -> None:
    for refused in (
        analysis(AnalyzeSpending(reference_date=day), MemoryHistory()),
        outlook(ForecastSpending(reference_date=day), MemoryHistory()),
    ):
        with pytest.raises(RejectionError) as raised:
            await refused
        assert (raised.value.code, raised.value.field) == (ErrorCode.INVALID_COMMAND, "reference_date")


async def test_budgets_make_it_read_the_month_from_its_first_day() -> None:
    history = MemoryHistory(ENTRIES)
    command = AnalyzeSpending(days=7, reference_date=date(2026, 2, 20), budgets=(Budget(monthly=Money.of("1000")),))
    found = await analysis(command, history)
    assert history.asked[0][0] == DayRange(first=date(2026, 2, 1), last=date(2026, 2, 20))
    (one,) = found.currencies
    assert (one.entries, [insight.kind for insight in one.insights]) == (7, ["budget_risk"])


async def test_others_entries_are_not_seen() -> None:
    for context in (CONTEXT._replace(owner="lek"), CONTEXT._replace(tenant="globex")):
        assert (await analysis(AnalyzeSpending(), MemoryHistory(ENTRIES), context)).entries == 0
        assert (await outlook(ForecastSpending(), MemoryHistory(ENTRIES), context)).currencies == ()


async def test_a_forecast_reads_two_years() -> None:
    history = MemoryHistory(ENTRIES)
    told = await outlook(ForecastSpending(days=30, reference_date=LAST), history)
    assert history.asked == [(DayRange(first=LAST - timedelta(days=729), last=LAST), MOST_ENTRIES)]
    (one,) = told.currencies
    assert one.total is not None
    assert str(one.total.amount) == "3,000.00 THB"


async def test_that_more_entries_exist_than_are_read_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(insights, "MOST_ENTRIES", 50)
    found = await analysis(AnalyzeSpending(), MemoryHistory(ENTRIES))
    told = await outlook(ForecastSpending(), MemoryHistory(ENTRIES))
    assert (found.entries, found.complete, told.entries, told.complete) == (50, False, 50, False)


async def test_the_same_command_on_the_same_entries_decides_the_same() -> None:
    command = AnalyzeSpending(days=60)
    assert await analysis(command, MemoryHistory(ENTRIES)) == await analysis(command, MemoryHistory(reversed(ENTRIES)))
