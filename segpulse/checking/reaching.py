"""Whether somebody listens at an address, and whether we could."""

from __future__ import annotations

import os
import socket

WITHIN_S = 3.0


def why_not_reached(host: str, port: int) -> str:
    """Empty where a TCP connection can be made, else why not."""
    try:
        socket.create_connection((host, port), timeout=WITHIN_S).close()
    except (OSError, OverflowError, UnicodeError) as error:  # no such port; a name that can be none
        return getattr(error, "strerror", None) or str(error)
    return ""


def why_not_free(host: str, port: int) -> str:
    """Empty where a server could listen there, else why not."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do
        try:
            probe.bind((host, port))
        except OSError as error:
            return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
    return ""
