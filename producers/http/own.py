"""Events in segpulse's own words, for one topic."""

from __future__ import annotations

from producers.http.draft import Call, Draft
from streams.events.topics import Route


class Own:
    """See the module."""

    def __init__(self, topic: str) -> None:
        self._route = Route(topic, None)

    def read(self, call: Call) -> Draft:
        """See `Sender`."""
        return Draft(self._route, self._route.topic, dict(call))
