"""What Kafka's answers to a member say of its name, whatever it was that it had asked."""

from __future__ import annotations

import asyncio
import time
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import IllegalGenerationError, UnknownMemberIdError
from aiokafka.protocol.commit import OffsetCommitRequest
from aiokafka.protocol.group import HeartbeatRequest

from streams.engine.membership import NameTakenError, watch_name

HEARTBEAT = HeartbeatRequest("group", 1, "member")
COMMIT = OffsetCommitRequest("group", 1, "member", -1, [("clicks", [(0, 5, ""), (1, 5, "")])])


class Coordinator:
    """What `watch_name` knows of aiokafka's, answered by a Kafka that says `code` of the last partition."""

    def __init__(self, name: str | None = "name", member_id: str = "member") -> None:
        self._group_instance_id = name
        self.member_id = member_id
        self.code = 0
        self.taken: list[NameTakenError] = []

    async def _send_req(self, request: Any) -> Any:
        if request is HEARTBEAT:
            return SimpleNamespace(error_code=self.code)
        return SimpleNamespace(topics=[("clicks", [(0, 0), (1, self.code)])])

    def watched(self, session: float = 10.0) -> Coordinator:
        watch_name(SimpleNamespace(_coordinator=self, _session_timeout_ms=session * 1000), self.taken.append)
        return self

    def ask(self, request: Any, code: int) -> None:
        self.code = code
        asyncio.run(self._send_req(request))


@pytest.mark.parametrize("request_of_member", [HEARTBEAT, COMMIT])
def test_a_member_that_is_unknown_while_its_session_lasts_has_lost_its_name(request_of_member: Any) -> None:
    coordinator = Coordinator().watched()
    coordinator.ask(request_of_member, 0)
    with pytest.raises(NameTakenError, match="another worker has come as member name of the group"):
        coordinator.ask(request_of_member, UnknownMemberIdError.errno)
    assert len(coordinator.taken) == 1
    with pytest.raises(NameTakenError):  # however often it asks: it does not become a new member
        coordinator.ask(request_of_member, UnknownMemberIdError.errno)


def test_a_group_that_has_moved_on_has_not_given_the_name_away() -> None:
    coordinator = Coordinator().watched()
    coordinator.ask(HEARTBEAT, IllegalGenerationError.errno)
    assert not coordinator.taken


def test_who_has_not_been_heard_of_for_a_session_was_dropped_for_that() -> None:
    coordinator = Coordinator().watched(session=0.05)
    time.sleep(0.1)
    coordinator.ask(HEARTBEAT, UnknownMemberIdError.errno)
    assert not coordinator.taken


@pytest.mark.parametrize("coordinator", [Coordinator(name=None), Coordinator(member_id="")])
def test_without_a_name_or_not_yet_a_member_there_is_nothing_to_lose(coordinator: Coordinator) -> None:
    coordinator.watched().ask(HEARTBEAT, UnknownMemberIdError.errno)
    assert not coordinator.taken
