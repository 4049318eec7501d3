"""How to reach a broker, told to each client library in its own words."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

_SCRAM: Final = {"SCRAM-SHA-256": SASLScram256, "SCRAM-SHA-512": SASLScram512, "PLAIN": SASLPlaintext}


class TlsFileError(Exception):
    """A certificate or key file cannot be used; names the file and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """User name and password; the password is never shown."""

    mechanism: str
    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """PEM files of an encrypted connection; without `ca` the system's authorities are trusted."""

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    key_password: str | None = field(default=None, repr=False)

    def context(self) -> ssl.SSLContext:
        """A client context that verifies the broker.

        Raises:
            TlsFileError: a file is missing or no PEM file of the right kind.
        """
        for name, file in (("CA", self.ca), ("CERT", self.certificate), ("KEY", self.key)):
            if file is not None and not file.is_file():
                raise TlsFileError(f"there is no TLS file {file}; correct POON_KAFKA__SSL_{name}_FILE")
        context = self._trusting()
        if self.certificate is not None:
            self._identify(context, self.certificate)
        return context

    def _trusting(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self.ca)
        except (ssl.SSLError, OSError) as error:
            raise TlsFileError(f"{self.ca} holds no trusted authorities in PEM form: {_why(error)}") from None

    def _identify(self, context: ssl.SSLContext, certificate: Path) -> None:
        # An empty password rather than none: OpenSSL would otherwise ask for one on the terminal.
        password = self.key_password or ""
        try:
            context.load_cert_chain(certificate, self.key, password)
        except (ssl.SSLError, OSError) as error:
            raise TlsFileError(
                f"certificate {certificate} and key {self.key} cannot be used together: {_why(error)}"
            ) from None


@dataclass(frozen=True, slots=True)
class KafkaConnection:
    """A broker's address and how to speak to it.

    Attributes:
        tls: given for an encrypted connection.
        credentials: given for an authenticated one.
        request_timeout_seconds: the longest wait for one answer.
    """

    bootstrap_servers: str
    client_id: str = "poon"
    tls: TlsFiles | None = None
    credentials: Credentials | None = None
    request_timeout_seconds: float = 30.0

    @property
    def security_protocol(self) -> str:
        transport = "PLAINTEXT" if self.tls is None else "SSL"
        return transport if self.credentials is None else f"SASL_{transport}"

    def aiokafka_options(self) -> dict[str, Any]:
        """Keyword arguments of any aiokafka client.

        Raises:
            TlsFileError: see `TlsFiles.context`.
        """
        options: dict[str, Any] = {
            "bootstrap_servers": self.bootstrap_servers,
            "client_id": self.client_id,
            "request_timeout_ms": int(self.request_timeout_seconds * 1000),
            "security_protocol": self.security_protocol,
            "ssl_context": self.tls.context() if self.tls else None,
        }
        if self.credentials is not None:
            options |= {
                "sasl_mechanism": self.credentials.mechanism,
                "sasl_plain_username": self.credentials.username,
                "sasl_plain_password": self.credentials.password,
            }
        return options

    def faststream_security(self) -> BaseSecurity:
        """The security object of FastStream's broker.

        Raises:
            TlsFileError: see `TlsFiles.context`.
        """
        context = self.tls.context() if self.tls else None
        if self.credentials is None:
            return BaseSecurity(ssl_context=context, use_ssl=self.tls is not None)
        return _SCRAM[self.credentials.mechanism](
            username=self.credentials.username,
            password=self.credentials.password,
            ssl_context=context,
            use_ssl=self.tls is not None,
        )

    def librdkafka_options(self) -> dict[str, Any]:
        """Configuration of any librdkafka client."""
        options: dict[str, Any] = {
            "bootstrap.servers": self.bootstrap_servers,
            "client.id": self.client_id,
            "security.protocol": self.security_protocol,
            "socket.timeout.ms": int(self.request_timeout_seconds * 1000),
        }
        if self.credentials is not None:
            options |= {
                "sasl.mechanism": self.credentials.mechanism,
                "sasl.username": self.credentials.username,
                "sasl.password": self.credentials.password,
            }
        return options | self._librdkafka_tls()

    def _librdkafka_tls(self) -> dict[str, Any]:
        if self.tls is None:
            return {}
        files = {
            "ssl.ca.location": self.tls.ca,
            "ssl.certificate.location": self.tls.certificate,
            "ssl.key.location": self.tls.key,
            "ssl.key.password": self.tls.key_password,
        }
        return {name: str(value) for name, value in files.items() if value is not None}


def _why(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__
