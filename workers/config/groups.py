"""What every group of settings is made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]
OptionalSeconds = Annotated[float | None, Field(gt=0, le=86_400, allow_inf_nan=False)]


class SettingsGroup(BaseModel):
    """A frozen group; unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)
