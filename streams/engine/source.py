"""One source partition that this worker owns: its core, and what of its reading and writing the core need not know."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from streams.engine import keys, parts, progress
from streams.engine.large import Parting
from streams.engine.position import Position
from streams.events.topics import SOURCE_TOPICS
from streams.messages import DeadLetter, VisitorSegments
from streams.panes import codec
from streams.panes.early import NOTHING, Told
from streams.panes.panes import Change
from streams.panes.partition import SourcePartition
from streams.panes.progress import Progress
from streams.segments.known import Traits

_SHORT_FOR = 30.0  # seconds after which a log that ends too soon is; a new leader may not know its end at once

_traits = msgspec.json.Decoder(Traits)


class LostRecordsError(Exception):
    """A topic has fewer records than were read of it; the message says what to do."""


class PartingOf(NamedTuple):
    """What is there in parts of a source partition, on each topic that it writes large values to."""

    panes: Parting  # their changelog
    history: Parting  # its changelog
    segment_panes: Parting


class Source:
    """See the module."""

    def __init__(
        self,
        core: SourcePartition,
        resume: Mapping[str, int],
        read: Mapping[str, int],
        unpublished: list[Change],
        parting: PartingOf,
    ) -> None:
        """`resume`: by topic the offset to read from; `read`: the last that a predecessor has read, if any."""
        self.core = core
        self.parting = parting
        self.read = read
        self._short_since: dict[str, float] = {}  # by the monotonic clock
        self.positions = {topic: Position(offset) for topic, offset in resume.items()}
        self.unpublished = unpublished  # panes that the predecessor may not have sent on
        #: When each topic last had something new, by the monotonic clock. One that has nothing at all may be about to
        #: get its first, but not where a predecessor has waited for that.
        self.heard_at = dict.fromkeys(resume, time.monotonic() if core.is_first else -math.inf)
        self.published: tuple[int, Told] | None = None  # the last watermark, and what was early then
        self.counted: Counter[tuple[str, str]] = Counter()  # what the metrics have of the core's own counts
        self.loaded_at = time.monotonic()
        self.reads_again = True  # what a predecessor had read

    def heard(self, topic: str, written: int | None, now: int | None) -> None:
        """Something new has come on `topic`, which Kafka got at `written` (ms); `now` (ms) is the wall clock."""
        ago = max(now - written, 0) / 1000 if now is not None and written is not None else 0.0
        self.heard_at[topic] = time.monotonic() - ago

    def check_end(self, topic: str, end: int) -> None:
        """Raise LostRecordsError where the log of `topic`, which ends at offset `end`, had been read further for good.

        New records have offsets that were had already: they would be passed over.
        """
        read = max(self.positions[topic].expected, self.read.get(topic, -1) + 1)
        if end >= read:
            self._short_since.pop(topic, None)
        elif time.monotonic() >= self._short_since.setdefault(topic, time.monotonic()) + _SHORT_FOR:
            raise LostRecordsError(
                f"{topic}, partition {self.core.number}, ends at offset {end}, and {read} had been read: it was made "
                "anew, or Kafka has lost records. Which of them are counted cannot be told any more. Bring the old one "
                "back; or begin anew, by other source topics or without what there is: delete all topics of segpulse's "
                "own (segment_*, dimension_overviews and the changelogs), and `segpulse topics create` makes them again"
            )

    def take_due(self, now: int | None) -> Due:
        """What there is to write now; it is not given again. `now` (ms): the wall clock, where that tells time."""
        core = self.core
        dead_letters, core.dead_letters = core.dead_letters, []
        unpublished, self.unpublished = self.unpublished, []
        early = core.early(now) if now is not None else NOTHING
        changes, openings, shards, traits = core.changes(), core.openings(), core.shards(), core.traits()
        come_to, placed = core.progress(), core.placed()
        return Due(changes, unpublished, openings, shards, come_to, dead_letters, traits, placed, early, self.parting)


class Due(NamedTuple):
    """What a checkpoint writes of a source partition, as of one moment; the core goes on meanwhile."""

    changes: list[Change]
    unpublished: list[Change]  # as in Source
    openings: dict[str, bytes | None]  # of sessions
    shards: dict[int, bytes | None]  # of visitors' history
    progress: Progress
    dead_letters: list[DeadLetter]
    traits: dict[str, Traits]
    placed: dict[str, VisitorSegments]
    early: Told
    parting: PartingOf


class Held(NamedTuple):
    """What the changelogs hold of a source partition."""

    panes: Mapping[bytes, bytes]
    traits: Mapping[bytes, bytes]
    history: Mapping[bytes, bytes]


def restored(core: SourcePartition, changelogs: Held, begins: Mapping[str, int], dimensions: Iterable[str]) -> Source:
    """`core` loaded with what is held of its partition.

    `begins`: the first offset that each source topic's log still has there. `dimensions`: those that are declared.
    """
    parting = PartingOf(Parting(), Parting(), Parting())
    held = parting.panes.read(changelogs.panes, progress.newer)
    said = held.pop(progress.PROGRESS, None)
    come_to = progress.decode(said) if said is not None else None
    openings = {keys.parse_openings(key): held.pop(key) for key in list(filter(keys.is_openings, held))}
    records = {keys.parse_pane(key): value for key, value in held.items()}
    traits = {key.decode(): _traits.decode(value) for key, value in changelogs.traits.items()}
    history = parting.history.read(changelogs.history, progress.newer_shard)
    shards = {keys.parse_shard(key): value for key, value in history.items()}
    core.load(records, come_to, traits, shards, openings, begins)
    unpublished = []
    for key, value in sorted(records.items()):
        if len(value) > parts.LARGEST:
            for dimension in dimensions:
                parting.segment_panes.suspect(keys.segment_pane(dimension, core.number, key), len(value))
        if come_to is None or not come_to.mark.includes(codec.mark(codec.head(value))):
            snapshot = codec.decode(value)
            unpublished.append(Change(key, snapshot, value, tuple(snapshot.counts)))
    # Of a topic that has expired to its end no record need ever come that would say so.
    resume = {t: max(come_to.resume.get(t, 0) if come_to else 0, begins.get(t, 0)) for t in SOURCE_TOPICS}
    return Source(core, resume, come_to.offsets if come_to else {}, unpublished, parting)
