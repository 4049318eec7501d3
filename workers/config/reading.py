"""Settings of what reads pictures and spending texts on this machine."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from workers.config.groups import Seconds, SettingsGroup


class OcrSettings(SettingsGroup):
    """Local text recognition."""

    tier: Literal["accurate", "fast"] = Field(
        "accurate",
        description="`accurate` reads more merchants right, `fast` reads an image in a third of the time and needs"
        " `pip install 'poon-workers[fast-ocr]'` (170 MB)",
    )
    processes: Annotated[int, Field(ge=0, le=256)] = Field(
        0, description="recognition processes, half to one GB of memory each; 0 is one a core, processes"
    )
    max_process_megabytes: Annotated[int, Field(ge=500, le=1_000_000)] = Field(
        1_400, description="memory a recognition process may hold after an image before it is replaced, megabytes"
    )
    thai_model: Path | None = Field(
        None,
        description="ONNX file of a Thai line recogniser to use instead of the shipped one, its characters in its"
        " metadata or in a .txt file beside it",
    )
    timeout_seconds: Seconds = Field(60.0, description="longest time to read one image, seconds")


class LearningSettings(SettingsGroup):
    """What owners teach."""

    owners_to_propose: Annotated[int, Field(ge=2, le=100_000)] = Field(
        3, description="owners of a tenant who teach the same before it is proposed for everybody, owners"
    )
    most_mappings: Annotated[int, Field(ge=1, le=10_000)] = Field(
        1_000, description="category mappings an owner may have, retired ones included, mappings"
    )
    most_patterns: Annotated[int, Field(ge=0, le=200)] = Field(
        20, description="patterns an owner may have over all mappings, patterns"
    )


class TextSettings(SettingsGroup):
    """How spending texts are understood."""

    embeddings: bool = Field(
        default=False,
        description="guess categories the lexicon does not know by what words mean rather than by their letters; "
        "needs `pip install 'poon-workers[embeddings]'` (100 MB)",
    )


class SpendingSettings(SettingsGroup):
    """Entries."""

    name_duplicates: bool = Field(
        default=True,
        description="whether an entry's outcome names the entries that may tell of the same purchase; they can be"
        " listed in any case, and recording costs the fleet less without",
    )
