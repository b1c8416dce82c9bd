"""Events in order become what they count: duplicates left out, each in its segments, with the measures it adds to."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from streams.events.columns import Bools, Columns, Ints, Segments
from streams.events.dedupe import Dedupe
from streams.panes.measuring import Measuring
from streams.panes.openings import Openings
from streams.panes.tally import Increments
from streams.segments.membership import Membership
from streams.segments.named import UNTOLD


class Counted(NamedTuple):
    """Events, none of them twice, and what they count."""

    events: Columns
    member: Segments  # [events × dimensions] segment ids; then more rows, which increments speak of
    increments: tuple[Increments, ...]


class Counting:
    """What depends on the events before: ids seen, who visitors are, open sessions."""

    def __init__(self, dedupe: Dedupe, membership: Membership, measuring: Measuring) -> None:
        self.dedupe = dedupe
        self.membership = membership
        self.measuring = measuring
        self.openings = Openings(membership.dimensions, membership.registry)

    def copy(self, horizon: int) -> Counting:
        """The same as of now, to go its own way; ids count as seen for `horizon` (ms), and none yet."""
        other = Counting(Dedupe(horizon), self.membership.copy(), self.measuring.copy())
        other.openings = self.openings.copy()
        return other

    def count(self, events: Columns, told: Bools, old: Bools) -> tuple[Counted, Bools]:
        """Take events in order; what they count, and which of them were fresh (no duplicates).

        `told`: those that a predecessor had dealt with; `old`: see Measuring.
        """
        fresh = self.dedupe.fresh(events.ident, events.time)
        if not fresh.all():
            events, told, old = events[np.flatnonzero(fresh)], told[fresh], old[fresh]
        opened = self.openings.told(events)
        visits, parts = self.measuring.sessions_of(events, old, opened >= 0)
        increments = self.measuring.increments(events, visits, parts)
        member, looks = self.membership.of(events)
        began = self.openings.of(events, visits, member, opened, told)
        if began.min(initial=0) == UNTOLD:
            began = np.where(began == UNTOLD, member[visits.event], began)
        looked = (Increments(*look) for look in looks)
        return Counted(events, np.concatenate([member, began]), (*increments, *looked)), fresh

    def recall(self, events: Columns, old: Bools) -> Bools:
        """Take events in order that have been counted, for their ids, sessions and history; which were fresh?"""
        fresh = self.dedupe.fresh(events.ident, events.time)
        events, old = events[fresh], old[fresh]
        opened = self.openings.told(events)
        visits, _ = self.measuring.sessions_of(events, old, opened >= 0)
        self.openings.of(events, visits, None, opened, np.ones_like(old))
        if self.membership.history:
            self.membership.history.add(events)
        return fresh

    def grow(self, visitors: int) -> None:
        """Make room for visitor rows up to `visitors`."""
        self.membership.known.grow(visitors)
        self.measuring.sessions.grow(visitors)
        self.openings.grow(visitors)

    def release(self, visitors: Ints) -> None:
        """These rows are to be other visitors'."""
        self.measuring.sessions.forget(visitors)
        self.openings.forget(visitors)
        self.membership.history.release(visitors)
