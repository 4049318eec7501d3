"""KEDA's source is copied without other systems' scalers, and only if it is what it is taken for."""

from pathlib import Path

import pytest

from infra.cluster.keda import OtherSourceError, write_trimmed

CASES = """\
	switch triggerType {
	case "activemq":
		return scalers.NewActiveMQScaler(config)
	case "kafka":
		return scalers.NewKafkaScaler(ctx, config)
	case "redis-cluster":
		return scalers.NewRedisScaler(ctx, true, false, config)
	default:
		return nil, fmt.Errorf("no scaler found for type: %s", triggerType)
	}
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    files = {
        "go.mod": "module keda",
        "cmd/operator/main.go": "package main",
        "pkg/scalers/kafka_scaler.go": "package scalers",
        "pkg/scalers/kafka_scaler_test.go": "package scalers",
        "pkg/scalers/redis_scaler.go": "package scalers",
        "pkg/scalers/scaler.go": "package scalers",
        "pkg/scalers/kafka/kafka_scram_client.go": "package kafka",
        "pkg/scaling/scalers_builder.go": CASES,
        "README.md": "KEDA",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_one_scaler_stays_with_all_that_is_none(source: Path, tmp_path: Path) -> None:
    write_trimmed(source, tmp_path / "target")
    written = {path.relative_to(tmp_path / "target").as_posix() for path in (tmp_path / "target").rglob("*.*")}
    assert written == {
        "go.mod",
        "cmd/operator/main.go",
        "pkg/scalers/kafka_scaler.go",
        "pkg/scalers/scaler.go",
        "pkg/scalers/kafka/kafka_scram_client.go",
        "pkg/scaling/scalers_builder.go",
    }
    builder = (tmp_path / "target/pkg/scaling/scalers_builder.go").read_text()
    assert "NewKafkaScaler" in builder
    assert "no scaler found" in builder
    assert "NewRedisScaler" not in builder
    assert "activemq" not in builder


@pytest.mark.parametrize("other", [CASES.replace("kafka", "kafka2"), CASES.replace("(config)", "(\n\t\t\tconfig)")])
def test_a_source_of_another_form_is_refused(source: Path, tmp_path: Path, other: str) -> None:
    (source / "pkg/scaling/scalers_builder.go").write_text(other)
    with pytest.raises(OtherSourceError):
        write_trimmed(source, tmp_path / "target")
