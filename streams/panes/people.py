"""The visitors of one source partition: what is known of them is loaded, told to a successor, and forgotten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from streams.behaviour.history import History
from streams.events.columns import Ints
from streams.events.fingerprints import fingerprints
from streams.events.mark import Mark
from streams.events.sessions import OpenSession
from streams.messages import VisitorSegments
from streams.panes.counting import Counted, Counting
from streams.panes.openings import Records
from streams.panes.progress import Progress
from streams.segments.known import Known, Traits
from streams.segments.named import Named
from streams.segments.placing import Placing
from streams.segments.visitors import Visitors
from streams.settings import Settings


class People:
    """Their rows are those of `visitors`; what depends on what they did and said is in `counting`."""

    def __init__(self, visitors: Visitors, counting: Counting, settings: Settings) -> None:
        self._visitors = visitors
        self._counting = counting
        chosen, registry = settings.visitors, counting.membership.registry
        #: None: nobody wants to know.
        self._placing = Placing(settings.dimensions, registry, chosen.ttl // 2) if chosen.publish else None

    @property
    def _known(self) -> Known:
        return self._counting.membership.known

    @property
    def _history(self) -> History:
        return self._counting.membership.history

    def load(
        self, progress: Progress | None, traits: Mapping[str, Traits], shards: Mapping[int, bytes], openings: Records
    ) -> None:
        """Begin with what a predecessor knew: traits by visitor, shards of history, open sessions in its progress, and
        records of where sessions were opened."""
        self._known.load(self._rows(list(traits)).tolist(), list(traits.values()))
        stood = Mark(progress.watermark, progress.offsets) if progress is not None else None
        self._history.load(shards, progress.shards if progress is not None else (), stood, self._rows)
        sessions: Mapping[str, OpenSession] = progress.sessions if progress is not None else {}
        lasts = np.array([session.last for session in sessions.values()], dtype=np.int64)
        rows = self._rows(list(sessions), lasts)
        self._counting.measuring.sessions.load(dict(zip(rows.tolist(), sessions.values(), strict=True)))
        self._counting.openings.load(openings, rows, progress.opened if progress is not None else Named())

    def _rows(self, names: Sequence[str], times: Ints | None = None) -> Ints:
        heard = np.full(len(names), -1, dtype=np.int64) if times is None else times
        rows = self._visitors.rows(names, fingerprints(names), heard)
        self._counting.grow(len(self._visitors))
        return rows.astype(np.int64)

    def traits(self) -> dict[str, Traits]:
        """What events have newly said of visitors; then forgotten."""
        return self._known.said(self._visitors.names)

    def shards(self, now: Mark) -> dict[int, bytes | None]:
        """The shards of history to write, which then are of the events of `now`; None: nothing is kept of it."""
        return self._history.due(now)

    def openings(self, watermark: int, since: int) -> dict[str, bytes | None]:
        """See Openings. `since`: as in `sessions`."""
        return self._counting.openings.due(watermark, since)

    def sessions(self, watermark: int, since: int) -> tuple[dict[str, OpenSession], Named]:
        """By visitor the sessions open at `watermark` that a successor must know that reads all since `since` (ms); and
        where they began."""
        names = self._visitors.names
        sessions = self._counting.measuring.sessions.open(watermark, since)
        opened = self._counting.openings.named(np.array(list(sessions), dtype=np.int64))
        return {names[row]: session for row, session in sessions.items()}, opened

    def place(self, counted: Counted) -> None:
        """Note where visitors are, by the last of their events."""
        if self._placing is not None:
            self._placing.take(counted.events, counted.member, len(self._visitors))

    def placed(self) -> dict[str, VisitorSegments]:
        """By visitor, the segments that they are newly in; then forgotten."""
        return self._placing.due(self._visitors.names) if self._placing is not None else {}

    def forget(self, watermark: int, horizon: int) -> Ints:
        """Drop what events after `watermark` (ms) cannot depend on; the rows that are to be other visitors'."""
        known, history = self._known, self._history
        self._counting.dedupe.forget(watermark)
        history.forget(watermark)
        # Twice the horizon: by then neither an open session nor an id seen is of such a visitor.
        oldest = watermark - 2 * horizon
        freed = self._visitors.forget(oldest, lambda rows: known.any_of(rows) | history.any_of(rows))
        self._counting.release(freed)
        if self._placing is not None:
            self._placing.release(freed)
        return freed
