from __future__ import annotations

import threading
import time
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from consumers.alert_log import GATHER_S, NotDeliveredError, _as_gathered, read_alerts
from streams.events.topics import SEGMENT_ALERTS
from streams.messages import Alert
from tests.consumers.conftest import Running
from tests.consumers.samples import T0, Scorer, alert, eventually, settings

GROUP = "a-receiver"


def values(batches: list[list[Alert]]) -> list[str]:
    return [alert.value for batch in batches for alert in batch]


def written(at: int, late: int) -> Any:
    """A record of an alert, written `at` (ms) from the start, so long (ms) after its tick."""
    return SimpleNamespace(timestamp=T0 + at, value=msgspec.json.encode(alert("1", at=T0 + at - late)))


def together(late: int, times: list[int]) -> list[list[int]]:
    gathered = _as_gathered([written(at, late) for at in times])
    return [[record.timestamp - T0 for record in each] for each in gathered]


def test_alerts_are_recalled_as_they_were_gathered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consumers.alert_log.GATHER_LATE_S", 8.0)
    times = [10, 11_000, 0, 1_500, 3_900, 5_800, 7_500, 9_400, 13_000, 20_000]
    fresh = [[0, 10, 1_500], [3_900, 5_800, 7_500, 9_400, 11_000, 13_000], [20_000]]
    assert together(70_000, times) == fresh
    assert together(600_000, [*times, 29_000]) == [sorted(times), [29_000]], "while scorers catch up"
    assert together(600_000, list(range(0, 90_000, 5_000)))[0][-1] == 40_000
    malformed = SimpleNamespace(timestamp=T0 + 5_000, value=b"{", topic="segment_alerts", partition=0, offset=1)
    assert len(_as_gathered([written(0, 0), cast("Any", malformed)])) == 2
    assert _as_gathered([]) == []


def test_what_comes_apart_while_scorers_catch_up_is_handed_on_together(
    scorer: Scorer, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consumers.alert_log.GATHER_LATE_S", 4 * GATHER_S)
    taken: list[list[Alert]] = []
    running(lambda stop: read_alerts(settings(scorer.broker).kafka, GROUP, stop, taken.append))
    scorer.say(alert("0"))
    eventually(lambda: values(taken) == ["0"])
    scorer.say(alert("1"))
    time.sleep(1.5 * GATHER_S)
    scorer.say(alert("2"))
    eventually(lambda: len(values(taken)) == 3)
    assert ["1", "2"] in [sorted(values([batch])) for batch in taken]


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
