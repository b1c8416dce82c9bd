"""Events in order become what they count: duplicates left out, each in its segments, with the measures it adds to."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from streams.events.columns import Bools, Columns, Ints, Segments
from streams.events.dedupe import Dedupe
from streams.panes.measuring import Measuring
from streams.panes.tally import Increments
from streams.segments.membership import Membership


class Counted(NamedTuple):
    """Events, none of them twice, and what they count."""

    events: Columns
    member: Segments  # [events × dimensions] segment ids
    increments: tuple[Increments, ...]


class Counting:
    """What depends on the events before: ids seen, who visitors are, open sessions."""

    def __init__(self, dedupe: Dedupe, membership: Membership, measuring: Measuring) -> None:
        self.dedupe = dedupe
        self.membership = membership
        self.measuring = measuring

    def copy(self, horizon: int) -> Counting:
        """The same as of now, to go its own way; ids count as seen for `horizon` (ms), and none yet."""
        return Counting(Dedupe(horizon), self.membership.copy(), self.measuring.copy())

    def count(self, events: Columns, old: Bools) -> tuple[Counted, Bools]:
        """Take events in order; what they count, and which of them were fresh (no duplicates). `old`: see Measuring."""
        fresh = self.dedupe.fresh(events.ident, events.time)
        if not fresh.all():
            events, old = events[np.flatnonzero(fresh)], old[fresh]
        increments = self.measuring.increments(events, old)
        member, looks = self.membership.of(events)
        return Counted(events, member, (*increments, *(Increments(*look) for look in looks))), fresh

    def recall(self, events: Columns, old: Bools) -> Bools:
        """Take events in order that have been counted, for their ids, sessions and history; which were fresh?"""
        fresh = self.dedupe.fresh(events.ident, events.time)
        self.measuring.increments(events[fresh], old[fresh])
        if self.membership.history:
            self.membership.history.add(events[fresh])
        return fresh

    def grow(self, visitors: int) -> None:
        """Make room for visitor rows up to `visitors`."""
        self.membership.known.grow(visitors)
        self.measuring.sessions.grow(visitors)

    def release(self, visitors: Ints) -> None:
        """These rows are to be other visitors'."""
        self.measuring.sessions.forget(visitors)
        self.membership.history.release(visitors)
