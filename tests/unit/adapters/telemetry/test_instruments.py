"""Every metric is named and labelled as the conventions and a scraper's memory want it."""

import pytest

from adapters.telemetry.instruments import GAUGES, INSTRUMENTS, Instrument
from infra.tools.generators.metrics import metrics_page
from tests.architecture.tree import ROOT

BOUNDED = {
    "area": "three areas",
    "command_type": "the registry's types and `other`",
    "outcome": "four kinds",
    "code": "the taxonomy",
    "retried": "yes and no",
    "ground": "broker, database and the capabilities",
    "backend": "the backends that are configured",
    "capability": "the four AI capabilities",
    "result": "the ways a question to a model server, a step, a workflow or a share in an outcome may end",
    "currency": "the ISO codes the fleet understands",
    "partition": "the partitions of a topic",
    "what": "log lines, spans and repeated errors",
    "workflow": "the definitions",
    "step": "the steps of the definitions",
    "undo": "yes and no",
    "direction": "input and output",
    "error_type": "the taxonomy, or a class of error of the client",
    "messaging_system": "kafka",
    "messaging_operation_name": "poll, process, send and commit",
    "messaging_destination_name": "topics of the registry",
    "messaging_consumer_group_name": "one an area",
    "topic": "outcome topics of the registry",
    "projection": "of the catalogue",
}
"""The labels there may be, and what bounds their values."""


@pytest.mark.parametrize("instrument", INSTRUMENTS, ids=lambda instrument: str(instrument.name))
def test_every_label_has_a_bounded_set_of_values(instrument: Instrument) -> None:
    assert set(instrument.labels) <= BOUNDED.keys()


def test_no_label_names_a_person_a_tenant_or_a_message() -> None:
    labels = {label for instrument in INSTRUMENTS for label in instrument.labels}
    assert not labels & {"owner", "tenant", "subject", "key", "id", "command_id", "correlation_id", "offset"}


def test_names_are_unique() -> None:
    names = [instrument.name for instrument in INSTRUMENTS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("instrument", INSTRUMENTS, ids=lambda instrument: str(instrument.name))
def test_a_name_ends_in_its_unit_and_histograms_have_rising_bounds(instrument: Instrument) -> None:
    assert not instrument.unit or instrument.name.endswith(f"_{instrument.unit}")
    assert (instrument.kind == "histogram") == bool(instrument.buckets)
    assert list(instrument.buckets) == sorted(set(instrument.buckets))


def test_gauges_are_of_an_area() -> None:
    assert {instrument.labels[0] for instrument in GAUGES} == {"area"}


def test_the_names_of_the_messaging_conventions_are_theirs() -> None:
    assert {instrument.exposed: instrument.otel for instrument in INSTRUMENTS if instrument.otel} == {
        "messaging_client_consumed_messages_total": "messaging.client.consumed.messages",
        "messaging_client_sent_messages_total": "messaging.client.sent.messages",
        "messaging_client_operation_duration_seconds": "messaging.client.operation.duration",
        "messaging_process_duration_seconds": "messaging.process.duration",
    }


def test_the_reference_lists_every_metric_and_is_current() -> None:
    written = (ROOT / "docs/reference/metrics.md").read_text(encoding="utf-8")
    assert written == metrics_page()
    assert all(f"| `{instrument.exposed}` |" in written for instrument in INSTRUMENTS)
