"""What a peer is told, and what it says."""

from __future__ import annotations

import resource

import msgspec


class Job(msgspec.Struct, kw_only=True):
    """The topics, and when to stop."""

    broker: str
    topics: list[str]
    group: str
    folder: str  # for its state
    events: int  # stop after so many …
    seconds: float  # … or so long after the first
    backoff_ms: int | None = None  # fetch.queue.backoff.ms of librdkafka; None: its default


class Rate(msgspec.Struct, kw_only=True):
    """What it did from the first event to the last."""

    events: int
    seconds: float
    cpu_seconds: float  # of the whole process, imports and start too
    version: str


def cpu_seconds() -> float:
    """What this process has used until now, all threads."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return round(used.ru_utime + used.ru_stime, 3)
