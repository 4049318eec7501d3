"""The rules that bind chains to servers and to the time a handler has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from contracts.commands.receipts import ExtractReceipt
from contracts.commands.texts import ParseText
from workers.config.models import LOCAL, OCR, RULES, ChainSettings, ModelSettings
from workers.config.values import refused

_LOCAL_FOR: Final = {
    "text_recognition": OCR,
    "receipt_extraction": RULES,
    "text_extraction": RULES,
    "categorization": RULES,
}
_USED_BY: Final = {
    ParseText.type: ("text_extraction",),
    ExtractReceipt.type: ("text_recognition", "receipt_extraction", "categorization"),
}


def refuse_unfit_chains(
    chains: ChainSettings,
    models: ModelSettings,
    *,
    recognition_seconds: float,
    handler_seconds: Callable[[str], float],
) -> None:
    """Refuse a chain that names what is not there, or that may take longer than its handler.

    Raises:
        PydanticCustomError: as rules over several settings raise it.
    """
    for capability, chain in chains.by_capability.items():
        for link in chain:
            _refuse_stranger(capability, link.name, models)
    for command, capabilities in _USED_BY.items():
        named = [link.name for capability in capabilities for link in chains.by_capability[capability]]
        asked = [models.servers[name].total_seconds for name in named if name not in LOCAL]
        needed = sum(asked) + (recognition_seconds if OCR in named else 0.0)
        allowed = handler_seconds(command)
        if asked and needed > allowed:
            raise refused(
                f"all backends of {command} together may take {needed:g} s, its handler has {allowed:g} s",
                f"set runtime.handler_timeout_seconds to at least {needed:g}, or a server's total_seconds lower",
                f"chains.{capabilities[-1]}",
            )


def _refuse_stranger(capability: str, name: str, models: ModelSettings) -> None:
    local = _LOCAL_FOR[capability]
    if name == local or (name not in LOCAL and name in models.servers):
        return
    known = ", ".join([local, *models.servers])
    raise refused(f"there is no backend {name!r}", f"choose from {known}", f"chains.{capability}")
