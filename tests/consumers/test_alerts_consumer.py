from __future__ import annotations

import pytest

from consumers.alerts.consumer import run
from tests.consumers.conftest import Running
from tests.consumers.receiver import SECRET, Receiver, listening
from tests.consumers.samples import Scorer, alert, eventually, settings


def test_alerts_wait_for_a_receiver_that_is_down(
    scorer: Scorer, running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    receiver = Receiver()
    scorer.say(alert("1"), alert("1", status="resolved"))
    running(lambda stop: run(settings(scorer.broker, webhook=receiver.url), stop))
    eventually(lambda: any("no answer from" in record.message for record in caplog.records))
    with listening(receiver):
        eventually(lambda: len(receiver.posts) == 2)
    assert [post["status"] for post in receiver.posts] == ["firing", "resolved"]
    assert len({post["alerts"][0]["fingerprint"] for post in receiver.posts}) == 1
    assert all(SECRET not in record.getMessage() for record in caplog.records)
    assert all(record.exc_info is None for record in caplog.records)
