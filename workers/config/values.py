"""The kinds of values settings are made of, and how a rule refuses one by name."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from pydantic import SecretStr
from pydantic_core import PydanticCustomError

from contracts.registry import AREAS

PROJECTIONS: Final = "projections"
"""The area that takes no commands: it keeps the read models from the outcomes of the others."""
WORKER_AREAS: Final = (*AREAS, PROJECTIONS)
"""What a process can work for."""

MASK: Final = "********"
REFUSED: Final = "setting_refused"

_SECRET_PARAMETER: Final = re.compile(r"(?i)\b([a-z0-9_.-]*(?:password|passwd|secret|token|key)[a-z0-9_.-]*)=([^&\s]*)")
_HOST_AND_PORT: Final = re.compile(r"^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}$")

_HEADER_NAME: Final = re.compile(r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")


class SecretUrl(SecretStr):
    """A URL that may hold a password: shown with the password masked, read with `get_secret_value`."""

    def _display(self) -> str:
        return mask_url(self.get_secret_value())


def mask_url(url: str) -> str:
    """The URL without its secrets.

    A URL that cannot be taken apart is masked whole: better to show nothing than a password.
    """
    try:
        parts = urlsplit(url)
        password = parts.password
    except ValueError:
        return MASK
    if "@" in url and "@" not in parts.netloc:
        return MASK
    location = parts.netloc
    if password is not None:
        user_info, _, host = location.rpartition("@")
        location = f"{user_info.partition(':')[0]}:{MASK}@{host}"
    query = _SECRET_PARAMETER.sub(rf"\1={MASK}", parts.query)
    if (location, query) == (parts.netloc, parts.query):
        return url
    return urlunsplit(parts._replace(netloc=location, query=query))


def refused(reason: str, cure: str, field: str = "") -> PydanticCustomError:
    """An error a validator raises.

    Args:
        reason: what is wrong, without the value itself where that may be secret.
        cure: what to write instead.
        field: the setting within the group, when a rule over several settings blames one of them.
    """
    return PydanticCustomError(REFUSED, "{reason}", {"reason": reason, "cure": cure, "field": field})


def url_with_scheme(url: SecretUrl, cure: str, *schemes: str) -> SecretUrl:
    """Refuse a URL of another scheme."""
    scheme, separator, _ = url.get_secret_value().partition("://")
    if not separator or scheme not in schemes:
        raise refused(f"must start with {' or '.join(f'{name}://' for name in schemes)}", cure)
    return url


def host_list(value: str) -> str:
    """Refuse anything but a comma-separated list of host:port."""
    for part in value.split(","):
        if not _HOST_AND_PORT.match(part.strip()):
            raise refused(
                f"{part.strip()!r} is no host:port",
                "write `embedded`, or host:port pairs with commas, for instance kafka-1:9092,kafka-2:9092",
            )
    return ",".join(part.strip() for part in value.split(","))


def plain_http_url(example: str, secrets_go: str) -> Callable[[str], str]:
    """What refuses anything but a plain http or https URL.

    Args:
        example: a URL that would do.
        secrets_go: where to write what others put into a URL.
    """

    def checked(url: str) -> str:
        wrong = refused("is no http:// or https:// URL with a host", f"write for instance {example}")
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise wrong from None
        if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
            raise wrong
        if parts.username is not None or parts.query or parts.fragment:
            raise refused("must hold no user name, query or fragment", secrets_go)
        return url

    return checked


def header_list(value: SecretStr) -> SecretStr:
    """Refuse anything but a comma-separated list of name=value; shows no value."""
    headers_of(value)
    return value


def headers_of(value: SecretStr) -> dict[str, str]:
    """The headers of a list; names in lower case."""
    headers: dict[str, str] = {}
    for number, part in enumerate(value.get_secret_value().split(","), start=1):
        name, separator, text = part.partition("=")
        if not separator or not _HEADER_NAME.match(name.strip()) or not text.strip().isprintable():
            raise refused(f"entry {number} is no name=value", "write name=value pairs with commas")
        headers[name.strip().lower()] = text.strip()
    return headers


def comma_list(value: object) -> object:
    """A list may be written with commas, as the environment has no lists."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value
