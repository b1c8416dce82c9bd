"""One source partition read as the engine reads it, crashes and all, with dicts for Kafka."""

from __future__ import annotations

import msgspec
import numpy as np
from hypothesis import strategies as st

from streams.events.mark import newer
from streams.events.topics import SOURCE_TOPICS
from streams.messages import PaneSnapshot, Watermark
from streams.panes import codec
from streams.panes.panes import Change, Key
from streams.panes.partition import SourcePartition
from streams.panes.progress import Progress
from streams.segments.known import Traits
from streams.settings import Settings
from tests.panes.history import MEASURES, MINUTE, SETTINGS, START, Happening, Log, heartbeat, record

_PROGRESS = msgspec.json.Decoder(Progress)  # as the engine writes and reads it

Step = tuple[str, int, int]

#: Read some records of one topic; write a checkpoint; die; die within a checkpoint, after some of its steps.
steps = st.lists(
    st.tuples(st.just("read"), st.integers(0, len(SOURCE_TOPICS) - 1), st.integers(1, 8))
    | st.tuples(st.just("read all"), st.integers(1, 12), st.just(0))
    | st.tuples(st.just("checkpoint"), st.just(0), st.just(0))
    | st.tuples(st.just("crash"), st.integers(-1, 20), st.just(0)),
    max_size=40,
)


class Reader:
    """`panes`, `progress`, `openings`, `traits`, `shards` are the changelogs; `said` is what went to segment_panes."""

    def __init__(self, log: Log, number: int = 0, settings: Settings = SETTINGS) -> None:
        self.log, self.number, self.settings = log, number, settings
        self.panes: dict[Key, bytes] = {}
        self.progress: Progress | None = None
        self.traits: dict[str, Traits] = {}
        self.openings: dict[str, bytes] = {}
        self.shards: dict[int, bytes] = {}
        self.said: list[Change | Watermark] = []
        self._last_said: dict[Key, PaneSnapshot] = {}
        self._start()

    def _start(self) -> None:
        self._left: int | None = None
        self.core = SourcePartition(self.number, self.settings, MEASURES)
        self.core.load(self.panes, self.progress, self.traits, self.shards, self.openings, {})
        resume = self.progress.resume if self.progress else {}
        self._next = {topic: resume.get(topic, 0) for topic in SOURCE_TOPICS}
        snapshots = [(key, codec.decode(value), value) for key, value in self.panes.items()]
        self._unsaid = [
            Change(key, snapshot, value, tuple(snapshot.counts))
            for key, snapshot, value in snapshots
            if self.progress is None or not self.progress.mark.includes(codec.mark(snapshot))
        ]

    def run(self, steps: list[Step]) -> None:
        for what, a, b in steps:
            if what == "read":
                self.read(SOURCE_TOPICS[a], b)
            elif what == "read all":
                for topic in SOURCE_TOPICS:
                    self.read(topic, a)
            elif what == "checkpoint":
                self.checkpoint()
            else:
                if a >= 0:
                    self.checkpoint(a)
                self._start()

    def read(self, topic: str, count: int) -> None:
        first = self._next[topic]
        values = self.log[topic][first : first + count]
        self.core.take(topic, np.arange(first, first + len(values)), values)
        self._next[topic] += len(values)
        self.core.advance()

    def position(self, topic: str) -> int:
        """How many records of it are read."""
        return self._next[topic]

    def checkpoint(self, steps: int | None = None) -> None:
        """Write the panes and openings, then traits and shards of history, send the panes on, remove what is gone,
        write how far this has come; or only the first so many `steps` of that.

        Nothing is sent on that is not written: a successor writes nothing before it has read all that went into what is
        written, so what it sends on has seen more than what its predecessor did.
        """
        if not self.core.caught_up:
            return
        changes, openings = self.core.changes(), self.core.openings()
        shards, traits = self.core.shards(), self.core.traits()
        progress = self.core.progress()
        there, gone = [c for c in changes if c.value is not None], [c for c in changes if c.value is None]
        self._left = steps
        for change in there:
            if self._go_on():
                self._write(change)
        for opened, told in openings.items():
            if told is not None and self._go_on():
                assert opened not in self.openings, "would take its place"
                self.openings[opened] = told
        for visitor, known in traits.items():
            if self._go_on():
                self.traits[visitor] = known
        for number, value in shards.items():
            if self._go_on():
                self._keep(number, value)
        for change in [*self._unsaid, *there]:
            if self._go_on():
                self._say(change)
        if self._go_on():
            self.said.append(Watermark(partition=self.number, watermark=progress.watermark))
        for change in gone:
            if self._go_on():
                self.panes.pop(change.key, None)
        for opened, told in openings.items():
            if told is None and self._go_on():
                del self.openings[opened]
        if self._go_on():
            self.progress = _PROGRESS.decode(msgspec.json.encode(progress))
            self._unsaid = []

    def _keep(self, number: int, value: bytes | None) -> None:
        if value is None:
            self.shards.pop(number, None)
            return
        old = self.shards.get(number)
        assert old is None or newer(value, old), "would be passed over"
        self.shards[number] = value

    def _say(self, change: Change) -> None:
        assert change.snapshot is not None
        old = self._last_said.get(change.key)
        assert old is None or codec.newer(change.snapshot, old), "the scorer would pass over it"
        self._last_said[change.key] = change.snapshot
        self.said.append(change)

    def _go_on(self) -> bool:
        if self._left is None:
            return True
        self._left -= 1
        return self._left >= 0

    def _write(self, change: Change) -> None:
        assert change.value is not None
        old = self.panes.get(change.key)
        assert old is None or codec.newer(codec.decode(change.value), codec.decode(old)), "would be passed over"
        self.panes[change.key] = change.value

    def finish(self) -> None:
        """Read all there is and write it."""
        for topic in SOURCE_TOPICS:
            self.read(topic, len(self.log[topic]))
        self.checkpoint()


def sent_again(event: Happening) -> Reader:
    """`event` at START, and once more when it has been nine minutes: a reader that has begun anew after the first."""
    log = {topic: [heartbeat(START + m * MINUTE) for m in (0, 9, 11, 20, 35)] for topic in SOURCE_TOPICS}
    log[event.topic][1:1] = [record(event)]
    log[event.topic][3:3] = [record(event)]
    reader = Reader(log)
    for _ in range(9):
        for topic in SOURCE_TOPICS:
            reader.read(topic, 1)
        reader.checkpoint()
    assert reader.progress is not None
    assert reader.progress.resume[event.topic] == 2
    reader.run([("crash", -1, 0)])
    return reader
