from __future__ import annotations

import threading
import time
from contextlib import closing

import pytest
from kafka import KafkaConsumer

from consumers.alerts.consumer import run
from consumers.errors import CannotStartError
from consumers.mark_log import write_marks
from consumers.state import read_state
from streams.tools.local.servers import free_port, listens
from tests.consumers.conftest import Running
from tests.consumers.receiver import ROUTING_KEY, SECRET, Receiver, listening
from tests.consumers.samples import T0, Scorer, acknowledged, alert, eventually, muted, settings


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


def test_one_that_is_down_holds_nobody_up_and_nobody_is_told_twice(scorer: Scorer, running: Running) -> None:
    up, down = Receiver(), Receiver()
    chosen = settings(scorer.broker, slack_webhook=up.url, pagerduty_key=ROUTING_KEY, pagerduty_url=down.url)
    up.answers = [429]
    with listening(up):
        running(lambda stop: run(chosen, stop))
        scorer.say(alert("1"))
        eventually(lambda: len(up.posts) == 1)
        scorer.say(alert("1", status="resolved", at=T0 + 10_000), alert("2", at=T0 + 10_000))
        eventually(lambda: len(up.posts) == 3)
        with listening(down):
            eventually(lambda: len(down.posts) == 3, seconds=40)
    assert len(up.posts) == 3
    assert [(post["event_action"], post["dedup_key"]) for post in down.posts] == [
        ("trigger", "print-1"),
        ("trigger", "print-2"),
        ("resolve", "print-1"),
    ]


def test_a_second_one_on_the_same_machine_says_so_and_ends(running: Running, stop: threading.Event) -> None:
    chosen = settings(port=free_port(), webhook="http://127.0.0.1:9/")
    running(lambda stop: run(chosen, stop))
    eventually(lambda: listens(chosen.alerts.port))
    with pytest.raises(CannotStartError, match=r"^alerts: cannot listen on 127\.0\.0\.1:\d+ .*in use$"):
        run(chosen, stop)


def test_one_that_died_before_it_could_say_so_repeats_itself_under_the_same_key(
    scorer: Scorer, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver = Receiver()
    chosen = settings(scorer.broker, pagerduty_key=ROUTING_KEY, pagerduty_url=receiver.url)
    scorer.say(alert("1"))
    with listening(receiver):
        with monkeypatch.context() as patched:
            patched.setattr(KafkaConsumer, "commit", killed)
            with pytest.raises(KilledError):
                run(chosen, threading.Event())
        assert len(receiver.posts) == 1
        running(lambda stop: run(chosen, stop))
        eventually(lambda: len(receiver.posts) == 2, seconds=40)
    assert receiver.posts[0] == receiver.posts[1]


class KilledError(Exception):
    pass


def killed(*_: object, **__: object) -> None:
    raise KilledError("between delivery and commit")


def test_after_a_restart_it_knows_which_pages_are_open(scorer: Scorer, running: Running) -> None:
    receiver = Receiver()
    chosen = settings(scorer.broker, webhook=receiver.url)
    first = threading.Event()
    with listening(receiver):
        scorer.say(alert("1"))
        thread = running(lambda _: run(chosen, first))
        eventually(lambda: len(receiver.posts) == 1)
        first.set()
        thread.join(15)
        scorer.say(alert("1", kpi="engagement", fingerprint="another", at=T0 + 10_000))
        scorer.say(*(alert("1", status="resolved", at=T0 + 20_000, fingerprint=f) for f in ("print-1", "another")))
        running(lambda stop: run(chosen, stop))
        eventually(lambda: len(receiver.posts) == 2)
    assert [(post["status"], post["alerts"][0]["fingerprint"]) for post in receiver.posts] == [
        ("firing", "print-1"),
        ("resolved", "print-1"),
    ]


def test_what_is_muted_waits_for_the_end_of_the_mute_through_a_restart(scorer: Scorer, running: Running) -> None:
    receiver = Receiver()
    chosen = settings(scorer.broker, webhook=receiver.url)
    first = threading.Event()
    until = time.time_ns() // 1_000_000 + 3_600_000
    scorer.mark(muted("tier:1", until))
    scorer.say(alert("1"), alert("2"))
    with listening(receiver):
        thread = running(lambda _: run(chosen, first))
        eventually(lambda: len(receiver.posts) == 1)
        eventually(lambda: noted(scorer, "held:") == ["held:webhook:print-1"])
        first.set()
        thread.join(15)
        running(lambda stop: run(chosen, stop))
        write_marks(chosen.kafka, {"muted::tier:1": None})
        eventually(lambda: len(receiver.posts) == 2)
        eventually(lambda: noted(scorer, "held:") == [])
        scorer.say(*(alert(value, status="resolved", at=T0 + 10_000) for value in "12"))
        eventually(lambda: len(receiver.posts) == 4)
    told = [(post["status"], post["alerts"][0]["fingerprint"]) for post in receiver.posts]
    assert told[:2] == [("firing", "print-2"), ("firing", "print-1")]
    assert sorted(told[2:]) == [("resolved", "print-1"), ("resolved", "print-2")]


def test_who_looks_after_it_is_told_once_through_a_restart(scorer: Scorer, running: Running) -> None:
    incidents, channel = Receiver(), Receiver()
    chosen = settings(
        scorer.broker, slack_webhook=channel.url, pagerduty_key=ROUTING_KEY, pagerduty_url=incidents.url
    )  # fmt: skip
    first = threading.Event()
    scorer.say(alert("1"))
    with listening(channel):
        thread = running(lambda _: run(chosen, first))
        with listening(incidents):
            eventually(lambda: len(incidents.posts) == 1)
        eventually(lambda: len(channel.posts) == 1)
        scorer.mark(acknowledged("1"))
        eventually(lambda: len(channel.posts) == 2)
        eventually(lambda: noted(scorer, "relayed:") == ["relayed:slack:print-1"])
        first.set()
        thread.join(15)
        running(lambda stop: run(chosen, stop))
        with listening(incidents):  # which was down meanwhile
            eventually(lambda: len(incidents.posts) == 2)
            write_marks(chosen.kafka, {"acknowledged:print-1": None})
            eventually(lambda: len(channel.posts) == 3)
            scorer.say(alert("1", status="resolved", at=T0 + 10_000))
            eventually(lambda: len(incidents.posts) == 3)
        eventually(lambda: noted(scorer, "relayed:") == [])
    assert [post["event_action"] for post in incidents.posts] == ["trigger", "acknowledge", "resolve"]
    assert {post["dedup_key"] for post in incidents.posts} == {"print-1"}
    words = [post["text"].split(":")[0] for post in channel.posts[1:3]]
    assert words == ["👤 Ada looks after it", "👤 Nobody looks after it any more"]


def noted(scorer: Scorer, kind: str) -> list[str]:
    """Keys of what Kafka says of receivers."""
    with closing(read_state(settings(scorer.broker).kafka, threading.Event(), marks=True)) as updates:
        marks = next(updates).marks
    return [key for key, mark in marks.items() if key.startswith(kind) and mark is not None]
