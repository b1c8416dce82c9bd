"""TLS and login in Faust's own terms; it hands them on to aiokafka."""

from __future__ import annotations

import faust
from faust.auth import Credentials

from streams.security.kafka import client_options
from streams.settings import Kafka


def credentials(kafka: Kafka) -> Credentials | None:
    """None: plaintext, and nobody asks who we are. Raises SettingsError."""
    options = client_options(kafka)
    tls = options.get("ssl_context")
    if "sasl_mechanism" in options:
        return faust.SASLCredentials(
            username=options["sasl_plain_username"],
            password=options["sasl_plain_password"],
            mechanism=options["sasl_mechanism"],
            ssl_context=tls,
        )
    return faust.SSLCredentials(tls) if tls else None
