"""A server that is slow or going away has refused nothing; one that goes on and does not speak TLS has."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable

import pytest

from streams.security import tls
from streams.security.tls import RefusedError, handshake, speaks_tls, why_no_tls
from streams.settings import Kafka
from streams.tools.local.servers import LOOPBACK

TLS = Kafka(security="tls")


def connected(serve: Callable[[socket.socket], object]) -> socket.socket:
    """To a server that does `serve` with its listening socket, in a thread."""
    server = socket.create_server((LOOPBACK, 0))
    threading.Thread(target=serve, args=(server,), daemon=True).start()
    return socket.create_connection(server.getsockname(), timeout=0.5)


def hangs_up(server: socket.socket) -> None:
    while True:
        server.accept()[0].close()


def goes_away(server: socket.socket) -> None:
    connection, _ = server.accept()
    server.close()
    connection.close()


def test_one_that_hangs_up_and_goes_on_does_not_speak_tls() -> None:
    with pytest.raises(RefusedError, match=r"^does not speak TLS on this port: kafka\.security must be "):
        handshake(connected(hangs_up), TLS, LOOPBACK)


def test_one_that_goes_away_has_refused_nothing() -> None:
    with pytest.raises(ConnectionRefusedError):
        handshake(connected(goes_away), TLS, LOOPBACK)


def test_one_that_is_slow_has_refused_nothing() -> None:
    with pytest.raises(TimeoutError):
        handshake(connected(lambda _: threading.Event().wait()), TLS, LOOPBACK)


def test_a_certificate_that_has_expired_is_not_one_of_another_authority() -> None:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.verify_message = 10, "certificate has expired"
    assert why_no_tls(error, TLS).startswith("has a certificate that is not valid now (certificate has expired): renew")


def test_silence_is_not_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tls, "WITHIN_S", 0.3)
    with socket.create_server((LOOPBACK, 0)) as server:
        assert not speaks_tls(*server.getsockname())
