"""How each client library is told to reach the broker."""

import ssl
from pathlib import Path

import pytest
from faststream.kafka.security import parse_security

from adapters.kafka.connection import Credentials, KafkaConnection, TlsFileError, TlsFiles

SECRET = "pl4nted-s3cret"
PLAIN = Credentials("PLAIN", "fleet", SECRET)


@pytest.mark.parametrize(
    ("tls", "credentials", "protocol"),
    [
        (None, None, "PLAINTEXT"),
        (TlsFiles(), None, "SSL"),
        (None, PLAIN, "SASL_PLAINTEXT"),
        (TlsFiles(), PLAIN, "SASL_SSL"),
        (TlsFiles(), Credentials("SCRAM-SHA-256", "fleet", SECRET), "SASL_SSL"),
        (None, Credentials("SCRAM-SHA-512", "fleet", SECRET), "SASL_PLAINTEXT"),
    ],
)
def test_all_client_libraries_are_told_the_same(
    tls: TlsFiles | None, credentials: Credentials | None, protocol: str
) -> None:
    connection = KafkaConnection("kafka:9092", tls=tls, credentials=credentials)

    aiokafka = connection.aiokafka_options()
    faststream = parse_security(connection.faststream_security())
    librdkafka = connection.librdkafka_options()

    assert {aiokafka["security_protocol"], faststream["security_protocol"], librdkafka["security.protocol"]} == {
        protocol
    }
    assert (aiokafka["ssl_context"] is not None) == (faststream["ssl_context"] is not None) == (tls is not None)
    if credentials:
        assert (
            aiokafka["sasl_mechanism"],
            aiokafka["sasl_plain_username"],
            aiokafka["sasl_plain_password"],
        ) == (
            librdkafka["sasl.mechanism"],
            librdkafka["sasl.username"],
            librdkafka["sasl.password"],
        )
        assert faststream["sasl_mechanism"] == credentials.mechanism


def test_the_broker_is_verified() -> None:
    context = TlsFiles().context()

    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def test_the_password_is_not_shown() -> None:
    connection = KafkaConnection("kafka:9092", tls=TlsFiles(key_password=SECRET), credentials=PLAIN)

    assert SECRET not in repr(connection)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TlsFileError, match=r"there is no TLS file .*ca\.pem"):
        TlsFiles(ca=tmp_path / "ca.pem").context()


def test_a_file_of_authorities_that_is_none_is_named(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("no certificate")

    with pytest.raises(TlsFileError, match=r"ca\.pem holds no trusted authorities in PEM form: "):
        TlsFiles(ca=file).context()


def test_a_certificate_that_is_none_is_named(tmp_path: Path) -> None:
    file = tmp_path / "client.pem"
    file.write_text("no certificate")

    with pytest.raises(TlsFileError, match=r"certificate .*client\.pem and key .*client\.pem cannot be used"):
        TlsFiles(certificate=file, key=file).context()


def test_librdkafka_is_given_the_files(tmp_path: Path) -> None:
    files = TlsFiles(tmp_path / "ca", tmp_path / "cert", tmp_path / "key", SECRET)

    options = KafkaConnection("kafka:9092", tls=files).librdkafka_options()

    assert options["ssl.ca.location"] == str(tmp_path / "ca")
    assert options["ssl.certificate.location"] == str(tmp_path / "cert")
    assert options["ssl.key.location"] == str(tmp_path / "key")
    assert options["ssl.key.password"] == SECRET
