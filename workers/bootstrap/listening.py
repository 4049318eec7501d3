"""Taking the HTTP address the settings name."""

from __future__ import annotations

import logging
import socket
from typing import Final

from adapters.http.server import ListenError, listen
from workers.bootstrap.errors import HttpAddressError
from workers.config import HttpSettings

LOG: Final = logging.getLogger(__name__)


def listening_socket(http: HttpSettings) -> socket.socket | None:
    """The address, taken; None where HTTP is switched off.

    The default port is nobody's choice, so another one does where it is taken: two fleets on one machine just run.

    Raises:
        HttpAddressError: the port somebody has chosen is taken, or the host is not this machine's.
    """
    if not http.enabled:
        return None
    try:
        return listen(http.host, http.port)
    except ListenError as error:
        if error.is_taken and not http.is_port_chosen:
            LOG.warning("default HTTP port is taken, another one is used", extra={"taken": http.port})
            return listen(http.host, 0)
        setting = "POON_HTTP__PORT" if error.is_taken else "POON_HTTP__HOST or POON_HTTP__PORT"
        raise HttpAddressError(
            f"{error}; set {setting} to another one (0 is any free port), or POON_HTTP__ENABLED=false"
        ) from None
