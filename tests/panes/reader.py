"""One source partition read as the engine reads it, crashes and all, with dicts for Kafka."""

from __future__ import annotations

import msgspec
from hypothesis import strategies as st

from streams.events.topics import SOURCE_TOPICS
from streams.messages import Watermark
from streams.panes import codec
from streams.panes.panes import Change, Key
from streams.panes.partition import Progress, SourcePartition
from streams.segments.visitors import Traits
from tests.panes.history import MEASURES, SETTINGS, Log

_PROGRESS = msgspec.json.Decoder(Progress)  # as the engine writes and reads it

Step = tuple[str, int, int]

#: Read some records of one topic; write a checkpoint; die; die within a checkpoint, after some of its writes.
steps = st.lists(
    st.tuples(st.just("read"), st.integers(0, len(SOURCE_TOPICS) - 1), st.integers(1, 8))
    | st.tuples(st.just("read all"), st.integers(1, 12), st.just(0))
    | st.tuples(st.just("checkpoint"), st.just(0), st.just(0))
    | st.tuples(st.just("crash"), st.integers(-1, 6), st.just(0)),
    max_size=40,
)


class Reader:
    """`panes`, `progress`, `traits` are the changelogs; `said` is what went to segment_panes."""

    def __init__(self, log: Log, number: int = 0) -> None:
        self.log, self.number = log, number
        self.panes: dict[Key, bytes] = {}
        self.progress: Progress | None = None
        self.traits: dict[str, Traits] = {}
        self.said: list[Change | Watermark] = []
        self._start()

    def _start(self) -> None:
        self.core = SourcePartition(self.number, SETTINGS, MEASURES)
        self.core.load(self.panes, self.progress, self.traits, {})
        resume = self.progress.resume if self.progress else {}
        self._next = {topic: resume.get(topic, 0) for topic in SOURCE_TOPICS}

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
        self.core.take(topic, list(enumerate(values, first)))
        self._next[topic] += len(values)
        self.core.advance()

    def checkpoint(self, writes: int | None = None) -> None:
        """Write everything; or only the first `writes` panes, and not how far this has come."""
        if not self.core.caught_up:
            return
        changes, progress, traits = self.core.changes(), self.core.progress(), self.core.traits()
        for change in changes[:writes]:
            self._write(change)
        self.said += changes[:writes]
        if writes is None:
            self.traits |= traits
            self.progress = _PROGRESS.decode(msgspec.json.encode(progress))
            self.said.append(Watermark(partition=self.number, watermark=progress.watermark))

    def _write(self, change: Change) -> None:
        if change.value is None:
            self.panes.pop(change.key, None)
            return
        old = self.panes.get(change.key)
        assert old is None or codec.newer(codec.decode(change.value), codec.decode(old)), "would be passed over"
        self.panes[change.key] = change.value

    def finish(self) -> None:
        """Read all there is and write it."""
        for topic in SOURCE_TOPICS:
            self.read(topic, len(self.log[topic]))
        self.checkpoint()
