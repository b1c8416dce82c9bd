"""Which member of the group a worker is, so that one that comes back after a crash is the same member."""

from __future__ import annotations

import re
import socket
from typing import Any

from streams.settings import Settings

_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9._-]")  # what Kafka does not take


def member_of(settings: Settings) -> str | None:
    """The member's name: kafka.member, or of the host and the port that the worker listens on; None where it has none.

    A member that comes back under its name gets its partitions at once; a nameless one is a new member, and what it
    had waits for the session timeout of the old one.
    """
    if settings.kafka.member != "auto":
        return settings.kafka.member or None
    if not settings.worker.port:
        return None  # any port that is free: nothing that stays the same
    return _NOT_IN_A_NAME.sub("-", f"{socket.gethostname()}-{settings.worker.port}")


def leave_group(app: Any) -> None:
    """Leave the group for good, so that others get this member's partitions now and not after the session timeout.

    aiokafka tells the group nothing when a member that has a name stops: it might come back. Without its name it does.
    """
    consumer = app.consumer._thread._consumer
    if consumer is not None:
        consumer._coordinator._group_instance_id = None
