from __future__ import annotations

import base64
import gzip
import json

import orjson
import pytest

from consumers.errors import CannotStartError
from producers.http import server
from producers.http.access import check_address
from streams.settings import Settings
from tests.producers.http.made import NOW, Sent, click


def test_what_kafka_has_is_answered() -> None:
    sent = Sent()
    answer = sent.post("/v1/clicks", click(event_id="e-1", content="calculator"))
    assert (answer.status, answer.said) == (202, {"accepted": 1, "ignored": [], "refused": []})
    (record,) = sent.kafka.records
    assert (record.topic, record.key, record.placed_by) == ("clicks", b"v-17", b"v-17")
    assert orjson.loads(record.value) == click(event_id="e-1", content="calculator")
    assert sent.metric("segpulse_ingest_accepted_events_total", endpoint="events") == 1
    assert sent.metric("segpulse_ingest_requests_total", endpoint="events", code="202") == 1
    assert sent.metric("segpulse_ingest_request_seconds_count", endpoint="events") == 1


def test_the_good_are_taken_and_the_bad_are_told_by_their_place() -> None:
    sent = Sent()
    calls = [
        click(event_id="a"),
        "click",
        {"timestamp": NOW},
        click(timestamp="yesterday"),
        click(value="much"),
        click(event="heartbeat"),
        click(event_id="b"),
        click(content="x" * 1_000_000),
        {"visitor_id": "v-1"},
    ]
    answer = sent.post("/v1/clicks", calls)
    assert answer.status == 207
    assert answer.said["accepted"] == 2
    assert answer.reasons() == [
        (1, "malformed"),
        (2, "missing_visitor"),
        (3, "bad_timestamp"),
        (4, "wrong_type"),
        (5, "unknown_event"),
        (7, "too_large"),
        (8, "missing_timestamp"),
    ]
    assert all(each["detail"] for each in answer.said["refused"])
    assert [event["event_id"] for _, event in sent.kafka.events()] == ["a", "b"]
    assert sent.metric("segpulse_ingest_refused_events_total", endpoint="events", reason="wrong_type") == 1


def test_what_is_read_but_cannot_be_written_is_refused_alone() -> None:
    nested: object = "deep"
    for _ in range(300):
        nested = [nested]
    sent = Sent()
    body = b"[" + orjson.dumps(click(event_id="1")) + b"," + json.dumps(click(content=nested)).encode() + b"]"
    answer = sent.post("/v1/clicks", body)
    assert (answer.status, answer.reasons()) == (207, [(1, "malformed")])
    assert len(sent.kafka.records) == 1


def test_when_all_are_bad_it_says_so() -> None:
    sent = Sent()
    answer = sent.post("/v1/emails", click(event="licked"))
    assert (answer.status, answer.reasons()) == (400, [(0, "unknown_event")])
    assert sent.post("/v1/clicks", b"{").status == 400
    assert not sent.kafka.records


def test_lines() -> None:
    sent = Sent()
    body = b'{"visitor_id":"a","timestamp":%d}\n\nnot json\n{"visitor_id":"b","timestamp":%d}\n' % (NOW, NOW)
    answer = sent.post("/v1/clicks", body, Content_Type="application/x-ndjson")
    assert (answer.status, answer.said["accepted"], answer.reasons()) == (207, 2, [(1, "malformed")])


def test_a_request_that_is_repeated_has_the_same_ids() -> None:
    """Whatever is twice in one request are two; the same request again is the same ones."""
    sent = Sent()
    body = [click(), click(), click(content="other"), click(event_id="own"), click(messageId="m")]
    assert sent.post("/v1/clicks", body).said["accepted"] == 5
    assert sent.post("/v1/clicks", body[::-1]).said["accepted"] == 5
    ids = [event.get("event_id") or event["messageId"] for _, event in sent.kafka.events()]
    assert len(set(ids[:5])) == 5
    assert sorted(ids[:5]) == sorted(ids[5:])
    assert {"own", "m"} < set(ids)


