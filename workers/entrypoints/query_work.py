"""What `poon entries`, `totals`, `merchants`, `quality` and `projections` do, apart from options and printing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from workers.bootstrap.projections import operators_projections, read_models
from workers.config import Settings
from workers.entrypoints.failures import InputError
from workers.ports.projections import Generation
from workers.ports.queries import EntriesFilter, MonthRange, MonthTotal, NotBuiltError, QualityTotal
from workers.projections.rebuilding import BuildProgress
from workers.queries.entries import CursorError, EntriesPage, entries_page
from workers.queries.merchants import MerchantStatistics, merchant_statistics


async def page_of_entries(settings: Settings, wanted: EntriesFilter, limit: int, cursor: str | None) -> EntriesPage:
    async with read_models(settings) as models:
        try:
            return await entries_page(models, wanted, limit, cursor)
        except CursorError as error:
            raise InputError(f"--after: {error}; take the one `poon entries list` printed") from None


async def month_totals(settings: Settings, tenant: str, owner: str, months: MonthRange) -> Sequence[MonthTotal]:
    async with read_models(settings) as models:
        try:
            return await models.month_totals(tenant, owner, months)
        except NotBuiltError as error:
            raise InputError(str(error)) from None


async def merchants(
    settings: Settings, tenant: str, owner: str, months: MonthRange, limit: int
) -> Sequence[MerchantStatistics]:
    async with read_models(settings) as models:
        try:
            return merchant_statistics(await models.merchant_totals(tenant, owner, months, limit))
        except NotBuiltError as error:
            raise InputError(str(error)) from None


async def quality_of_days(settings: Settings, tenant: str, first: date, last: date) -> Sequence[QualityTotal]:
    async with read_models(settings) as models:
        try:
            return await models.quality(tenant, first, last)
        except NotBuiltError as error:
            raise InputError(str(error)) from None


async def generations(settings: Settings, name: str | None) -> Sequence[Generation]:
    async with operators_projections(settings) as projections:
        return await projections.store.generations(name)


async def rebuilt(settings: Settings, name: str, tell: Callable[[BuildProgress], None]) -> int:
    async with operators_projections(settings) as projections:
        return await projections.rebuilders[name].rebuild(tell)
