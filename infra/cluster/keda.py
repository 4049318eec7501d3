"""KEDA's source without the scalers of other systems: of what there is to compile, their clients are the larger part.

Nothing else is changed: controllers, executor, autoscalers and metrics are KEDA's, and so is the scaler that stays.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

MODULE: Final = "github.com/kedacore/keda/v2"
_KEPT: Final = "kafka"
_BUILDER: Final = Path("pkg/scaling/scalers_builder.go")
_SCALERS: Final = Path("pkg/scalers")
_CASE: Final = re.compile(r'^\tcase "(?P<name>[a-z-]+)":\n\t\treturn scalers\.New\w+\(.*\)\n', re.MULTILINE)


class OtherSourceError(Exception):
    """KEDA's source does not look as it did when this was written."""


def write_trimmed(source: Path, target: Path) -> None:
    """Copy KEDA's module, a folder, into a new one, leaving out the other scalers.

    Raises:
        OtherSourceError: it has another form than expected.
    """
    for file in (source / "go.mod", *source.rglob("*.go")):
        place = file.relative_to(source)
        if not _is_left_out(place):
            (target / place).parent.mkdir(parents=True, exist_ok=True)
            (target / place).write_bytes(file.read_bytes())
    builder = target / _BUILDER
    builder.write_text(_with_one_case(builder.read_text()))


def _is_left_out(place: Path) -> bool:
    is_scaler = place.parent == _SCALERS and place.name.endswith("_scaler.go")
    return place.name.endswith("_test.go") or (is_scaler and place.name != f"{_KEPT}_scaler.go")


def _with_one_case(text: str) -> str:
    names = {match["name"] for match in _CASE.finditer(text)}
    trimmed = _CASE.sub(lambda match: match[0] if match["name"] == _KEPT else "", text)
    if _KEPT not in names or len(re.findall(r"\bscalers\.New", trimmed)) != 1:
        raise OtherSourceError(f"{_BUILDER} builds its scalers in another way")
    return trimmed
