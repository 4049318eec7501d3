"""`poon run` with backends the conductor can slow and break; everything else is the real fleet.

Run as a program: python -m tests.chaos.runner. Settings come from the environment as always; CHAOS_CONTROL_FILE names
the conductor's file.
"""

import os
import sys
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

from adapters.cache.opening import open_cache
from adapters.inference.lexicon import payment_method_of
from adapters.inference.receipts.extraction import RuleReceiptExtraction
from adapters.inference.texts import RuleCategorization, RuleTextExtraction
from tests.chaos.backends import (
    MoodyCategorization,
    MoodyReceiptExtraction,
    MoodyRecognition,
    MoodyTextExtraction,
    Temper,
)
from tests.chaos.control import CONTROL_VARIABLE, Told
from tests.chaos.stacks import tell_stacks_on_request
from workers.bootstrap import fleet
from workers.bootstrap.clients import image_stores
from workers.bootstrap.parts import Parts, fleet_parts
from workers.config import Settings
from workers.entrypoints.context import loaded_settings, run_async
from workers.entrypoints.exits import ExitCode
from workers.entrypoints.failures import exit_code_of, report
from workers.handlers.table import handlers
from workers.ports.sealing import UNSEALED


@asynccontextmanager
async def moody_parts(settings: Settings, areas: Collection[str]) -> AsyncIterator[Parts]:
    """What the areas need, with moody backends in the handlers; no recognition model is loaded."""
    async with AsyncExitStack() as stack:
        parts = await stack.enter_async_context(fleet_parts(settings, [one for one in areas if one != "receipts"]))
        cache = open_cache(settings.cache.url.get_secret_value(), parts.clock)
        stack.push_async_callback(cache.close)
        temper = Temper(Told(Path(os.environ[CONTROL_VARIABLE])), parts.clock)
        table = handlers(
            text_extraction=MoodyTextExtraction(RuleTextExtraction(), temper),
            recognition=MoodyRecognition(temper),
            receipt_extraction=MoodyReceiptExtraction(RuleReceiptExtraction(payment_method_of, lambda _: None), temper),
            categorization=MoodyCategorization(RuleCategorization(), temper),
            images=image_stores(settings, UNSEALED),
            cache=cache,
            entries=parts.entries,
            duplicates=parts.duplicates,
            books=parts.books,
            learning=parts.learning,
            history=parts.history,
            computing=parts.computing,
            statements=parts.statements,
            months=parts.months,
            privacy=parts.privacy,
            clock=parts.clock,
        )
        # Those of workflows are the fleet's own.
        yield replace(parts, handlers={**parts.handlers, **table})


async def run(settings: Settings) -> None:
    tell_stacks_on_request()
    await fleet.run(settings, open_parts=moody_parts)


def main() -> int:
    settings = loaded_settings().settings
    try:
        run_async(lambda: run(settings))
    except Exception as error:  # noqa: BLE001  every error ends with its documented exit code, as in `poon run`
        code = exit_code_of(error) or ExitCode.UNEXPECTED
        report(error, code)
        return code
    return ExitCode.OK


if __name__ == "__main__":
    sys.exit(main())
