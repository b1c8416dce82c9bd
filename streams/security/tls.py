"""TLS to a server, and why there is none: what its handshake says, in the words of our settings."""

from __future__ import annotations

import socket
import ssl
import time
from pathlib import Path

from streams.settings import Kafka, Redis, SettingsError

WITHIN_S = 3.0  # for a server to answer
_GOING_AWAY = 0.5  # seconds after which a server that was stopping takes no connection any more

# Of OpenSSL's X509_V_ERR_…
_TIMES = (9, 10)  # CERT_NOT_YET_VALID, CERT_HAS_EXPIRED
_ANOTHER_HOST = (62, 64)  # HOSTNAME_MISMATCH, IP_ADDRESS_MISMATCH


class RefusedError(Exception):
    """A server is there and does not let us in as the settings have it; the message says what to set."""


def tls_context(section: Kafka | Redis) -> ssl.SSLContext:
    """Whom we trust and who we are, by the section's ca, cert and key. Raises SettingsError where a file is no good."""
    name = _name(section)
    for key in ("ca", "cert", "key"):
        _check_readable(f"{name}.{key}", getattr(section, key))
    try:
        context = ssl.create_default_context(cafile=section.ca or None)
    except ssl.SSLError as error:
        raise SettingsError(f"{name}.ca: {section.ca}: holds no certificate in PEM format: {_reason(error)}") from None
    if section.cert:
        try:
            # With a password of ours OpenSSL does not ask the terminal for that of an encrypted key.
            context.load_cert_chain(section.cert, section.key or None, password="")
        except (ssl.SSLError, ValueError) as error:
            text = "must be a certificate and its key, not encrypted, in PEM format"
            raise SettingsError(f"{name}.cert, {name}.key: {text}: {_reason(error)}") from None
    return context


def handshake(connection: socket.socket, section: Kafka | Redis, host: str) -> ssl.SSLSocket:
    """TLS over `connection`. Raises RefusedError, SettingsError, OSError where the server is slow, or going away."""
    address = connection.getpeername()[:2]
    try:
        return tls_context(section).wrap_socket(connection, server_hostname=host)
    except TimeoutError:
        raise
    except OSError as error:
        if isinstance(error, (ssl.SSLEOFError, ConnectionError)):
            time.sleep(_GOING_AWAY)
            socket.create_connection(address, timeout=WITHIN_S).close()
        raise RefusedError(why_no_tls(error, section)) from None


def why_no_tls(error: OSError, section: Kafka | Redis) -> str:
    """What an error during or after the handshake says, after "the server …"."""
    name = _name(section)
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code in _ANOTHER_HOST:
            return f"has a certificate for another host ({error.verify_message}): name it as its certificate does"
        if error.verify_code in _TIMES:
            return f"has a certificate that is not valid now ({error.verify_message}): renew it, or set this clock"
        right = (
            f"{name}.ca: is {section.ca} of its authority?" if section.ca else f"set {name}.ca to its authority's file"
        )
        return f"has a certificate that is not trusted ({error.verify_message}): {right}"
    if is_alert(error):
        return f"refuses our certificate, or that we have none ({_reason(error)}): set {name}.cert and {name}.key"
    return f"does not speak TLS on this port: {_SAY_PLAIN[name]}, or name its port for TLS"


def is_alert(error: Exception) -> bool:
    """Whether the server has broken TLS off with a word why. Of a certificate it may do so after the handshake."""
    return isinstance(error, ssl.SSLError) and "ALERT" in _reason(error)


def speaks_tls(host: str, port: int) -> bool:
    """Whether a TLS handshake with the server there gets anywhere, whoever it is."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with socket.create_connection((host, port), timeout=WITHIN_S) as connection:
            context.wrap_socket(connection, server_hostname=host).close()
    except ssl.SSLError as error:
        return is_alert(error)
    except OSError:
        return False
    return True


_SAY_PLAIN = {
    "kafka": 'kafka.security must be "plaintext" or "sasl_plaintext"',
    "redis": "redis.url must begin with redis://",
}


def _name(section: Kafka | Redis) -> str:
    return type(section).__name__.lower()


def _check_readable(key: str, file: str) -> None:
    if file:
        try:
            Path(file).read_bytes()
        except OSError as error:
            raise SettingsError(f"{key}: {file}: cannot be read: {error.strerror}") from None


def _reason(error: Exception) -> str:
    return getattr(error, "reason", None) or str(error)
