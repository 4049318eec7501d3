"""Collector, Prometheus, Grafana and what they run in fit together, as far as can be told without running them."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.architecture.tree import ROOT
from tests.integration.alerts.promtool import refused, the_program

INFRA: Final = ROOT / "infra"
KINDS: Final = ("receivers", "processors", "exporters")
Json = dict[str, Any]


def read(path: str) -> Json:
    told: Json = yaml.safe_load((INFRA / path).read_text())
    return told


def collector_problems(config: Json) -> Iterator[str]:
    """Parts a pipeline names and nobody defines, parts nobody uses, pipelines that may run out of memory."""
    pipelines = config["service"]["pipelines"]
    for kind in KINDS:
        used = {name for pipeline in pipelines.values() for name in pipeline[kind]}
        yield from (f"{kind}: {name} is not defined" for name in sorted(used - set(config[kind])))
        yield from (f"{kind}: {name} is not used" for name in sorted(set(config[kind]) - used))
    for name in config["service"]["extensions"]:
        if name not in config["extensions"]:
            yield f"extensions: {name} is not defined"
    for name, pipeline in pipelines.items():
        if name not in {"traces", "metrics", "logs"}:
            yield f"{name} is no kind of telemetry"
        if pipeline["processors"][0] != "memory_limiter" or pipeline["processors"][-1] != "batch":
            yield f"{name}: the limit of memory comes first, the batch last"


def services() -> dict[str, Json]:
    """Of both compose files, as Docker lays one over the other."""
    below, above = (read(f"compose/{name}.yaml")["services"] for name in ("compose", "observability"))
    return {name: {**below.get(name, {}), **above.get(name, {})} for name in below | above}


def test_the_collectors_parts_fit_together() -> None:
    assert list(collector_problems(read("otel/collector.yaml"))) == []


PLANTED: Final[dict[str, tuple[Callable[[Json], object], str]]] = {
    "an exporter there is not": (
        lambda config: config["service"]["pipelines"]["traces"].update(exporters=["otlp_http/temp"]),
        "otlp_http/temp is not defined",
    ),
    "a receiver nobody listens to": (lambda config: config["receivers"].update(zipkin={}), "zipkin is not used"),
    "no limit of memory": (
        lambda config: config["service"]["pipelines"]["logs"]["processors"].pop(0),
        "logs: the limit of memory comes first",
    ),
    "an extension there is not": (lambda config: config["service"]["extensions"].append("pprof"), "pprof"),
    "telemetry there is not": (
        lambda config: config["service"]["pipelines"].update(trace=config["service"]["pipelines"]["traces"]),
        "trace is no kind",
    ),
}


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_mistake_in_the_collectors_parts_is_named(what: str) -> None:
    plant, expected = PLANTED[what]
    config = read("otel/collector.yaml")
    plant(config)
    assert any(expected in problem for problem in collector_problems(config))


def test_the_collector_that_checks_it_has_every_part_it_names() -> None:
    config, built = read("otel/collector.yaml"), read("otel/builder.yaml")
    for kind in (*KINDS, "extensions"):
        modules = " ".join(part["gomod"] for part in built[kind])
        for name in config[kind]:
            assert f"/{name.partition('/')[0].replace('_', '')}{kind.rstrip('s')} " in modules


def test_everybody_is_addressed_by_a_service_that_listens_there() -> None:
    known = services()
    texts = [path.read_text() for path in INFRA.glob("otel/*.yaml")]
    texts += [path.read_text() for path in INFRA.glob("grafana/provisioning/*/*.yaml")]
    texts += [str(known["workers"]["environment"])]
    named = {host for text in texts for host in re.findall(r"http://(\w+):\d+", text)}
    assert named == {"collector", "loki", "prometheus", "tempo"}
    assert named <= set(known)


def test_what_is_mounted_is_there() -> None:
    mounted = [
        (INFRA / "compose" / volume.partition(":")[0]).resolve()
        for service in services().values()
        for volume in service.get("volumes", ())
        if volume.startswith("..")
    ]
    assert len(mounted) >= 6
    assert [path for path in mounted if not path.exists()] == []


def test_workers_send_where_the_collector_listens() -> None:
    receivers = read("otel/collector.yaml")["receivers"]
    options = services()["workers"]["logging"]["options"]
    assert options["fluentd-address"].rpartition(":")[2] == receivers["fluent_forward"]["endpoint"].rpartition(":")[2]
    assert options["fluentd-async"] == "true", "a worker must not wait for who reads its lines"
    endpoint = read("compose/observability.yaml")["services"]["workers"]["environment"]["POON_TELEMETRY__OTLP_ENDPOINT"]
    assert endpoint.rpartition(":")[2] == receivers["otlp"]["protocols"]["http"]["endpoint"].rpartition(":")[2]


def test_prometheus_reads_its_configuration_and_the_rules() -> None:
    assert refused(the_program(), "check", "config", INFRA / "prometheus/prometheus.yaml") == ""


def test_grafanas_data_sources_name_each_other() -> None:
    sources = {source["uid"]: source for source in read("grafana/provisioning/datasources/poon.yaml")["datasources"]}
    assert sources["tempo"]["jsonData"]["tracesToLogsV2"]["datasourceUid"] in sources
    assert sources["loki"]["jsonData"]["derivedFields"][0]["datasourceUid"] in sources


def test_grafana_finds_its_dashboards_where_they_are_mounted() -> None:
    (provider,) = read("grafana/provisioning/dashboards/poon.yaml")["providers"]
    folder = provider["options"]["path"]
    (mounted,) = (volume for volume in services()["grafana"]["volumes"] if f":{folder}:" in volume)
    assert sorted((INFRA / "compose" / mounted.partition(":")[0]).glob("*.json"))


def test_nobody_outside_of_this_machine_reaches_it() -> None:
    ports = [port for service in services().values() for port in service.get("ports", ())]
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_what_is_beside_the_fleet_has_no_more_rights_than_the_fleet() -> None:
    beside = [service for name, service in read("compose/observability.yaml")["services"].items() if name != "workers"]
    assert beside
    for service in beside:
        assert (service["cap_drop"], service["read_only"]) == (["ALL"], True)
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_no_image_is_the_newest_whatever_that_is() -> None:
    images = [service["image"] for service in services().values() if "image" in service]
    assert [image for image in images if not re.search(r":\S*\d|\$\{POON_IMAGE", image)] == []


def test_a_folder_of_configuration_holds_nothing_else() -> None:
    assert {path.name for path in Path(INFRA / "prometheus").iterdir()} == {"prometheus.yaml", "rules.yaml"}
