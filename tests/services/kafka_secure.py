"""Apache Kafka with listeners as companies run them: passwords over TLS, client certificates."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from tests.services.certificates import Authority, Identity
from tests.services.kafka_native import MoreListeners, NativeKafka

USERNAME: Final = "fleet"
PASSWORD: Final = "c0rrect-horse"
KEY_PASSWORD: Final = "staple-b4ttery"

_LOGIN: Final = "org.apache.kafka.common.security"
_MECHANISMS: Final = {
    "PLAIN": f'{_LOGIN}.plain.PlainLoginModule required user_{USERNAME}="{PASSWORD}";',
    "SCRAM-SHA-256": f"{_LOGIN}.scram.ScramLoginModule required;",
    "SCRAM-SHA-512": f"{_LOGIN}.scram.ScramLoginModule required;",
}


class Listener(StrEnum):
    """The listeners for clients, each with one way in."""

    PLAIN = "PLAINTEXT"
    PASSWORD = "SASLPLAIN"
    PASSWORD_OVER_TLS = "SASLTLS"
    CLIENT_CERTIFICATE = "MUTUAL"
    MISNAMED = "MISNAMED"
    """Its certificate is for another host."""


_PROTOCOLS: Final[dict[str, str]] = {
    Listener.PASSWORD: "SASL_PLAINTEXT",
    Listener.PASSWORD_OVER_TLS: "SASL_SSL",
    Listener.CLIENT_CERTIFICATE: "SSL",
    Listener.MISNAMED: "SSL",
}


@dataclass(frozen=True, slots=True)
class SecureKafka:
    """A running cluster and what its clients are given.

    Attributes:
        ca: the authority that signed every listener's certificate.
        client: a certificate the broker accepts; its key is protected by KEY_PASSWORD.
        stranger_ca: an authority that signed nothing here.
        stranger: a certificate of that authority, its key unprotected.
    """

    cluster: NativeKafka
    ca: Path
    client: Identity
    stranger_ca: Path
    stranger: Identity

    def address(self, listener: Listener) -> str:
        return self.cluster.servers_of(listener)


@dataclass(frozen=True, slots=True)
class GuardedKafka:
    """A running cluster with an authorizer: who logs in may do what a rule allows, and nothing else.

    Whoever comes by the plain listener, brokers and test services, may do everything.
    """

    cluster: NativeKafka
    ca: Path
    passwords: Mapping[str, str]

    @property
    def bootstrap_servers(self) -> str:
        """Where users log in."""
        return self.cluster.servers_of(Listener.PASSWORD_OVER_TLS)

    def environment(self, user: str) -> dict[str, str]:
        """Settings of a fleet that logs in as a user."""
        given = {
            "bootstrap_servers": self.bootstrap_servers,
            "security_protocol": "SASL_SSL",
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_username": user,
            "sasl_password": self.passwords[user],
            "ssl_ca_file": str(self.ca),
        }
        return {f"POON_KAFKA__{name.upper()}": value for name, value in given.items()}


@contextmanager
def guarded_kafka(folder: Path, passwords: Mapping[str, str]) -> Iterator[GuardedKafka]:
    """One broker whose users log in with a password over TLS; the certificates are made in the folder."""
    authority = Authority(folder, "ours")
    server = authority.issue("broker", "127.0.0.1", "localhost")
    listener = Listener.PASSWORD_OVER_TLS
    settings = {
        **_tls(listener, server, authority),
        **_sasl(listener),
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS",
    }
    users = tuple(f"SCRAM-SHA-512=[name={name},password={password}]" for name, password in passwords.items())
    with NativeKafka(more=MoreListeners({listener: _PROTOCOLS[listener]}, settings, users)) as cluster:
        yield GuardedKafka(cluster, authority.file, passwords)


@contextmanager
def secure_kafka(folder: Path) -> Iterator[SecureKafka]:
    """One broker with every listener; the certificates are made in the folder."""
    ours, theirs = Authority(folder, "ours"), Authority(folder, "theirs")
    server = ours.issue("broker", "127.0.0.1", "localhost")
    misnamed = ours.issue("misnamed", "kafka.elsewhere.test")
    client = ours.issue("client", password=KEY_PASSWORD)
    with NativeKafka(more=_listeners(ours, server, misnamed)) as cluster:
        yield SecureKafka(cluster, ours.file, client, theirs.file, theirs.issue("stranger"))


def _listeners(authority: Authority, server: Identity, misnamed: Identity) -> MoreListeners:
    settings: dict[str, object] = {}
    for listener, identity in (
        (Listener.PASSWORD_OVER_TLS, server),
        (Listener.CLIENT_CERTIFICATE, server),
        (Listener.MISNAMED, misnamed),
    ):
        settings |= _tls(listener, identity, authority)
    settings[_of(Listener.CLIENT_CERTIFICATE, "ssl.client.auth")] = "required"
    for listener in (Listener.PASSWORD, Listener.PASSWORD_OVER_TLS):
        settings |= _sasl(listener)
    scram = (mechanism for mechanism in _MECHANISMS if mechanism.startswith("SCRAM"))
    users = tuple(f"{mechanism}=[name={USERNAME},password={PASSWORD}]" for mechanism in scram)
    return MoreListeners(_PROTOCOLS, settings, users)


def _tls(listener: Listener, identity: Identity, authority: Authority) -> dict[str, object]:
    stores = {"keystore": identity.store, "truststore": authority.file}
    types = {_of(listener, f"ssl.{name}.type"): "PEM" for name in stores}
    return types | {_of(listener, f"ssl.{name}.location"): file for name, file in stores.items()}


def _sasl(listener: Listener) -> dict[str, object]:
    logins = {_of(listener, f"{name.lower()}.sasl.jaas.config"): login for name, login in _MECHANISMS.items()}
    return {_of(listener, "sasl.enabled.mechanisms"): ",".join(_MECHANISMS), **logins}


def _of(listener: Listener, setting: str) -> str:
    return f"listener.name.{listener.lower()}.{setting}"
