"""Which member of the group a worker is, so that one that comes back after a crash is the same member."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable
from typing import Any

from aiokafka.errors import UnknownMemberIdError
from aiokafka.protocol.commit import OffsetCommitRequest
from aiokafka.protocol.group import HeartbeatRequest, JoinGroupRequest, SyncGroupRequest

from streams.settings import Settings

_UNKNOWN = UnknownMemberIdError.errno
_OF_A_MEMBER = (JoinGroupRequest, SyncGroupRequest, HeartbeatRequest)
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

    Kafka gives the name to who came last and no longer knows the other. aiokafka would come back, in whatever it asked
    next, and throw out the last, who would do the same. Who was not heard of for a session is not known either; the
    engine takes that for a rebalance.
    """
    coordinator = consumer._coordinator
    name, session, send = coordinator._group_instance_id, consumer._session_timeout_ms / 1000, coordinator._send_req
    if name is None:
        return
    known = time.monotonic()  # when it last asked what Kafka answered it as a member

    async def send_as_member(request: Any) -> Any:
        nonlocal known
        asked, member = time.monotonic(), coordinator.member_id
        response = await send(request)
        codes = _codes(request, response)
        if member and _UNKNOWN in codes and asked - known < session:
            error = NameTakenError(
                f"kafka: another worker has come as member {name} of the group, and this one ends. Give each a "
                "kafka.member of its own, or each host its own name and each worker on a host its own worker.port"
            )
            taken(error)
            raise error  # the coordinator does nothing any more: it does not come back to throw the other out
        if codes == {0}:
            known = asked
        return response

    coordinator._send_req = send_as_member


def _codes(request: Any, response: Any) -> set[int]:
    """The error codes of the answer to what only a member may ask; of all partitions where that is a commit."""
    if isinstance(request, OffsetCommitRequest):
        return {code for _, partitions in response.topics for _, code in partitions}
    return {response.error_code} if isinstance(request, _OF_A_MEMBER) else set()


async def ask_group(consumer: Any) -> None:
    """Ask whether aiokafka's `consumer` is a member still. Raises NameTakenError, as `watch_name` has it."""
    if consumer._coordinator.member_id:
        await consumer._coordinator._do_heartbeat()


def leave_group(app: Any) -> None:
    """Leave the group for good, so that others get this member's partitions now and not after the session timeout.

    aiokafka tells the group nothing when a member that has a name stops: it might come back. Without its name it does.
    """
    consumer = app.consumer._thread._consumer
    if consumer is not None:
        consumer._coordinator._group_instance_id = None
