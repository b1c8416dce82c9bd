"""How far a source partition has come: what a successor must know besides the panes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from streams.behaviour.shards import Marked
from streams.events.mark import Mark
from streams.events.sessions import OpenSession
from streams.segments.named import Named


class Progress(NamedTuple):
    """Written after the panes that it speaks of."""

    offsets: dict[str, int]  # topic -> last offset read
    resume: dict[str, int]  # topic -> offset from which a reader must start to know sessions, duplicates and history
    watermark: int
    newest: Mapping[str, int] = {}  # topic -> newest time (ms) before `resume`: the next event is judged by it
    sessions: Mapping[str, OpenSession] = {}  # visitor -> an open session of which more matters than is read again
    opened: Named = Named()  # where these began, in the same order
    shards: Sequence[Marked] = ()  # of visitors' history: which events what is written of each contains

    @property
    def mark(self) -> Mark:
        """The events that are in what was written before."""
        return Mark(self.watermark, self.offsets)
