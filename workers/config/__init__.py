"""Settings: read once from environment and file, validated at start; for bootstrap and entrypoints only."""

from workers.config.loading import (
    CONFIG_FILE_VARIABLE,
    Loaded,
    SettingProblem,
    SettingsError,
    load,
    load_settings,
)
from workers.config.rendering import ShownSetting, settings_reference, shown
from workers.config.settings import (
    EMBEDDED,
    CacheSettings,
    DatabaseSettings,
    DeadLetterSettings,
    DefaultSettings,
    HttpSettings,
    ImageSettings,
    KafkaSettings,
    LogFormat,
    LoggingSettings,
    LogLevel,
    OcrSettings,
    RetrySettings,
    RuntimeSettings,
    SecurityProtocol,
    Settings,
)
from workers.config.values import SecretUrl

__all__ = [
    "CONFIG_FILE_VARIABLE",
    "EMBEDDED",
    "CacheSettings",
    "DatabaseSettings",
    "DeadLetterSettings",
    "DefaultSettings",
    "HttpSettings",
    "ImageSettings",
    "KafkaSettings",
    "Loaded",
    "LogFormat",
    "LogLevel",
    "LoggingSettings",
    "OcrSettings",
    "RetrySettings",
    "RuntimeSettings",
    "SecretUrl",
    "SecurityProtocol",
    "SettingProblem",
    "Settings",
    "SettingsError",
    "ShownSetting",
    "load",
    "load_settings",
    "settings_reference",
    "shown",
]
