from __future__ import annotations

import threading
import time
from types import SimpleNamespace
from typing import Any, cast

import pytest

from consumers.alert_log import NotDeliveredError, _as_gathered, read_alerts
from streams.events.topics import SEGMENT_ALERTS
from streams.messages import Alert
from tests.consumers.conftest import Running
from tests.consumers.samples import Scorer, alert, eventually, settings

GROUP = "a-receiver"


def values(batches: list[list[Alert]]) -> list[str]:
    return [alert.value for batch in batches for alert in batch]


def test_alerts_are_recalled_as_they_were_gathered() -> None:
    written = [10, 11_000, 0, 1_500, 3_900, 5_800, 7_500, 9_400, 13_000, 20_000]
    records = [cast("Any", SimpleNamespace(timestamp=at)) for at in written]
    together = [[record.timestamp for record in each] for each in _as_gathered(records)]
    assert together == [[0, 10, 1_500], [3_900, 5_800, 7_500, 9_400, 11_000, 13_000], [20_000]]
    assert _as_gathered([]) == []


def test_what_was_delivered_is_not_handed_over_to_the_next(scorer: Scorer, running: Running) -> None:
    kafka = settings(scorer.broker).kafka
    taken: list[list[Alert]] = []
    stop_first = threading.Event()
    scorer.say(alert("1"))
    thread = running(lambda _: read_alerts(kafka, GROUP, stop_first, taken.append))
    eventually(lambda: values(taken) == ["1"])
    stop_first.set()
    thread.join(15)
    scorer.say(alert("2"))
    running(lambda stop: read_alerts(kafka, GROUP, stop, taken.append))
    eventually(lambda: values(taken) == ["1", "2"])


def test_what_was_not_delivered_is_handed_over_again_and_nothing_is_overtaken(
    scorer: Scorer, running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    tried: list[list[Alert]] = []

    def deliver(alerts: list[Alert]) -> None:
        if alerts:
            tried.append(alerts)
        if alerts and len(tried) < 3:
            raise NotDeliveredError("alerts: the receiver is down")

    scorer.say(alert("1"), alert("1", status="resolved"))
    running(lambda stop: read_alerts(settings(scorer.broker).kafka, GROUP, stop, deliver))
    eventually(lambda: len(tried) == 3)
    for batch in tried:
        assert [a.status for a in batch] == ["firing", "resolved"]
    assert [r.message for r in caplog.records if "down" in r.message] == [
        "alerts: the receiver is down; next try in 1 s",
        "alerts: the receiver is down; next try in 2 s",
    ]


def test_it_is_not_handed_over_before_the_receiver_wants_it(
    scorer: Scorer, running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    tried: list[float] = []

    def deliver(alerts: list[Alert]) -> None:
        if alerts:
            tried.append(time.monotonic())
        if alerts and len(tried) == 1:
            raise NotDeliveredError("alerts: too many", 4.0)

    scorer.say(alert("1"))
    running(lambda stop: read_alerts(settings(scorer.broker).kafka, GROUP, stop, deliver))
    eventually(lambda: len(tried) == 2)
    assert tried[1] - tried[0] >= 4.0
    assert [r.message for r in caplog.records if "too many" in r.message] == ["alerts: too many; next try in 4 s"]


def test_one_that_dies_before_the_commit_leaves_the_alert_to_the_next(scorer: Scorer, running: Running) -> None:
    kafka = settings(scorer.broker).kafka
    taken: list[list[Alert]] = []

    def die(alerts: list[Alert]) -> None:
        if alerts:
            raise RuntimeError("killed between delivery and commit")

    scorer.say(alert("1"))
    with pytest.raises(RuntimeError):
        read_alerts(kafka, GROUP, threading.Event(), die)
    running(lambda stop: read_alerts(kafka, GROUP, stop, taken.append))
    eventually(lambda: values(taken) == ["1"], seconds=40)


def test_what_waits_is_asked_for_though_nothing_comes(scorer: Scorer, running: Running) -> None:
    asked: list[int] = []

    def deliver(alerts: list[Alert]) -> None:
        asked.append(len(alerts))
        if len(asked) == 2:
            raise NotDeliveredError("alerts: the receiver is down")

    running(lambda stop: read_alerts(settings(scorer.broker).kafka, GROUP, stop, deliver))
    eventually(lambda: asked[:3] == [0, 0, 0])


def test_a_malformed_alert_does_not_stop_the_next(
    scorer: Scorer, running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    taken: list[list[Alert]] = []
    scorer.raw(SEGMENT_ALERTS, "tier:1", b"[]")
    scorer.say(alert("1"))
    running(lambda stop: read_alerts(settings(scorer.broker).kafka, GROUP, stop, taken.append))
    eventually(lambda: values(taken) == ["1"])
    assert any("malformed" in record.message for record in caplog.records)
