"""One source partition, from raw records to panes: decode, validate, reorder, dedupe, sessions, segments, panes.

Pure: no Kafka, no Faust, no wall clock. The ingest agent and the backtest both drive this and nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from streams.events.columns import Columns, Ints
from streams.events.dedupe import Dedupe
from streams.events.fingerprints import fingerprints
from streams.events.intake import Bad, Good, Intake
from streams.events.reorder import Reorder
from streams.events.topics import PROFILES, SOURCE_TOPICS
from streams.events.watermark import Clock
from streams.kpis.measures import Measures
from streams.messages import DeadLetter
from streams.panes.columnar import Columnar
from streams.panes.counting import Counting
from streams.panes.early import NOTHING, PANE, Early, Told
from streams.panes.levels import Grid
from streams.panes.measuring import Measuring
from streams.panes.panes import Change, Key, Panes
from streams.panes.predecessor import Predecessor
from streams.panes.progress import Progress
from streams.panes.resume import Resume
from streams.panes.stats import Stats
from streams.segments.known import Traits
from streams.segments.membership import Membership
from streams.segments.visitors import Visitors
from streams.settings import Settings

_RANK = {topic: rank for rank, topic in enumerate(SOURCE_TOPICS)}
_KEPT = 65_536  # bytes of a bad record that its dead letter keeps
_CROWD = 50_000  # events that may wait for the watermark before topics that are ahead are held back
_NEAR = 60_000  # ms that the watermark may be further behind than it must, for early counts to be made


class SourcePartition:
    """All that one worker keeps of one source partition."""

    def __init__(self, number: int, settings: Settings, measures: Measures) -> None:
        self.number = number
        self._settings = settings
        self._measures = measures
        self._visitors = Visitors()
        self._counting = Counting(
            Dedupe(settings.dedupe.horizon),
            Membership(settings.dimensions),
            Measuring(measures, settings.sessions.gap, settings.sessions.topics),
        )
        self._clock = Clock(SOURCE_TOPICS, settings.time.lateness, PANE)
        self._intake = Intake(self._clock, settings.time.ahead, max(settings.scoring.windows), settings.money)
        self._reorder = Reorder()
        self._columnar = Columnar(self._visitors, self._counting.membership, measures)
        self._panes = Panes(
            number, self._counting.membership, measures, Grid(settings.scoring.windows, settings.time.tick)
        )
        self._early: Early | None = None
        self._offsets: dict[int, int] = {}
        self._resume = Resume(settings)
        self._before = Predecessor(None, 0)
        self.stats = Stats({})
        self.dead_letters: list[DeadLetter] = []

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
        self._before = Predecessor(progress, self._resume.since(progress.watermark) if progress is not None else 0)
        self.stats = Stats(self._before.offsets)
        self._offsets = {_RANK[topic]: offset - 1 for topic, offset in begins.items() if offset}
        self._panes.load(panes)
        self._counting.membership.known.load(self._rows(list(traits)), list(traits.values()))
        if progress is not None:
            self._clock.newest.update(progress.newest)
            lasts = np.array([session.last for session in progress.sessions.values()], dtype=np.int64)
            rows = self._rows(list(progress.sessions), lasts)
            self._counting.measuring.sessions.load(dict(zip(rows, progress.sessions.values(), strict=True)))

    def take(self, topic: str, offsets: Ints, values: Sequence[bytes | None], now: int | None = None) -> None:
        """Take records of one topic, in offset order. `now` (ms) is the wall clock; None where only events tell time.

        Records that cannot be counted go to `dead_letters`; nothing that a record holds raises.
        """
        if not len(offsets):
            return
        newest = self._clock.newest[topic]
        good, bad = self._intake.judge(topic, offsets, values, now)
        self.dead_letters += [self._dead_letter(topic, each) for each in bad if self.stats.is_new(topic, each.offset)]
        self._offsets[_RANK[topic]] = int(offsets[-1])
        self._resume.read(topic, int(offsets[0]), newest, self._clock.newest[topic])
        if len(good.events):
            self._add(topic, good)

    def _add(self, topic: str, good: Good) -> None:
        told = self._before.told_all(topic, good.offset, good.time)
        events = self._columnar.columns(topic, good, told)
        self._counting.grow(len(self._visitors))
        if self._early is not None:
            self._early.grow(len(self._visitors))
        if self._clock.watermark is not None:
            self.stats.count_late(topic, events, self._clock.watermark)
        if topic == PROFILES and not good.time.any():
            self._learn(events)
            return
        self._reorder.add(events)
        if self._early is not None:
            self._early.add(events.by_time())

    def _learn(self, profiles: Columns) -> None:
        """Profiles of no time are before all events: they wait for nothing."""
        self._counting.membership.known.learn(profiles)
        if self._early is not None:
            self._early.learn(profiles)
        self.stats.count(profiles, np.ones(len(profiles), dtype=np.bool_))

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
            self._forget(watermark)
        return watermark

    def _count(self, events: Columns) -> None:
        told, old = self._before.told(events)
        if told.all() and not events.traits.astype(np.bool_).any():
            fresh = self._counting.recall(events, old)
        else:
            counted, fresh = self._counting.count(events, old)
            self._panes.add(counted, told[fresh])
        self.stats.count(events, fresh)

    def early(self, now: int) -> Told:
        """Provisional counts of what was read and still waits for the watermark.

        None while the watermark is far behind `now` (ms, the wall clock): who catches up has better to do.
        """
        watermark, times = self._clock.watermark, self._settings.time
        if watermark is None or now - watermark > 2 * times.lateness + times.idle_after + _NEAR:
            self._early = None
            return NOTHING
        if self._early is None:
            waiting = self._reorder.waiting()
            self._early = Early(self._counting, times.lateness, self._measures.names, waiting)
        self._early.passed(watermark)
        return self._early.counts(now)

    def ahead(self) -> set[str]:
        """The topics that should wait for others, where many events wait for the watermark already."""
        if len(self._reorder) < _CROWD:
            return set()
        return self._clock.ahead(self._settings.time.lateness + self._settings.time.idle_after)

    @property
    def is_first(self) -> bool:
        """Has it had no predecessor?"""
        return not self._before.existed

    @property
    def watermark(self) -> int | None:
        """ms; None while something has still to be heard of."""
        return self._clock.watermark

    @property
    def caught_up(self) -> bool:
        """Is all read that the predecessor had read? Before that, nothing may be written.

        It may have died within a checkpoint, having written panes further on than how far it said that it had come.
        """
        offsets = [*self._panes.offsets.items(), *self._before.offsets.items()]
        watermark = max(self._panes.watermark, self._before.watermark)
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
        return self._counting.membership.known.said(self._visitors.names)

    def progress(self) -> Progress:
        """How far this has come; to be written after what `changes` returned. Only when caught up."""
        watermark = self._clock.watermark
        assert watermark is not None
        visitors = self._visitors.names
        sessions = self._counting.measuring.sessions.open(watermark, self._resume.since(watermark))
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
        return self._counting.membership.registry.overflowed

    # -- the steps --------------------------------------------------------------------------------------------

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

    def _rows(self, names: Sequence[str], times: Ints | None = None) -> list[int]:
        """Rows of visitors of whom something is known from before."""
        heard = np.full(len(names), -1, dtype=np.int64) if times is None else times
        rows = self._visitors.rows(names, fingerprints(names), heard)
        self._counting.grow(len(self._visitors))
        return [int(row) for row in rows]

    def _forget(self, watermark: int) -> None:
        """What events that are still to come cannot depend on."""
        self._counting.dedupe.forget(watermark)
        # Twice the horizon: by then neither an open session nor an id seen is of such a visitor.
        oldest = watermark - 2 * self._resume.horizon
        freed = self._visitors.forget(oldest, self._counting.membership.known.any_of)
        self._counting.measuring.sessions.forget(freed)
        if self._early is not None:
            self._early.forget(freed)
