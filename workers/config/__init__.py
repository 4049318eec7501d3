"""Settings: read once from environment and file, validated at start; for bootstrap and entrypoints only."""

from workers.config.loading import (
    CONFIG_FILE_VARIABLE,
    Loaded,
    SettingProblem,
    SettingsError,
    load,
    load_settings,
)
from workers.config.models import ChainSettings, Link, ModelServerSettings, ModelSettings
from workers.config.policies import CommandTypeSettings, ConcurrencySettings, MassFailureSettings, RetrySettings
from workers.config.reading import OcrSettings
from workers.config.rendering import ShownSetting, settings_reference, shown
from workers.config.settings import (
    EMBEDDED,
    CacheSettings,
    CommandLines,
    DatabaseSettings,
    DeadLetterSettings,
    DefaultSettings,
    HttpSettings,
    ImageSettings,
    KafkaSettings,
    LogFormat,
    LoggingSettings,
    LogLevel,
    RuntimeSettings,
    SecurityProtocol,
    Settings,
)
from workers.config.telemetry import TelemetrySettings
from workers.config.values import PROJECTIONS, WORKER_AREAS, SecretUrl, headers_of

__all__ = [
    "CONFIG_FILE_VARIABLE",
    "EMBEDDED",
    "PROJECTIONS",
    "WORKER_AREAS",
    "CacheSettings",
    "ChainSettings",
    "CommandLines",
    "CommandTypeSettings",
    "ConcurrencySettings",
    "DatabaseSettings",
    "DeadLetterSettings",
    "DefaultSettings",
    "HttpSettings",
    "ImageSettings",
    "KafkaSettings",
    "Link",
    "Loaded",
    "LogFormat",
    "LogLevel",
    "LoggingSettings",
    "MassFailureSettings",
    "ModelServerSettings",
    "ModelSettings",
    "OcrSettings",
    "RetrySettings",
    "RuntimeSettings",
    "SecretUrl",
    "SecurityProtocol",
    "SettingProblem",
    "Settings",
    "SettingsError",
    "ShownSetting",
    "TelemetrySettings",
    "headers_of",
    "load",
    "load_settings",
    "settings_reference",
    "shown",
]
