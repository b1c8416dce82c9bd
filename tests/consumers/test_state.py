from __future__ import annotations

import logging
import threading
from collections import deque
from contextlib import closing

import pytest
from kafka import KafkaConsumer

from consumers.state import Update, read_state
from streams.events.topics import SEGMENT_ALERTS, SEGMENT_SCORES
from streams.tools.local.servers import Server, free_port
from tests.consumers.conftest import Running, paused
from tests.consumers.samples import T0, Scorer, alert, cell, eventually, scores, settings


def first(scorer: Scorer, stop: threading.Event) -> Update:
    with closing(read_state(settings(scorer.broker).kafka, stop, alerts=True)) as updates:
        return next(updates)


def test_the_first_update_is_all_that_stands(scorer: Scorer, stop: threading.Event) -> None:
    scorer.say(scores("1", T0), scores("2", T0), scores("gone", T0), scores("1", T0 + 10_000))
    scorer.gone("tier:gone")
    scorer.say(alert("late", T0 + 20_000), alert("early", T0))
    for _ in range(2):  # no offsets are kept: every start reads all
        update = first(scorer, stop)
        assert update.whole
        assert {key: scored and scored.scores.at for key, scored in update.scores.items()} == {
            "tier:1": T0 + 10_000,
            "tier:2": T0,
            "tier:gone": None,
        }
        assert [a.value for a in update.alerts] == ["early", "late"]


def test_however_many_polls_it_takes_the_first_update_is_whole(
    scorer: Scorer, stop: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consumers.connection.RECORDS_A_POLL", 1)
    scorer.say(*(scores(str(n)) for n in range(6)), alert("1"), alert("2"))
    update = first(scorer, stop)
    assert update.whole
    assert sorted(update.scores) == [f"tier:{n}" for n in range(6)]
    assert len(update.alerts) == 2


def test_an_empty_topic_is_a_whole_state_too(scorer: Scorer, stop: threading.Event) -> None:
    assert first(scorer, stop) == Update({}, [], whole=True)


def test_what_comes_later_follows(scorer: Scorer, stop: threading.Event) -> None:
    with closing(read_state(settings(scorer.broker).kafka, stop)) as updates:
        next(updates)
        scorer.say(scores("1", T0))
        update = next(u for u in updates if u.scores)
    assert not update.whole
    assert list(update.scores) == ["tier:1"]


def test_malformed_records_are_passed_over_in_one_line(
    scorer: Scorer, stop: threading.Event, caplog: pytest.LogCaptureFixture
) -> None:
    scorer.raw(SEGMENT_SCORES, "tier:1", b"{nonsense")
    scorer.raw(SEGMENT_SCORES, "no colon", b"{}")
    scorer.raw(SEGMENT_SCORES, "tier:1", b'{"dimension":"tier","value":"other","at":1,"cells":[]}')
    scorer.raw(SEGMENT_SCORES, "tier:1", b'{"dimension":"tier","value":"1","at":-1,"cells":[]}')
    scorer.raw(SEGMENT_SCORES, "tier:1", b"\xff\xfe")
    scorer.raw(SEGMENT_ALERTS, "tier:1", b'{"fingerprint":3}')
    scorer.say(scores("2"), alert("2"))
    update = first(scorer, stop)
    assert list(update.scores) == ["tier:2"]
    assert [a.value for a in update.alerts] == ["2"]
    lines = [record.message for record in caplog.records if "malformed" in record.message]
    assert lines
    assert all(SEGMENT_SCORES in line or SEGMENT_ALERTS in line for line in lines)
    assert sum(int(line.split()[3]) for line in lines) == 6


def test_without_a_broker_one_line_a_try(
    stop: threading.Event, running: Running, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    kafka = settings(f"127.0.0.1:{free_port()}").kafka
    before = threading.active_count()
    running(lambda stop: deque(read_state(kafka, stop), maxlen=0).clear())
    eventually(lambda: len(caplog.records) >= 2)
    assert threading.active_count() == before + 1  # each failed KafkaConsumer would have left one behind
    assert all(record.message.startswith("kafka: no broker answers at 127.0.0.1:") for record in caplog.records)
    assert [record.message.rsplit("next try in ")[1] for record in caplog.records[:2]] == ["1 s", "2 s"]
    assert "Traceback" not in capfd.readouterr().err


def test_without_the_topic_the_line_says_what_makes_it(
    broker: Server, stop: threading.Event, running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[Update] = []
    running(lambda stop: seen.extend(read_state(settings(broker.address).kafka, stop)))
    eventually(lambda: any("segpulse topics create" in record.message for record in caplog.records))
    assert not KafkaConsumer(bootstrap_servers=broker.address).topics()  # asking has not made it


def test_a_broker_that_comes_back_is_read_again(
    broker: Server, scorer: Scorer, stop: threading.Event, running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    seen: list[Update] = []

    def run(stop: threading.Event) -> None:
        seen.extend(update for update in read_state(settings(broker.address).kafka, stop) if any(update))

    scorer.say(scores("before"))
    running(run)
    eventually(lambda: bool(seen))
    with paused(broker):
        eventually(lambda: any("kafka: no " in record.message for record in caplog.records))
    again = Scorer(broker.address)  # the embedded broker holds everything in memory: it came back empty
    again.say(scores("after", cells=[cell(), cell("download_rate")]))
    again.close()
    eventually(lambda: "tier:after" in seen[-1].scores, seconds=40)
    assert any(update.whole for update in seen[1:])
    assert all(record.exc_info is None for record in caplog.records)
