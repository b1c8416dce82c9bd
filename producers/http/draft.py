"""What a sender's call says in segpulse's words, before it is judged."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple, Protocol

from streams.events.topics import Route

Call = Mapping[str, Any]  # a JSON object as the sender wrote it


class Draft(NamedTuple):
    """An event, or (on `profiles`) what is known of a visitor."""

    route: Route | None  # None: it means nothing to segpulse
    said: str  # what the sender calls it
    fields: dict[str, Any]  # as on Kafka; None: it has none


class Sender(Protocol):
    """One who calls things by names of its own."""

    def read(self, call: Call) -> Draft:
        """What `call` says. Never raises on what it holds."""


def routes(events: Mapping[str, str]) -> dict[str, Route]:
    """Where the sender's names lead to; one that is mapped to "" leads nowhere."""
    return {name: Route.parse(target) for name, target in events.items() if target}


def at(call: object, path: str) -> Any:
    """What stands at `path` (keys with dots between); None where there is nothing."""
    for key in path.split("."):
        if not isinstance(call, Mapping):
            return None
        call = call.get(key)
    return call


def first(call: Call, *paths: str) -> Any:
    """What stands at the first of `paths` at which there is something."""
    return next((value for path in paths if (value := at(call, path)) not in (None, "")), None)


def number(value: object) -> object:
    """A number that is written as a text (as CRMs do) as a number; anything else as it is."""
    if isinstance(value, str):
        with suppress(ValueError):
            return float(value)
    return value
