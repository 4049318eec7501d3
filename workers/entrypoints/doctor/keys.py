"""Judges the keys of owners."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from workers.entrypoints.doctor.findings import Finding, critical, notice, some
from workers.entrypoints.exits import ExitCode
from workers.ports.vault import KeysState

_PAGE: Final = "docs/privacy.md#keys"


def judge_keys(state: KeysState) -> Iterator[Finding]:
    """Whether all that was sealed can be opened, and by no more master keys than are needed."""
    if state.missing:
        yield critical(
            f"owners' keys are wrapped by master keys that are not set: {some(sorted(state.missing))}",
            "Workers do not start, and what was encrypted with those keys cannot be read.",
            "Set them in POON_PRIVACY__MASTER_KEY or POON_PRIVACY__OLD_MASTER_KEYS; they are named by a hash.",
            _PAGE,
            ExitCode.CONFIGURATION,
        )
    elif state.waiting:
        yield notice(
            f"{state.waiting} owners' keys are wrapped by an older master key",
            "It is needed as long as that is so.",
            "Run `poon keys rotate`, then take it out of POON_PRIVACY__OLD_MASTER_KEYS.",
            _PAGE,
        )
