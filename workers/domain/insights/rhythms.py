"""Insights about time: dear weekdays, visits that become more or fewer, merchants of nearly every week."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import timedelta
from statistics import median
from typing import Final, NamedTuple

from contracts.events.insights import Direction, InsightKind
from workers.domain.insights.findings import Finding
from workers.domain.insights.history import History, Spent, total_of, usual_spelling
from workers.domain.insights.recurring import DAYS_OF_A_MONTH
from workers.domain.insights.robust import both_tails, confidence, rank_sum, upper_tail
from workers.domain.insights.study import Study
from workers.domain.insights.wording import WEEKDAYS_EN, WEEKDAYS_TH, both, percent, sum_en, sum_th

WEEK: Final = 7
LEAST_DAYS: Final = 28
"""Four of each weekday."""
LEAST_ENTRIES: Final = 20
DEARER: Final = 1.3
"""How many times another day a weekday has to cost."""
PRIOR_DAYS: Final = 2
LEAST_VISITS: Final = 8
RATE_CHANGE: Final = 1.5
PRIOR_VISITS: Final = 3
LEAST_REGULAR_VISITS: Final = 6
REGULAR: Final = 0.75
"""Share of the weeks with a visit."""
PRIOR_WEEKS: Final = 1
MOST_MERCHANTS: Final = 5
HABIT: Final = 0.5
"""Share of weeks above which a merchant surely belongs to the week."""

_GROUPS: Final = (*((day,) for day in range(WEEK)), (5, 6))
_NAMES_EN: Final = (*(f"On {name}" for name in WEEKDAYS_EN), "On weekends")
_NAMES_TH: Final = (*WEEKDAYS_TH, "วันเสาร์อาทิตย์")
_SUBJECTS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun", "weekend")


class _Candidate(NamedTuple):
    chance: float
    place: int
    typical: float
    usual: float
    days: int


def weekday_pattern(study: Study) -> Iterator[Finding]:
    """The weekday, or the weekend, on which a day costs more than others: the surest one."""
    rest = study.rest
    if rest is None or rest.days < LEAST_DAYS or len(rest.entries) < LEAST_ENTRIES:
        return
    candidates = [_candidate(rest, place) for place in range(len(_GROUPS))]
    dear = [one for one in candidates if one.typical > DEARER * one.usual]
    if dear:
        yield _dear_day(rest, min(dear))


def _candidate(rest: History, place: int) -> _Candidate:
    mine: list[float] = []
    others: list[float] = []
    for number, total in enumerate(rest.daily(rest.entries)):
        is_mine = (rest.first + timedelta(days=number)).weekday() in _GROUPS[place]
        (mine if is_mine else others).append(total)
    chance = len(_GROUPS) * upper_tail(rank_sum(mine, others))  # of eight one may well look dear
    return _Candidate(chance, place, median(mine), median(others), len(mine))


def _dear_day(rest: History, found: _Candidate) -> Finding:
    entries = [entry for entry in rest.entries if entry.spent_on.weekday() in _GROUPS[found.place]]
    name_en, name_th = _NAMES_EN[found.place], _NAMES_TH[found.place]
    day_en, day_th = sum_en(found.typical, rest.currency), sum_th(found.typical, rest.currency)
    if found.usual:
        times = f"{found.typical / found.usual:.1f}"
        usual_en, usual_th = sum_en(found.usual, rest.currency), sum_th(found.usual, rest.currency)
        english = f"{name_en} you usually spend {day_en} a day, {times} times the {usual_en} of other days."
        thai = f"{name_th}มักใช้จ่ายวันละ {day_th} หรือ {times} เท่าของวันอื่นซึ่งอยู่ที่ {usual_th}"
    else:
        english = f"{name_en} you usually spend {day_en} a day, on most other days nothing."
        thai = f"{name_th}มักใช้จ่ายวันละ {day_th} ส่วนวันอื่นส่วนใหญ่ไม่มีรายจ่าย"
    return Finding(
        kind=InsightKind.WEEKDAY_PATTERN,
        subject=_SUBJECTS[found.place],
        text=both(english, thai),
        entries=entries,
        impact=(found.typical - found.usual) * found.days,
        confidence=confidence(found.chance, found.days, PRIOR_DAYS),
        first=rest.first,
        last=rest.last,
    )


def visit_frequency(study: Study) -> Iterator[Finding]:
    """Merchants visited clearly more often, or less, in the later half of the days than in the earlier."""
    rest = study.rest
    if rest is None or rest.days < LEAST_DAYS:
        return
    visited = {key: entries for key, entries in rest.by_merchant.items() if len(entries) >= LEAST_VISITS}
    for key, entries in visited.items():
        yield from _changed_visits(rest, key, entries, len(visited))


def _changed_visits(rest: History, key: str, entries: Sequence[Spent], merchants: int) -> Iterator[Finding]:
    """Of n visits at an even rate those in the later half are binomial."""
    before_days = rest.days // 2
    after_days = rest.days - before_days
    after = sum(rest.place(entry.spent_on) >= before_days for entry in entries)
    before = len(entries) - after
    share = after_days / rest.days
    deviation = math.sqrt(len(entries) * share * (1 - share))
    z = max(0.0, abs(after - len(entries) * share) - 0.5) / deviation
    then, now = before / before_days * WEEK, after / after_days * WEEK
    if max(then, now) < RATE_CHANGE * min(then, now):
        return
    more = now > then
    name, each = usual_spelling(entries), float(median(entry.amount for entry in entries))
    yield Finding(
        kind=InsightKind.VISIT_FREQUENCY,
        subject=key,
        text=both(
            f"You now pay at {name} {now:.1f} times a week, {'up' if more else 'down'} from {then:.1f};"
            f" {sum_en(each, rest.currency)} a time.",
            f"ตอนนี้ใช้จ่ายที่ {name} สัปดาห์ละ {now:.1f} ครั้ง {'เพิ่มขึ้น' if more else 'ลดลง'}จาก {then:.1f} ครั้ง"
            f" ครั้งละประมาณ {sum_th(each, rest.currency)}",
        ),
        entries=entries,
        impact=abs(now - then) / WEEK * DAYS_OF_A_MONTH * each,
        confidence=confidence(both_tails(z) * merchants, len(entries), PRIOR_VISITS),
        first=rest.first,
        last=rest.last,
        merchant=name,
        direction=Direction.UP if more else Direction.DOWN,
    )


def regular_merchants(study: Study) -> Iterator[Finding]:
    """The merchants that are paid in nearly every week and send no bills; at most five."""
    rest = study.rest
    if rest is None or rest.days < LEAST_DAYS:
        return
    found = [finding for key, entries in rest.by_merchant.items() for finding in _regular(rest, key, entries)]
    yield from sorted(found, key=lambda finding: (-float(finding.impact), finding.subject))[:MOST_MERCHANTS]


def _regular(rest: History, key: str, entries: Sequence[Spent]) -> Iterator[Finding]:
    weeks = rest.days // WEEK  # full ones, counted back from the last day
    back = [(rest.last - entry.spent_on).days // WEEK for entry in entries]
    visited = len({week for week in back if week < weeks})
    if len(entries) < LEAST_REGULAR_VISITS or visited < REGULAR * weeks:
        return
    z = (visited - HABIT * weeks - 0.5) / math.sqrt(HABIT * (1 - HABIT) * weeks)
    name, total = usual_spelling(entries), total_of(entries)
    each = float(median(entry.amount for entry in entries))
    yield Finding(
        kind=InsightKind.REGULAR_MERCHANT,
        subject=key,
        text=both(
            f"{name} is part of your week: {len(entries)} times in {visited} of {weeks} weeks, usually"
            f" {sum_en(each, rest.currency)}, {percent(float(total / rest.total))} of what is no bill.",
            f"{name} เป็นร้านประจำ ใช้จ่าย {len(entries)} ครั้งใน {visited} จาก {weeks} สัปดาห์ ครั้งละประมาณ"
            f" {sum_th(each, rest.currency)} คิดเป็น {percent(float(total / rest.total))} ของรายจ่ายที่ไม่ใช่บิล",
        ),
        entries=entries,
        impact=total,
        confidence=confidence(upper_tail(z), weeks, PRIOR_WEEKS),
        first=rest.first,
        last=rest.last,
        merchant=name,
    )