def test_what_is_of_nobody_is_placed_by_its_id() -> None:
    """Else a repetition would come to another partition, where nobody knows it."""
    sent = Sent()
    for _ in range(2):
        assert sent.post("/v1/spend", {"timestamp": NOW, "campaign": "c", "value": 3.5}).status == 202
    first, again = sent.kafka.records
    assert first == again
    assert first.placed_by == first.key == orjson.loads(first.value)["event_id"].encode()


def test_profiles_of_other_traits_do_not_drive_each_other_out() -> None:
    sent = Sent()
    for traits in ({"industry": "pharma"}, {"city_tier": 2, "company_size": "201-1000"}, {"industry": "chemicals"}):
        assert sent.post("/v1/profiles", {"visitor_id": "v-17", "traits": traits}).status == 202
    assert [record.key for record in sent.kafka.records] == [
        b"v-17/industry",
        b"v-17/city_tier,company_size",
        b"v-17/industry",
    ]
    assert {record.placed_by for record in sent.kafka.records} == {b"v-17"}


def test_kafka_away() -> None:
    sent = Sent()
    sent.kafka.away = "no broker answers at secret-host:9092"
    answer = sent.post("/v1/clicks", click())
    assert answer.status == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "secret-host" not in answer.text
    assert sent.metric("segpulse_ingest_accepted_events_total", endpoint="events") == 0
    sent.health.lacks("kafka does not answer")
    assert (sent.get("/ready").status, sent.get("/live").status) == (503, 200)
    assert sent.get("/ready").text == "segpulse is not ready: kafka does not answer\n"
    sent.health.ready()
    assert sent.get("/ready").text == "segpulse is ready\n"
    assert "segpulse_ingest_requests_total" in sent.get("/metrics").text


def test_limits() -> None:
    sent = Sent(max_events=2, max_bytes=1_000)
    answer = sent.post("/v1/clicks", [click()] * 3)
    assert answer.status == 413
    assert "at most 2 (ingest.max_events)" in answer.text
    assert sent.post("/v1/clicks", click(content="x" * 1_000)).status == 413
    bomb = gzip.compress(orjson.dumps(click(content="x" * 1_000_000)))
    assert len(bomb) < 2_000
    assert sent.post("/v1/clicks", bomb, Content_Encoding="gzip").status in (400, 413)
    assert sent.post("/v1/clicks", click(), Content_Type="text/plain").status == 415
    assert not sent.kafka.records


def test_too_many_requests_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "MOST_AT_ONCE", 0)
    answer = Sent().post("/v1/clicks", click())
    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")


def test_paths_that_are_none() -> None:
    sent = Sent()
    lost = sent.post("/v1/faxes", click())
    assert (lost.status, lost.text[:40]) == (404, "Events are posted to /v1/segment, /v1/hu")
    assert sent.get("/v1/clicks").status == 405


def test_the_clock_on_the_wall() -> None:
    sent = Sent(Settings())
    answer = sent.post("/v1/clicks", [click(timestamp=NOW - 365 * 86_400_000), click(timestamp="2099-01-01T00:00:00Z")])
    assert answer.reasons() == [(0, "too_old"), (1, "too_far_ahead")]


def basic(user: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:".encode()).decode()


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        ("Bearer T0p/s3cret", 202),
        (basic("T0p/s3cret"), 202),
        ("Bearer other", 401),
        (basic("other"), 401),
        ("Basic %%%", 401),
        ("T0p/s3cret", 401),
        ("", 401),
    ],
)
def test_a_token_must_be_given(authorization: str, status: int) -> None:
    sent = Sent(token="T0p/s3cret")
    assert sent.post("/v1/clicks", click(), Authorization=authorization).status == status
    assert sent.post("/v1/segment", [], Authorization=authorization).status == status
    assert sent.get("/live").status == 200


def test_without_a_token_only_this_machine_may_send() -> None:
    assert Sent().post("/v1/clicks", click(), Host="events.example.com").status == 403
    check_address("127.0.0.1", "")
    check_address("0.0.0.0", "T0p/s3cret")
    with pytest.raises(CannotStartError, match="SEGPULSE_INGEST_TOKEN"):
        check_address("0.0.0.0", "")
