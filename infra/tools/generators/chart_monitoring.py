"""The schema of the chart's `monitoring`: for the operator of Prometheus, and for Grafana's sidecar."""

from __future__ import annotations

from infra.tools.generators.chart_fields import Schema, closed, flag, text, texts


def monitoring() -> Schema:
    """What is scraped, alerted and shown."""
    labels = texts("labels by which your Prometheus selects it")
    return closed(
        "",
        {
            "podMonitor": closed(
                "",
                {
                    "enabled": flag("a PodMonitor; needs the Prometheus operator, and `networkPolicy.metricsFrom`"),
                    "labels": labels,
                    "interval": text("time between two scrapes", pattern=r"^[1-9][0-9]*(ms|s|m)$"),
                },
            ),
            "rules": closed(
                "",
                {
                    "enabled": flag(
                        "a PrometheusRule with the objectives and alerts of docs/reference/alerts.md; with KEDA also"
                        " those of scaling, for which KEDA and kube-state-metrics have to be scraped"
                    ),
                    "labels": labels,
                    "matchers": text("labels that select this release's workers", minLength=1),
                    "runbookUrl": text("where docs/runbooks is read; `runbook_url` of each alert begins with it"),
                    "kafkaExporter": flag("also the alert of what is deleted unread; needs kafka_exporter"),
                },
            ),
            "dashboards": closed(
                "",
                {
                    "enabled": flag("the dashboards as ConfigMaps, for Grafana's sidecar"),
                    "labels": texts("labels by which the sidecar selects them"),
                    "annotations": texts("for instance the folder the sidecar puts them into"),
                },
            ),
        },
    )
