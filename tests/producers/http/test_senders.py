"""Segment, HubSpot and Salesforce: their names, fields and signatures."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from typing import Any

import orjson
import pytest

from producers.http import hubspot, segment
from streams.events.topics import Route
from tests.producers.http.made import NOW, Sent

SECRET = "T0p/s3cret"
TRACK = {
    "type": "track",
    "event": "Form Submitted",
    "messageId": "m-1",
    "anonymousId": "a-42",
    "timestamp": NOW,
    "properties": {"title": "Energy check"},
    "context": {"campaign": {"name": "energy-check"}, "traits": {"industry": "pharma", "email": "ada@example.com"}},
}


def change(name: str | None = None, value: object = None, **fields: object) -> dict[str, object]:
    """What HubSpot says of contact 123."""
    note = {"eventId": 1, "portalId": 33, "occurredAt": NOW, "objectId": 123, "subscriptionType": "contact.creation"}
    named = {"subscriptionType": "contact.propertyChange", "propertyName": name, "propertyValue": value}
    return {**note, **(named if name else {}), **fields}


@pytest.mark.parametrize("names", [segment.EVENTS, hubspot.EVENTS])
def test_the_built_in_names_lead_to_topics(names: dict[str, str]) -> None:
    assert all(Route.parse(target) for target in names.values())


@pytest.mark.parametrize("target", ["faxes", "emails", "emails.licked", "profiles.x"])
def test_a_route_that_leads_nowhere(target: str) -> None:
    with pytest.raises(ValueError, match=r"there are|profiles have no events"):
        Route.parse(target)


def test_a_track_call() -> None:
    sent = Sent()
    assert sent.post("/v1/segment", TRACK).said["accepted"] == 1
    assert sent.kafka.events() == [
        (
            "form_fills",
            {
                "event_id": "m-1",
                "visitor_id": "a-42",
                "timestamp": NOW,
                "traits": {"industry": "pharma"},  # no dimension asks for the e-mail address
                "campaign": "energy-check",
                "content": "Energy check",
            },
        )
    ]


def test_names_of_your_own_lie_over_those_built_in() -> None:
    events = {"Demo Requested": "leads.created", "Form Submitted": ""}
    sent = Sent(segment={"events": events})
    answer = sent.post("/v1/segment", [{**TRACK, "event": "Demo Requested", "properties": {"value": 3}}, TRACK])
    assert (answer.status, answer.said["accepted"]) == (202, 1)
    ((topic, event),) = sent.kafka.events()
    assert (topic, event["event"], event["value"]) == ("leads", "created", 3)
    assert [(each["index"], each["reason"]) for each in answer.said["ignored"]] == [(1, "not_mapped")]
    assert "'Form Submitted'" in answer.said["ignored"][0]["detail"]
    assert sent.metric("segpulse_ingest_ignored_events_total", endpoint="segment") == 1


def test_pages_identify_and_what_is_none() -> None:
    sent = Sent()
    who = {"userId": "u-7", "anonymousId": "a-42", "originalTimestamp": NOW}
    calls = [
        {"type": "page", "name": "Pricing", **who},
        {"type": "identify", "traits": {"city_tier": 2, "name": "Ada"}, **who},
        {"type": "identify", "traits": {"name": "Ada"}, **who},
        {"type": "group", "groupId": "g", **who},
        {"type": "track", "event": ["odd"], "properties": "odd", "context": 3, **who},
        {"type": "track", "event": "Form Submitted", "timestamp": NOW},
    ]
    answer = sent.post("/v1/segment", {"batch": calls})
    assert [(topic, event["visitor_id"]) for topic, event in sent.kafka.events()] == [
        ("page_views", "u-7"),
        ("profiles", "u-7"),
    ]
    assert sent.kafka.events()[0][1]["content"] == "Pricing"
    assert sent.kafka.events()[1][1]["traits"] == {"city_tier": 2}
    assert [each["index"] for each in answer.said["ignored"]] == [2, 3, 4]
    assert answer.reasons() == [(5, "missing_visitor")]


def sha1(body: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()


def test_segment_signs_what_it_sends() -> None:
    sent = Sent(segment_secret=SECRET, token="another")
    body = orjson.dumps(TRACK)
    assert sent.post("/v1/segment", body, X_Signature=sha1(body)).status == 202
    assert sent.post("/v1/segment", body, X_Signature=sha1(body, "other")).status == 401
    assert sent.post("/v1/segment", body + b" ", X_Signature=sha1(body)).status == 401
    assert sent.post("/v1/segment", body).status == 401
    assert sent.post("/v1/segment", body, Authorization="Bearer another").status == 401


def test_of_a_batch_segment_signs_the_first_call() -> None:
    sent = Sent(segment_secret=SECRET)
    first, second = orjson.dumps(TRACK), orjson.dumps({**TRACK, "messageId": "m-2"})
    batch = b"[" + first + b"," + second + b"]"
    assert sent.post("/v1/segment", batch, X_Signature=sha1(first)).said["accepted"] == 2
    assert sent.post("/v1/segment", batch, X_Signature=sha1(batch)).status == 202
    assert sent.post("/v1/segment", batch, X_Signature=sha1(second)).status == 401
    assert sent.post("/v1/segment", b"[" + first, X_Signature=sha1(first)).status == 401


def test_hubspot() -> None:
    sent = Sent(hubspot={"traits": {"industry": "industry", "lifecyclestage": "buying_stage"}})
    notes = [
        change(),
        change("lifecyclestage", "marketingqualifiedlead"),
        change("industry", "pharma"),
        change("email", "ada@example.com"),
        change(subscriptionType="object.creation", objectTypeId="0-1", eventId=2),
        change(subscriptionType="deal.creation"),
    ]
    answer = sent.post("/v1/hubspot", notes)
    assert answer.status == 202
    assert [(topic, event.get("event"), event.get("traits")) for topic, event in sent.kafka.events()] == [
        ("leads", "created", None),
        ("leads", "mql", {"buying_stage": "marketingqualifiedlead"}),
        ("leads", "created", None),
        ("profiles", None, {"industry": "pharma"}),
    ]
    assert {event["visitor_id"] for _, event in sent.kafka.events()} == {123}
    assert [each["index"] for each in answer.said["ignored"]] == [3, 5]


def test_another_attempt_of_hubspot_is_the_same_event() -> None:
    sent = Sent()
    for attempt in range(3):
        sent.post("/v1/hubspot", [change(attemptNumber=attempt), change(attemptNumber=attempt, occurredAt=NOW + 1)])
    ids = [event["event_id"] for _, event in sent.kafka.events()]
    assert len(ids) == 6
    assert len(set(ids)) == 2


def hubspot_signature(body: bytes, address: str, at: int) -> dict[str, str]:
    text = b"POST" + address.encode() + body + str(at).encode()
    digest = base64.b64encode(hmac.new(SECRET.encode(), text, hashlib.sha256).digest()).decode()
    return {"X_HubSpot_Signature_v3": digest, "X_HubSpot_Request_Timestamp": str(at)}


def test_hubspot_signs_what_it_sends() -> None:
    public = "https://events.example.com"
    sent = Sent(hubspot_secret=SECRET, public_url=public)
    body, now = orjson.dumps([change()]), int(time.time() * 1000)

    def post(path: str, address: str, at: int, **other: Any) -> int:
        return sent.post(path, body, **{**hubspot_signature(body, address, at), **other}).status

    assert post("/v1/hubspot", f"{public}/v1/hubspot", now) == 202
    assert post("/v1/hubspot?a=b%3Ac%20d", f"{public}/v1/hubspot?a=b:c%20d", now) == 202
    assert post("/v1/hubspot", f"{public}/v1/hubspot", now - 6 * 60_000) == 401
    assert post("/v1/hubspot", "https://elsewhere.example.com/v1/hubspot", now) == 401
    assert post("/v1/hubspot", f"{public}/v1/hubspot", now, X_HubSpot_Request_Timestamp=str(now + 1)) == 401
    assert post("/v1/hubspot", f"{public}/v1/hubspot", now, X_HubSpot_Request_Timestamp="soon") == 401
    assert sent.post("/v1/hubspot", body).status == 401


def test_salesforce() -> None:
    declared = {
        "name": "payload.Type__c",
        "id": "event.EventUuid",
        "visitor": "payload.LeadId__c",
        "timestamp": "payload.CreatedDate",
        "value": "payload.Amount__c",
        "traits": {"payload.Industry__c": "industry"},
        "events": {"Lead Converted": "leads.won", "Lead Updated": "profiles"},
    }
    sent = Sent(salesforce=declared)
    payload = {
        "Type__c": "Lead Converted",
        "LeadId__c": "00Q5f",
        "CreatedDate": "2026-01-05T09:30:00.000+0000",
        "Amount__c": "1800.50",
        "Industry__c": "pharma",
    }
    calls = [
        {"event": {"EventUuid": "x-1"}, "payload": payload},
        {"event": {"EventUuid": "x-2"}, "payload": {**payload, "Type__c": "Lead Updated"}},
        {"event": {"EventUuid": "x-3"}, "payload": {**payload, "Type__c": "Case Closed"}},
        {"event": {"EventUuid": "x-4"}, "payload": {**payload, "Amount__c": "a lot"}},
    ]
    answer = sent.post("/v1/salesforce", calls)
    assert answer.reasons() == [(3, "wrong_type")]
    assert [each["index"] for each in answer.said["ignored"]] == [2]
    (topic, won), (other, profile) = sent.kafka.events()
    assert (topic, won["event"], won["value"], won["event_id"]) == ("leads", "won", 1800.5, "x-1")
    assert (other, profile["traits"], profile["visitor_id"]) == ("profiles", {"industry": "pharma"}, "00Q5f")
