"""Segment's calls: https://segment.com/docs/connections/spec."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from producers.http.draft import Call, Draft, at, first, routes
from streams.events.topics import PROFILES, Route
from streams.settings import FromSegment

#: Names of Track calls, those of Segment's own specs first. Settings lie over it.
EVENTS = {
    "Order Completed": "orders.order",
    "Order Refunded": "orders.refund",
    "Product Clicked": "clicks",
    "Promotion Clicked": "clicks",
    "Email Delivered": "emails.sent",
    "Email Opened": "emails.opened",
    "Email Link Clicked": "emails.clicked",
    "Email Bounced": "emails.bounced",
    "Unsubscribed": "emails.unsubscribed",
    "Link Clicked": "clicks",
    "Button Clicked": "clicks",
    "Form Submitted": "form_fills",
    "File Downloaded": "downloads",
    "Content Downloaded": "downloads",
    "Lead Created": "leads.created",
    "Lead Qualified": "leads.mql",
    "Opportunity Won": "leads.won",
    "Opportunity Lost": "leads.lost",
    "Webinar Registered": "attendance.registered",
    "Webinar Attended": "attendance.attended",
}
_PAGES = ("page", "screen")


class Segment:
    """See the module."""

    def __init__(self, settings: FromSegment, traits: Collection[str]) -> None:
        """`traits` are those that dimensions ask for; others (names, addresses) are not passed on."""
        self._routes = routes(EVENTS | settings.events)
        self._traits = traits

    def read(self, call: Call) -> Draft:
        """See `Sender`."""
        kind, identify = call.get("type"), call.get("type") == "identify"
        traits = self._known(at(call, "traits") if identify else at(call, "context.traits"))
        fields = {
            "event_id": first(call, "messageId"),
            "visitor_id": first(call, "userId", "anonymousId"),
            "timestamp": first(call, "timestamp", "originalTimestamp", "sentAt", "receivedAt"),
            "traits": traits or None,
        }
        if identify:
            return Draft(Route(PROFILES, None) if traits else None, "identify without a trait of a dimension", fields)
        fields |= {
            "campaign": first(call, "properties.campaign", "properties.utm_campaign", "context.campaign.name"),
            "content": first(call, "properties.content", "properties.title", "name"),
            "value": first(call, "properties.value", "properties.revenue", "properties.total"),
            "currency": first(call, "properties.currency"),
        }
        if kind in _PAGES:
            return Draft(Route("page_views", None), str(kind), fields)
        said = str(call.get("event") if kind == "track" else kind)
        return Draft(self._routes.get(said) if kind == "track" else None, said, fields)

    def _known(self, traits: object) -> dict[str, object]:
        return {k: v for k, v in traits.items() if k in self._traits} if isinstance(traits, Mapping) else {}
