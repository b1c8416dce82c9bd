"""Which member of the group a worker is, so that one that comes back after a crash is the same member."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable
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


class NameTakenError(Exception):
    """Another worker has come under this one's name; the message says what to set."""


def watch_name(consumer: Any, taken: Callable[[NameTakenError], None]) -> None:
    """Have aiokafka's `consumer` give up, and tell `taken`, when another worker comes under its name.

    Kafka gives the name to who came last and no longer knows the other, which would come back and throw out the last.
    Who was not heard of for a session is not known either; the engine takes that for a rebalance.
    """
    coordinator = consumer._coordinator
    name, session, heartbeat = (
        coordinator._group_instance_id,
        consumer._session_timeout_ms / 1000,
        coordinator._do_heartbeat,
    )
    if name is None:
        return
    heard = time.monotonic()

    async def do_heartbeat() -> bool:
        nonlocal heard
        if await heartbeat():
            heard = time.monotonic()
            return True
        if not coordinator.member_id and time.monotonic() - heard < session:
            error = NameTakenError(
                f"kafka: another worker has come as member {name} of the group, and this one ends. Give each a "
                "kafka.member of its own, or each host its own name and each worker on a host its own worker.port"
            )
            taken(error)
            raise error  # the coordinator does nothing any more: it does not come back to throw the other out
        return False

    coordinator._do_heartbeat = do_heartbeat


def leave_group(app: Any) -> None:
    """Leave the group for good, so that others get this member's partitions now and not after the session timeout.

    aiokafka tells the group nothing when a member that has a name stops: it might come back. Without its name it does.
    """
    consumer = app.consumer._thread._consumer
    if consumer is not None:
        consumer._coordinator._group_instance_id = None
