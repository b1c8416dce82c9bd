"""One source partition, from raw records to panes: decode, validate, reorder, dedupe, sessions, segments, panes.

Pure: no Kafka, no Faust, no wall clock. The ingest agent and the backtest both drive this and nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from streams.events.columns import Columns
from streams.events.dedupe import Dedupe
from streams.events.intake import Bad, Good, Intake, Record
from streams.events.reorder import Reorder
from streams.events.sessions import OpenSession
from streams.events.topics import PROFILES, SOURCE_TOPICS
from streams.events.watermark import Clock
from streams.kpis.measures import Measures
from streams.messages import DeadLetter
from streams.panes.levels import Grid
from streams.panes.measuring import Measuring
from streams.panes.panes import Change, Key, Panes
from streams.panes.resume import Resume
from streams.segments.membership import Membership
from streams.segments.registry import text
from streams.segments.visitors import Traits
from streams.settings import Settings

Bools = npt.NDArray[np.bool_]

_RANK = {topic: rank for rank, topic in enumerate(SOURCE_TOPICS)}
_KEPT = 65_536  # bytes of a bad record that its dead letter keeps


class Progress(NamedTuple):
    """How far a source partition has come: what a successor must know besides the panes."""

    offsets: dict[str, int]  # topic -> last offset read
    resume: dict[str, int]  # topic -> offset from which a reader must start to know sessions and duplicates
    watermark: int
    newest: Mapping[str, int] = {}  # topic -> newest time (ms) before `resume`: the next event is judged by it
    sessions: Mapping[str, OpenSession] = {}  # visitor -> an open session of which more matters than is read again


class SourcePartition:
    """All that one worker keeps of one source partition."""

    def __init__(self, number: int, settings: Settings, measures: Measures) -> None:
        self.number = number
        self._settings = settings
        self._measures = measures
        self._membership = Membership(settings.dimensions)
        self._clock = Clock(SOURCE_TOPICS, settings.time.lateness)
        self._intake = Intake(self._clock, settings.time.ahead, max(settings.scoring.windows))
        self._reorder = Reorder()
        self._dedupe = Dedupe(settings.dedupe.horizon)
        self._measuring = Measuring(measures, settings.sessions.gap, settings.sessions.topics)
        self._sessions = self._measuring.sessions
        self._panes = Panes(number, self._membership, measures, Grid(settings.scoring.windows, settings.time.tick))
        self._offsets: dict[int, int] = {}
        self._resume = Resume(settings)
        self._before: Progress | None = None  # where the predecessor stood
        self.dead_letters: list[DeadLetter] = []
        self.events: Counter[str] = Counter()  # by topic, those taken since the predecessor
        self.duplicates: Counter[str] = Counter()
        self.late: Counter[str] = Counter()

    # -- what the engine and the backtest call, in this order -------------------------------------------------

    def load(
        self,
        panes: Mapping[Key, bytes],
        progress: Progress | None,
        traits: Mapping[str, Traits],
        begins: Mapping[str, int],
    ) -> None:
        """Begin where a predecessor stopped: its panes, how far it had come, and what events had said of visitors.

        `begins` is the first offset that each topic's log still has: what was before it cannot be read again.
        """
        self._before = progress
        self._offsets = {_RANK[topic]: offset - 1 for topic, offset in begins.items() if offset}
        visitors = self._membership.visitors
        visitors.load(traits)
        self._panes.load(panes)
        if progress is not None:
            self._clock.newest.update(progress.newest)
            lasts = np.array([session.last for session in progress.sessions.values()], dtype=np.int64)
            rows = visitors.rows(list(progress.sessions), lasts).tolist()
            self._sessions.grow(len(visitors))
            self._sessions.load(dict(zip(rows, progress.sessions.values(), strict=True)))

    def take(self, topic: str, records: Sequence[Record], now: int | None = None) -> None:
        """Take records of one topic, in offset order. `now` (ms) is the wall clock; None where only events tell time.

        Records that cannot be counted go to `dead_letters`; nothing that a record holds raises.
        """
        newest = self._clock.newest[topic]
        good, bad = self._intake.judge(topic, records, now)
        self.dead_letters += [self._dead_letter(topic, each) for each in bad if self._is_new(topic, each.offset)]
        if records:
            self._offsets[_RANK[topic]] = records[-1][0]
            self._resume.read(topic, records[0][0], newest, self._clock.newest[topic])
        if good:
            events = self._columns(topic, good)
            self._tally_late(topic, events)
            self._reorder.add(events)

    def pass_on(self, topic: str, now: int) -> None:
        """`topic` is read to its end and has been quiet: its time moves on by the wall clock (ms)."""
        self._clock.passed(topic, now)

    def advance(self) -> int | None:
        """Count what the watermark has passed; return the watermark (ms)."""
        watermark = self._clock.advance()
        if watermark is not None:
            events = self._reorder.take(watermark)
            if events is not None:
                self._count(events)
            self._dedupe.forget(watermark)
            # Twice the horizon: by then neither an open session nor an id seen is of such a visitor.
            self._sessions.forget(self._membership.visitors.forget(watermark - 2 * self._resume.horizon))
        return watermark

    @property
    def watermark(self) -> int | None:
        """ms; None while something has still to be heard of."""
        return self._clock.watermark

    @property
    def caught_up(self) -> bool:
        """Is all read that the predecessor had read? Before that, nothing may be written.

        It may have died within a checkpoint, having written panes further on than how far it said that it had come.
        """
        offsets, watermark = [*self._panes.offsets.items()], self._panes.watermark
        if self._before is not None:
            offsets += self._before.offsets.items()
            watermark = max(watermark, self._before.watermark)
        return (
            self._clock.watermark is not None
            and self._clock.watermark >= watermark
            and all(self._offsets.get(_RANK[topic], -1) >= offset for topic, offset in offsets if topic in _RANK)
        )

    def changes(self) -> list[Change]:
        """The panes to write now. Only when caught up."""
        assert self._clock.watermark is not None
        return self._panes.changes(self._offsets, self._clock.watermark)

    def traits(self) -> dict[str, Traits]:
        """What events (not profiles, which are on a topic of their own) have newly said of visitors; then forgotten."""
        return self._membership.visitors.said()

    def progress(self) -> Progress:
        """How far this has come; to be written after what `changes` returned. Only when caught up."""
        watermark = self._clock.watermark
        assert watermark is not None
        visitors = self._membership.visitors.names
        sessions = self._sessions.open(watermark, self._resume.since(watermark))
        return Progress(
            offsets={SOURCE_TOPICS[rank]: offset for rank, offset in self._offsets.items()},
            resume=self._resume.offsets(watermark),
            watermark=watermark,
            newest=self._resume.newest(),
            sessions={visitors[row]: session for row, session in sessions.items()},
        )

    @property
    def overflowed(self) -> Counter[str]:
        """By dimension: look-ups of a value that the dimension had no room for."""
        return self._membership.registry.overflowed

    # -- the steps --------------------------------------------------------------------------------------------

    def _is_new(self, topic: str, offset: int) -> bool:
        """Is it the first time that any worker reads this record?"""
        return self._before is None or offset > self._before.offsets.get(topic, -1)

    def _dead_letter(self, topic: str, bad: Bad) -> DeadLetter:
        return DeadLetter(
            topic=topic,
            partition=self.number,
            offset=bad.offset,
            reason=bad.problem.reason,
            detail=bad.problem.detail,
            size=len(bad.value),
            record=bad.value[:_KEPT],
        )

    def _columns(self, topic: str, good: list[Good]) -> Columns:
        n = len(good)
        registry, profile = self._membership.registry, topic == PROFILES
        time = np.array([valid.time for _, _, valid in good], dtype=np.int64)
        visitor = self._membership.visitors.rows([valid.visitor for _, _, valid in good], time)
        self._sessions.grow(len(self._membership.visitors))
        fields = np.empty((n, len(self._membership.fields)), dtype=np.int64)
        for j, (dimension, field) in enumerate(self._membership.fields.items()):
            fields[:, j] = [registry.id(dimension, text(getattr(event, field))) for _, event, _ in good]
        ident, traits = np.empty(n, dtype=object), np.empty(n, dtype=object)
        ident[:] = [None if profile else event.event_id or event.message_id for _, event, _ in good]
        traits[:] = [event.traits for _, event, _ in good]
        kind = self._measures.kind
        return Columns(
            time=time,
            topic=np.full(n, _RANK[topic], dtype=np.int64),
            offset=np.array([offset for offset, _, _ in good], dtype=np.int64),
            visitor=visitor,
            kind=np.array([-1 if profile else kind(topic, valid.name) for _, _, valid in good], dtype=np.int64),
            fields=fields,
            ident=ident,
            traits=traits,
        )

    def _count(self, events: Columns) -> None:
        seen = self._dedupe.fresh(events.visitor.tolist(), events.ident.tolist(), events.time.tolist())
        fresh = np.array(seen, dtype=np.bool_)
        self._tally(events, fresh)
        if not fresh.all():
            events = events.take(np.flatnonzero(fresh))
        told, old = self._told_before(events)
        number, column = self._measuring.pairs(events, old)
        new = ~told[number]
        self._panes.add(events, number[new], column[new])

    def _told_before(self, events: Columns) -> tuple[Bools, Bools]:
        """Those that the predecessor has dealt with, and of these those of sessions that it has told of.

        What it had read when it wrote how far it had come is in its panes. Most panes' own offsets say so too; but a
        repetition changes no pane, and may be read again without what it repeats. Further back than all topics are
        read again, only some are: sessions made of these alone would be wrong, and those still open are known.
        """
        if self._before is None or not len(events) or events.time[0] >= self._before.watermark:  # they are in order
            none = np.zeros(len(events), dtype=np.bool_)
            return none, none
        last = np.array([self._before.offsets.get(topic, -1) for topic in SOURCE_TOPICS], dtype=np.int64)
        told = (events.offset <= last[events.topic]) & (events.time < self._before.watermark)
        return told, told & (events.time < self._resume.since(self._before.watermark))

    def _tally_late(self, topic: str, events: Columns) -> None:
        if self._clock.watermark is not None:
            first = self._before.offsets.get(topic, -1) if self._before else -1
            self.late[topic] += int(((events.time < self._clock.watermark) & (events.offset > first)).sum())

    def _tally(self, events: Columns, fresh: np.ndarray) -> None:
        """Keep count of what was taken, for the metrics; not again of what the predecessor took."""
        for rank in np.unique(events.topic).tolist():
            topic = SOURCE_TOPICS[rank]
            before = self._before.offsets.get(topic, -1) if self._before else -1
            new = (events.topic == rank) & (events.offset > before)
            self.events[topic] += int(new.sum())
            self.duplicates[topic] += int((new & ~fresh).sum())
