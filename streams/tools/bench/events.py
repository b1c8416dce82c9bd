"""The benchmark's events: JSON of 129 to 400 bytes, as a web shop's or a site's tag would write it.

An event is a *draft* (topic, visitor, campaign, content, properties: made once, used again and again) with an id and a
time of its own, so that millions are made in seconds, and no two are alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from streams.tools.bench.audience import visitor_name

#: Topic -> its share of the events.
MIX = {"clicks": 0.75, "downloads": 0.15, "form_fills": 0.10}
CAMPAIGNS = ("spring", "audit", "webinar", "guide", "demo-week", "newsletter", "partner-days", "energy-check")
SMALLEST, LARGEST = 129, 400  # bytes of an event
JITTER = 2_000  # ms that an event comes later than its time, at most

_CONTENTS = ("home", "pricing", "case-study", "calculator", "checklist", "product-tour", "guide.pdf", "contact")
_HEAD = len('{"event_id":"","timestamp":"",') + 36 + 24  # bytes before the draft's own
_PAGE = '"properties":{"url":"https://www.example.com/","referrer":"https://search.example.org/?q="}'
_LETTERS = 1 << 16  # random letters that addresses are cut from
_ACTIVITY = 1.0  # sigma of the log of a visitor's activity


class Draft(NamedTuple):
    """What many events have in common; `tail` is their JSON from the visitor on."""

    topic: str
    key: bytes
    campaign: str
    tail: str


class Made(NamedTuple):
    """An event, ready for Kafka; `time` is its own, in ms."""

    topic: str
    key: bytes
    value: bytes
    time: int


def drafts(visitors: int, seed: int) -> list[Draft]:
    """Two drafts for each visitor or more, at least 50,000: the same seed makes the same."""
    rng = np.random.default_rng([seed, 2])
    count = max(2 * visitors, 50_000)
    activity = rng.lognormal(0.0, _ACTIVITY, visitors)
    who = rng.choice(visitors, size=count, p=activity / activity.sum())
    topics = rng.choice(len(MIX), size=count, p=list(MIX.values()))
    campaigns = rng.integers(0, len(CAMPAIGNS), count)
    contents = rng.integers(0, len(_CONTENTS), count)
    sizes = rng.integers(SMALLEST, LARGEST + 1, count)
    places = rng.integers(0, _LETTERS, count)
    letters = "".join(rng.choice(list("abcdefghijklmnopqrstuvwxyz0123456789-/"), _LETTERS + LARGEST))
    names = tuple(MIX)
    rows = zip(*(column.tolist() for column in (who, topics, campaigns, contents, sizes, places)), strict=True)
    return [
        _draft(names[topic], visitor_name(visitor), CAMPAIGNS[campaign], _CONTENTS[content], size, place, letters)
        for visitor, topic, campaign, content, size, place in rows
    ]


def _draft(topic: str, visitor: str, campaign: str, content: str, size: int, place: int, letters: str) -> Draft:
    """A draft whose events have `size` bytes, or as few as go."""
    base = f'"visitor_id":"{visitor}","campaign":"{campaign}"'
    with_content = f'{base},"content":"{content}"'
    if _HEAD + len(with_content) + 1 <= size:
        base = with_content
    room = size - _HEAD - len(base) - len(_PAGE) - 2  # a comma and the closing brace
    if room > 0:
        half, end = place + room // 2, place + room
        url, query = letters[place:half], letters[half:end]
        base += f',"properties":{{"url":"https://www.example.com/{url}","referrer":"https://search.example.org/?q={query}"}}'
    return Draft(topic, visitor.encode(), campaign, base + "}")


def events(pool: list[Draft], seed: int, chunk: int, count: int, start: float, density: float) -> Iterator[Made]:
    """`count` events in the order in which producers write them, `density` a second of event time from `start` (ms) on.

    The same pool, seed and chunk make the same.
    """
    rng = np.random.default_rng([seed, 3, chunk])
    which = rng.integers(0, len(pool), count)
    late = np.where(rng.random(count) < 0.2, rng.integers(0, JITTER + 1, count), rng.integers(0, 50, count))
    times = (start + np.arange(count) * (1000.0 / density)).astype(np.int64) - late
    stamps = np.datetime_as_string(times.astype("datetime64[ms]"), unit="ms").tolist()
    ids = idents(rng, count)
    for draft, ident, stamp, time in zip(which.tolist(), ids, stamps, times.tolist(), strict=True):
        topic, key, _, tail = pool[draft]
        yield Made(topic, key, written(ident, stamp, tail), time)


def written(ident: str, stamp: str, tail: str) -> bytes:
    """An event's JSON; `stamp` is its time as YYYY-MM-DDThh:mm:ss.sss."""
    return f'{{"event_id":"{ident}","timestamp":"{stamp}Z",{tail}'.encode()


def idents(rng: np.random.Generator, count: int) -> Iterator[str]:
    """Random ids that look like UUIDs."""
    digits = rng.bytes(16 * count).hex()
    for i in range(0, 32 * count, 32):
        it = digits[i : i + 32]
        yield f"{it[:8]}-{it[8:12]}-{it[12:16]}-{it[16:20]}-{it[20:]}"
