"""Why a broker cannot be used: the client libraries log the cause, or try on without telling."""

from __future__ import annotations

import asyncio
import os
import ssl
from typing import Any, Final

from aiokafka.conn import AIOKafkaConnection, collect_hosts
from aiokafka.errors import KafkaError, SaslAuthenticationFailed, UnsupportedSaslMechanismError
from aiokafka.protocol.metadata import MetadataRequest

from adapters.kafka.connection import KafkaConnection
from workers.ports.errors import UnavailableError

_LONGEST_ATTEMPT: Final = 5.0
_ADDRESS: Final = "that it runs and POON_KAFKA__BOOTSTRAP_SERVERS"
_LOGIN: Final = "POON_KAFKA__SASL_USERNAME, POON_KAFKA__SASL_PASSWORD and POON_KAFKA__SASL_MECHANISM"
_AUTHORITY: Final = "POON_KAFKA__SSL_CA_FILE and the host names in POON_KAFKA__BOOTSTRAP_SERVERS"
_CERTIFICATE: Final = "POON_KAFKA__SSL_CERT_FILE and POON_KAFKA__SSL_KEY_FILE"
_EVERYTHING: Final = f"{_ADDRESS}, POON_KAFKA__SECURITY_PROTOCOL and the other security settings"


def unreachable(connection: KafkaConnection, cause: str, check: str = _EVERYTHING) -> UnavailableError:
    """The error every client of the broker raises when it cannot be used."""
    return UnavailableError(
        f"Kafka at {connection.bootstrap_servers} ({connection.security_protocol}) cannot be used: {cause};"
        f" check {check}"
    )


async def find_obstacle(connection: KafkaConnection) -> UnavailableError | None:
    """Connect once and tell what stood in the way; None if some broker answered.

    Raises:
        TlsFileError: see `TlsFiles.context`.
    """
    options = connection.aiokafka_options()
    found: UnavailableError | None = None
    for host, port, _ in collect_hosts(options.pop("bootstrap_servers"), randomize=False):
        try:
            async with asyncio.timeout(min(_LONGEST_ATTEMPT, connection.request_timeout_seconds)):
                await _ask(host, port, options)
        except (OSError, KafkaError) as error:  # a TimeoutError is an OSError
            found = found or unreachable(connection, *_told(error))
        else:
            return None
    return found


async def _ask(host: str, port: int, options: dict[str, Any]) -> None:
    broker = AIOKafkaConnection(host, port, **options)
    refused: KafkaError | None = None
    try:
        await broker.connect()
        # A broker that wants a password lets strangers ask for its versions, and hangs up at the next question.
        await broker.send(MetadataRequest([]))
    except KafkaError as error:
        refused = error
    finally:
        closed = broker.close()
    # Also after a refusal, for which aiokafka itself does not wait: the event loop may end with the command.
    await closed
    if refused is not None:
        raise refused


def _told(error: OSError | KafkaError) -> tuple[str, str]:
    """The cause, and what to check."""
    cause, check = "it closed the connection without an answer", _EVERYTHING
    match error:
        case SaslAuthenticationFailed():
            cause, check = f"the login was refused ({', '.join(map(str, error.args))})", _LOGIN
        case UnsupportedSaslMechanismError():
            cause, check = "it does not offer this SASL mechanism", "POON_KAFKA__SASL_MECHANISM"
        case ssl.SSLCertVerificationError():
            cause, check = f"its certificate cannot be trusted ({error.verify_message})", _AUTHORITY
        case ssl.SSLError():
            cause = f"no TLS connection came about ({error.reason})"
        case KafkaError(__cause__=ssl.SSLError() as alert):
            cause, check = f"it refused our client certificate, or missed one ({alert.reason})", _CERTIFICATE
        case TimeoutError():
            cause = "it does not answer"
        case OSError() if not isinstance(error, ConnectionResetError):
            cause, check = _system_message(error), _ADDRESS
        case _:
            pass
    return cause, check


def _system_message(error: OSError) -> str:
    # asyncio words it in its own way, and a failed look-up of a name has a negative number.
    return os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror or str(error)
