"""Settings of what the process measures and traces."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from workers.config.groups import Seconds, SettingsGroup
from workers.config.values import header_list, plain_http_url, refused

CollectorUrl = Annotated[
    str,
    AfterValidator(
        plain_http_url("http://collector:4318", "put what the collector has to know into telemetry.otlp_headers")
    ),
]
HeaderList = Annotated[SecretStr, AfterValidator(header_list)]


class TelemetrySettings(SettingsGroup):
    """What the process measures and traces."""

    metrics: bool = Field(default=True, description="whether metrics are counted and exposed")
    last_scrape_seconds: Annotated[float, Field(ge=0, le=600, allow_inf_nan=False)] = Field(
        0.0,
        description="longest time a process that has drained waits for one more scrape of its metrics; 0 ends it at"
        " once, seconds",
    )
    otlp_endpoint: CollectorUrl | None = Field(
        None, description="URL of an OTLP/HTTP collector, for instance http://collector:4318; no traces when left out"
    )
    otlp_headers: HeaderList | None = Field(
        None, description="headers of each export, name=value with commas, for instance a token"
    )
    otlp_metrics_seconds: Annotated[float, Field(ge=0, le=3_600, allow_inf_nan=False)] = Field(
        0.0,
        description="time between two exports of the metrics to the collector, beside what Prometheus reads; 0 exports"
        " none, seconds",
    )
    trace_ratio: Annotated[float, Field(ge=0, le=1)] = Field(
        0.001, description="share of commands that bring no trace and get spans of their own, fraction"
    )
    slow_seconds: Seconds = Field(
        2.0, description="time from last attempt to outcome after which a command always gets spans, seconds"
    )
    spans_per_second: Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False)] = Field(
        50.0, description="most spans of each kind and for each reason, spans per second and area"
    )

    @model_validator(mode="after")
    def _headers_need_an_endpoint(self) -> Self:
        if self.otlp_headers is not None and self.otlp_endpoint is None:
            raise refused(
                "is not used without telemetry.otlp_endpoint", "set the endpoint, or leave it out", "otlp_headers"
            )
        return self

    @model_validator(mode="after")
    def _exported_metrics_need_both(self) -> Self:
        if self.otlp_metrics_seconds and self.otlp_endpoint is None:
            raise refused(
                "is not used without telemetry.otlp_endpoint",
                "set the endpoint, or leave it out",
                "otlp_metrics_seconds",
            )
        if self.otlp_metrics_seconds and not self.metrics:
            raise refused(
                "is not used while telemetry.metrics is false",
                "set that to true, or leave this out",
                "otlp_metrics_seconds",
            )
        return self
