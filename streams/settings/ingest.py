"""Section `ingest`: where events come in over HTTP, and what senders' names for them mean."""

from __future__ import annotations

import msgspec

from streams.settings.values import Section, Span


class FromSegment(Section, frozen=True, kw_only=True):
    #: Name of a Track call -> topic or topic.event; "": none.
    events: dict[str, str] = msgspec.field(default_factory=dict)


class FromHubspot(Section, frozen=True, kw_only=True):
    #: Subscription type, or that and ` property=value` -> topic or topic.event; "": none.
    events: dict[str, str] = msgspec.field(default_factory=dict)
    traits: dict[str, str] = msgspec.field(default_factory=dict)  # property of a contact -> trait


class FromSalesforce(Section, frozen=True, kw_only=True):
    """Each of the first is the path of a field in the JSON, its parts with dots between."""

    name: str = "event"
    id: str = "id"
    visitor: str = "visitor_id"
    timestamp: str = "timestamp"
    campaign: str = "campaign"
    content: str = "content"
    value: str = "value"
    currency: str = "currency"
    traits: dict[str, str] = msgspec.field(default_factory=dict)  # path -> trait
    events: dict[str, str] = msgspec.field(default_factory=dict)  # what `name` says -> topic or topic.event


class Ingest(Section, frozen=True, kw_only=True):
    host: str = "127.0.0.1"
    port: int = 8600
    token: str = ""  # a secret: what senders must give, Authorization: Bearer …
    segment_secret: str = ""  # a secret: that Segment signs its webhooks with
    hubspot_secret: str = ""  # a secret: of the HubSpot app, likewise
    public_url: str = ""  # as senders reach it, for HubSpot's signatures; empty: as they say
    max_bytes: int = 5_000_000  # of a request
    max_events: int = 5_000  # of a request
    within: Span = Span.parse("4s")  # Kafka has acknowledged, or the sender is told to come again
    segment: FromSegment = FromSegment()
    hubspot: FromHubspot = FromHubspot()
    salesforce: FromSalesforce = FromSalesforce()
