"""JSON that Salesforce sends (a Flow's HTTP callout, platform events through a relay), read as the settings say."""

from __future__ import annotations

import re

from producers.http.draft import Call, Draft, at, first, number, routes
from streams.settings import FromSalesforce

_ZONE = re.compile(r"([+-]\d\d)(\d\d)$")  # 2026-01-05T09:30:00.000+0000, which is not ISO 8601's extended form


class Salesforce:
    """See the module."""

    def __init__(self, settings: FromSalesforce) -> None:
        self._settings = settings
        self._routes = routes(settings.events)

    def read(self, call: Call) -> Draft:
        """See `Sender`."""
        paths = self._settings
        said = str(at(call, paths.name))
        traits = {trait: at(call, path) for path, trait in paths.traits.items() if at(call, path) is not None}
        time = at(call, paths.timestamp)
        fields = {
            "event_id": first(call, paths.id),
            "visitor_id": first(call, paths.visitor),
            "timestamp": _ZONE.sub(r"\1:\2", time) if isinstance(time, str) and "T" in time else time,
            "campaign": first(call, paths.campaign),
            "content": first(call, paths.content),
            "value": number(first(call, paths.value)),
            "currency": first(call, paths.currency),
            "traits": traits or None,
        }
        return Draft(self._routes.get(said), said, fields)
