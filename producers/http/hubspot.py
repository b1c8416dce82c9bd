"""HubSpot's webhooks: https://developers.hubspot.com/docs/api/webhooks."""

from __future__ import annotations

from producers.http.draft import Call, Draft, routes
from streams.events.topics import PROFILES, Route
from streams.settings import FromHubspot

#: Subscription types, or such and a property's new value. Settings lie over it.
EVENTS = {
    "contact.creation": "leads.created",
    "contact.propertyChange lifecyclestage=marketingqualifiedlead": "leads.mql",
    "contact.propertyChange lifecyclestage=salesqualifiedlead": "leads.sql",
    "contact.propertyChange lifecyclestage=customer": "leads.won",
}
#: What tells one change from another, and a change from its repetition (`attemptNumber` is not of it). `eventId` alone
#: need not be unique, says HubSpot.
_IDENTITY = ("portalId", "eventId", "subscriptionId", "objectId", "occurredAt", "propertyName", "propertyValue")
_CONTACT = "0-1"  # objectTypeId


class Hubspot:
    """See the module. The visitor is the contact: `objectId`."""

    def __init__(self, settings: FromHubspot) -> None:
        self._routes = routes(EVENTS | settings.events)
        self._traits = settings.traits

    def read(self, call: Call) -> Draft:
        """See `Sender`."""
        kind, name, value = call.get("subscriptionType"), call.get("propertyName"), call.get("propertyValue")
        if call.get("objectTypeId") == _CONTACT:  # as newer subscriptions say it
            kind = str(kind).replace("object.", "contact.", 1)
        said = f"{kind} {name}={value}" if name else str(kind)
        route = next((self._routes[s] for s in (said, f"{kind} {name}", str(kind)) if s in self._routes), None)
        trait = self._traits.get(str(name)) if kind == "contact.propertyChange" else None
        if trait and route is None:
            route = Route(PROFILES, None)
        fields = {
            "event_id": ":".join(["hubspot", *(str(call.get(part, "")) for part in _IDENTITY)]),
            "visitor_id": call.get("objectId"),
            "timestamp": call.get("occurredAt"),
            "traits": {trait: value} if trait else None,
        }
        return Draft(route, said, fields)
