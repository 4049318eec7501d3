"""Commands that close a month; the workflow of `CloseMonth` sends them."""

from typing import ClassVar
from uuid import UUID

from contracts.base import Command
from contracts.commands.insights import Budgets
from contracts.events.insights import InsightsGenerated, SpendingForecast
from contracts.values import DEFAULT_TIME_ZONE, MonthName, Sha256, TimeZoneName


class MonthCommand(Command):
    """What they share.

    Attributes:
        workflow_id: the workflow that closes the month.
        month: the month, for instance 2026-01; one of the envelope's owner.
    """

    area: ClassVar[str] = "insights"

    workflow_id: UUID
    month: MonthName


class FreezeMonth(MonthCommand):
    """Hold on to what a month's entries are, so that one report tells of them. Answered by MonthFrozen.

    Attributes:
        time_zone: the owner's IANA time zone.
        budgets: what the owner meant to spend.
    """

    type: ClassVar[str] = "poon.month.freeze.v1"

    time_zone: TimeZoneName = DEFAULT_TIME_ZONE
    budgets: Budgets = ()


class ReportMonth(MonthCommand):
    """Report on a frozen month, which is closed thereby. Answered by MonthClosed.

    Attributes:
        fingerprint: of the entries that were frozen.
        insights: what is remarkable among them.
        forecast: of the month that follows.
    """

    type: ClassVar[str] = "poon.month.report.v1"

    fingerprint: Sha256
    insights: InsightsGenerated
    forecast: SpendingForecast


class UnfreezeMonth(MonthCommand):
    """Undo what a workflow did to a month: its freezing, and its report if there is one. Answered by MonthUnfrozen."""

    type: ClassVar[str] = "poon.month.unfreeze.v1"
