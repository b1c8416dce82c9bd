"""How far one source partition has come in its topics and in time, beside its predecessor and for its successor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from streams.behaviour.shards import Marked
from streams.events.columns import Ints
from streams.events.mark import Mark
from streams.events.sessions import OpenSession
from streams.events.topics import RANK, SOURCE_TOPICS
from streams.events.watermark import Clock
from streams.panes.levels import LEVELS
from streams.panes.predecessor import Predecessor
from streams.panes.progress import Progress
from streams.panes.resume import Resume
from streams.segments.named import Named
from streams.settings import Settings

_NEVER = -(2**62)  # ms


class Course:
    """See the module. `offsets`: topic rank -> last offset read."""

    def __init__(self, settings: Settings) -> None:
        self.clock = Clock(SOURCE_TOPICS, settings.time.lateness, LEVELS[0])
        self.offsets: dict[int, int] = {}
        self.before = Predecessor(None, 0)
        self._resume = Resume(settings)
        # What must be read again before anything is written, and where time was then.
        self._last: dict[int, int] = {}  # topic rank -> offset
        self._watermark = _NEVER  # ms
        self._is_read = False

    @property
    def horizon(self) -> int:
        """ms before the watermark that events, sessions and ids seen still matter."""
        return self._resume.horizon

    def load(self, progress: Progress | None, begins: Mapping[str, int]) -> None:
        """Begin after a predecessor; `begins`: the first offset that each topic's log still has."""
        self.before = Predecessor(progress, self._resume.since(progress.watermark) if progress is not None else 0)
        self.offsets = {RANK[topic]: offset - 1 for topic, offset in begins.items() if offset}
        if progress is not None:
            self.clock.newest.update(progress.newest)
            self.comes_to([progress.mark])

    def read(self, topic: str, offsets: Ints, newest: int | None) -> None:
        """Records of `topic` were read; its newest time was `newest` before."""
        self.offsets[RANK[topic]] = int(offsets[-1])
        self._resume.read(topic, int(offsets[0]), newest, self.clock.newest[topic])

    def comes_to(self, marks: Iterable[Mark]) -> None:
        """Not only the predecessor, but also what it wrote last, had read and passed these."""
        for mark in marks:
            self._watermark = max(self._watermark, mark.watermark)
            for topic, offset in mark.offsets.items():
                if topic in RANK:
                    self._last[RANK[topic]] = max(self._last.get(RANK[topic], -1), offset)

    def meet(self) -> bool:
        """Is all read that the predecessor had read? Then the watermark is where that had left it.

        It would not come there by itself where a clock was ahead then and is right now, or before an hour is over.
        """
        if not self._is_read and all(self.offsets.get(rank, -1) >= last for rank, last in self._last.items()):
            self._is_read = True
            if self._watermark > _NEVER:
                self.clock.rise(self._watermark)
        return self._is_read

    @property
    def caught_up(self) -> bool:
        """Is all read and passed that the predecessor had?"""
        return self._is_read and self.clock.watermark is not None

    @property
    def mark(self) -> Mark:
        """The events that have been counted."""
        assert self.clock.watermark is not None
        return Mark(self.clock.watermark, {SOURCE_TOPICS[rank]: offset for rank, offset in self.offsets.items()})

    @property
    def since(self) -> int:
        """ms: all events from here on are read again by a successor."""
        return self._resume.since(self.mark.watermark)

    def progress(
        self, sessions: Mapping[str, OpenSession], opened: Named, shards: Sequence[Marked], least: Mark | None
    ) -> Progress:
        """What a successor is to know; it need not read again for the history what is in `least`."""
        watermark, offsets = self.mark
        return Progress(
            offsets=dict(offsets),
            resume=self._resume.offsets(self.mark if least is None else least),
            watermark=watermark,
            newest=self._resume.newest(),
            sessions=sessions,
            opened=opened,
            shards=shards,
        )
