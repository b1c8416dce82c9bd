"""One source partition, from raw records to panes: decode, validate, reorder, dedupe, sessions, segments, panes.

Pure: no Kafka, no Faust, no wall clock. The ingest agent and the backtest both drive this and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from streams.events.amounts import Amounts
from streams.events.columns import Columns, Ints
from streams.events.dedupe import Dedupe
from streams.events.intake import Good, Intake
from streams.events.mark import Mark
from streams.events.reorder import Reorder
from streams.events.topics import PROFILES, SOURCE_TOPICS
from streams.kpis.measures import Measures
from streams.messages import DeadLetter, VisitorSegments
from streams.panes.census import Census
from streams.panes.columnar import Columnar
from streams.panes.counting import Counting
from streams.panes.course import Course
from streams.panes.earlier import grid
from streams.panes.early import Told
from streams.panes.measuring import Measuring
from streams.panes.openings import Records
from streams.panes.panes import Change, Key, Panes
from streams.panes.people import People
from streams.panes.progress import Progress
from streams.panes.provisional import Provisional
from streams.panes.refused import dead_letter
from streams.panes.stats import Stats
from streams.segments.known import Traits
from streams.segments.membership import Membership
from streams.segments.visitors import Visitors
from streams.settings import Settings

_CROWD = 50_000  # events that may wait for the watermark before topics that are ahead are held back


class SourcePartition:
    """All that one worker keeps of one source partition."""

    def __init__(self, number: int, settings: Settings, measures: Measures) -> None:
        self.number = number
        self._settings = settings
        self._visitors = Visitors()
        self._counting = Counting(
            Dedupe(settings.dedupe.horizon),
            Membership(settings.dimensions, self._visitors.names, measures.past),
            Measuring(measures, settings.sessions.gap, settings.sessions.topics),
        )
        self._people = People(self._visitors, self._counting, settings)
        self._census = Census(self._counting.membership)
        self._course = Course(settings)
        self._clock = self._course.clock
        amounts = Amounts(settings.money.currency, settings.money.rates)
        self._intake = Intake(self._clock, settings.time.ahead, max(settings.scoring.windows), amounts)
        self._reorder = Reorder()
        self._columnar = Columnar(self._visitors, self._counting.membership, measures)
        self._panes = Panes(number, self._counting.membership, measures, grid(settings))
        self._provisional = Provisional(self._counting, settings.time, measures.names)
        self.stats = Stats({})
        self.dead_letters: list[DeadLetter] = []

    # -- what the engine and the backtest call, in this order -------------------------------------------------

    def load(
        self,
        panes: Mapping[Key, bytes],
        progress: Progress | None,
        traits: Mapping[str, Traits],
        shards: Mapping[int, bytes],
        openings: Records,
        begins: Mapping[str, int],
    ) -> None:
        """Begin where a predecessor stopped: its panes, how far it had come, and what events had said of visitors.

        `shards` are of their history, `openings` of their sessions. `begins` is the first offset that each topic's log
        still has: what was before it cannot be read again.
        """
        self._course.load(progress, begins)
        self.stats = Stats(self._course.before.offsets)
        self._panes.load(panes)
        self._people.load(progress, traits, shards, openings)
        most = self._counting.membership.history.most
        marks = [Mark(self._panes.watermark, self._panes.offsets)]
        self._course.comes_to(marks if most is None else [*marks, most])
        if progress is not None:
            self._census.begin(progress.watermark)

    def take(
        self,
        topic: str,
        offsets: Ints,
        values: Sequence[bytes | None],
        now: int | None = None,
        got: Ints | None = None,
    ) -> None:
        """Take records of one topic, in offset order. `now` (ms) is the wall clock; None where only events tell time.

        `got` (ms): when Kafka got each; -1, or None of all, where it does not say.
        Records that cannot be counted go to `dead_letters`; nothing that a record holds raises.
        """
        if not len(offsets):
            return
        newest = self._clock.newest[topic]
        good, bad = self._intake.judge(topic, offsets, values, now, got)
        self.dead_letters += [
            dead_letter(topic, self.number, each) for each in bad if self.stats.is_new(topic, each.offset)
        ]
        self._course.read(topic, offsets, newest)
        if len(good.events):
            self._add(topic, good)

    def _add(self, topic: str, good: Good) -> None:
        told = self._course.before.told_all(topic, good.offset, good.time)
        events = self._columnar.columns(topic, good, told)
        self._counting.grow(len(self._visitors))
        if self._clock.watermark is not None:
            self.stats.count_late(topic, events, self._clock.watermark)
        if topic == PROFILES and not good.time.any():
            self._learn(events)
            return
        self._reorder.add(events)
        self._provisional.add(events, len(self._visitors))

    def _learn(self, profiles: Columns) -> None:
        """Profiles of no time are before all events: they wait for nothing."""
        self._counting.membership.known.learn(profiles)
        self._provisional.learn(profiles, len(self._visitors))
        self.stats.count(profiles, np.ones(len(profiles), dtype=np.bool_))

    def pass_on(self, topic: str, now: int) -> None:
        """`topic` is read to its end and has been quiet: its time moves on by the wall clock (ms)."""
        self._clock.passed(topic, now)

    def advance(self, most: int | None = None) -> int | None:
        """Count what the watermark has passed; return the watermark (ms).

        `most`: it goes on no further than where so many panes have changed since they were last written. None: as far
        as there are events.
        """
        is_read, watermark = self._course.meet(), self._clock.due()
        if watermark is None:
            return None
        watermark = self._clock.rise(watermark if most is None or not is_read else self._within(most, watermark))
        self._count_to(watermark)
        self._provisional.release(self._people.forget(watermark, self._course.horizon))
        return watermark

    def _within(self, most: int, watermark: int) -> int:
        """How far time may go on towards `watermark` (ms) so that at most so many panes have changed."""
        before, span, panes = self._clock.watermark, self._panes.span, max(most - self._panes.changed, 0)
        if before is not None and watermark - before <= panes * span:
            return watermark  # as mostly
        return self._reorder.room(watermark, span, panes)

    def _count_to(self, watermark: int) -> None:
        """All before `watermark` (ms), and at each midnight who stays."""
        for midnight in self._census.due(watermark, self._reorder.earliest):
            self._count(self._reorder.take(midnight))
            for counted in self._census.counted(midnight):
                self._panes.add(counted, np.zeros(len(counted.events), dtype=np.bool_))
        self._count(self._reorder.take(watermark))

    def _count(self, events: Columns | None) -> None:
        if events is None:
            return
        told, old = self._course.before.told(events)
        if told.any():
            # What these said of people is loaded. And of a repetition, which said nothing, what it repeats may not be
            # read again.
            traits = events.traits.copy()
            traits[told & (events.kind >= 0)] = None
            events = replace(events, traits=traits)
        if told.all() and not events.traits.astype(np.bool_).any():
            fresh = self._counting.recall(events, old)
        else:
            counted, fresh = self._counting.count(events, told, old)
            self._panes.add(counted, told[fresh])
            self._people.place(counted)
            overflowing = self._counting.membership.overflowing(counted.member[: len(counted.events)])
            self.stats.count_overflowing(counted.events, overflowing)
        self.stats.count(events, fresh)

    def early(self, now: int) -> Told:
        """Provisional counts of what was read and still waits for the watermark; `now`: ms, the wall clock.

        There are none while the watermark is far behind it.
        """
        return self._provisional.counts(now, self._clock.watermark, self._reorder.waiting)

    def ahead(self) -> set[str]:
        """The topics that should wait, for others mostly, where many events wait for the watermark already."""
        if len(self._reorder) < _CROWD:
            return set()
        if self._clock.due() != self._clock.watermark:
            return set(SOURCE_TOPICS)  # what could be counted waits for a checkpoint
        return self._clock.ahead(self._settings.time.lateness + self._settings.time.idle_after)

    @property
    def is_first(self) -> bool:
        """Has it had no predecessor?"""
        return not self._course.before.existed

    @property
    def watermark(self) -> int | None:
        """ms; None while something has still to be heard of."""
        return self._clock.watermark

    @property
    def caught_up(self) -> bool:
        """Is all read that the predecessor had read? Before that, nothing may be written.

        It may have died within a checkpoint, having written panes or history further on than it said that it was.
        """
        return self._course.caught_up

    def changes(self) -> list[Change]:
        """The panes to write now. Only when caught up."""
        return self._panes.changes(self._course.offsets, self._course.mark.watermark)

    def openings(self) -> dict[str, bytes | None]:
        """Of where sessions were opened the records to write now, with the panes and before traits and shards: by name;
        None: it is to go, when all is written."""
        return self._people.openings(self._course.mark.watermark, self._course.since)

    def shards(self) -> dict[int, bytes | None]:
        """Of visitors' history the shards to write now, after those panes: by number; None: it is gone."""
        return self._people.shards(self._course.mark)

    def traits(self) -> dict[str, Traits]:
        """What events (not profiles, which are on a topic of their own) have newly said of visitors; then forgotten."""
        return self._people.traits()

    def placed(self) -> dict[str, VisitorSegments]:
        """By visitor, the segments that they are newly in; then forgotten."""
        return self._people.placed()

    def progress(self) -> Progress:
        """How far this has come; to be written after what `changes`, `shards` and `traits` returned before."""
        history, course = self._counting.membership.history, self._course
        sessions, opened = self._people.sessions(course.mark.watermark, course.since)
        return course.progress(sessions, opened, history.marked(), history.least)
