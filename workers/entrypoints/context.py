"""What every command starts from: the settings of this process, and an event loop."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from workers.config import Loaded, LogLevel, Settings, load

T = TypeVar("T")


def loaded_settings() -> Loaded:
    """The settings of this process and where each comes from.

    Raises:
        SettingsError: at least one is wrong.
    """
    return load(os.environ, Path.cwd())


def client_settings() -> Settings:
    """The settings of a command that speaks through its own messages: libraries log in debug only.

    Raises:
        SettingsError: at least one is wrong.
    """
    settings = loaded_settings().settings
    level = logging.DEBUG if settings.logging.level is LogLevel.DEBUG else logging.CRITICAL + 1
    logging.basicConfig(stream=sys.stderr, level=level, force=True)
    return settings


def run_async(main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a command's coroutine to its end."""
    return asyncio.run(main())
