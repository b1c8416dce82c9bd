"""Records through a producer at a pace, counted."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable

import msgspec

from streams import settings
from streams.tools.files.source import SourceRecord, Unroutable, closing, come_to
from streams.tools.sending.pace import Pace
from streams.tools.sending.producer import EventProducer


class Summary(msgspec.Struct, kw_only=True):
    """What was sent. Times are ms since the epoch, of events."""

    events: int = 0  # records sent, profiles among them
    sent: Counter[str] = msgspec.field(default_factory=Counter)  # the same by topic
    dead_letters: Counter[str] = msgspec.field(default_factory=Counter)  # by reason
    first: int | None = None
    last: int | None = None
    scored_to: int | None = None  # the tick to which the worker was let go on
    seconds: float = 0.0

    def __str__(self) -> str:
        sent = ", ".join(f"{count:,} {topic}" for topic, count in self.sent.items()) or "none"
        dead = ", ".join(f"{count:,} {reason}" for reason, count in self.dead_letters.items()) or "none"
        return f"{self.events:,} records in {self.seconds:.1f} s ({sent}); dead letters: {dead}"


def send_all(
    records: Iterable[SourceRecord | Unroutable],
    producer: EventProducer,
    pace: Pace,
    close: settings.Time | None = None,
) -> Summary:
    """Send `records`; with `close`, then say on every partition that time has passed until all of them are scored."""
    began = time.monotonic()
    summary = Summary()
    for record in records:
        if isinstance(record, Unroutable):
            producer.dead_letter(record)
            summary.dead_letters[record.reason] += 1
            continue
        summary.last = come_to(summary.last, record)
        if summary.last is not None:
            summary.first = summary.last if summary.first is None else summary.first
            pace.before(summary.last)
        producer.send(record)
        summary.sent[record.topic] += 1
    if close is not None and summary.last is not None:
        summary.scored_to = closing(summary.last, close.tick)
        producer.heartbeat(summary.scored_to + close.lateness)
    producer.flush()
    for topic, refused in producer.too_large.items():
        summary.sent[topic] -= refused
        summary.dead_letters["too_large"] += refused
    summary.events = summary.sent.total()
    summary.seconds = round(time.monotonic() - began, 3)
    return summary
