"""At midnight (UTC) it is looked who stays: what comes of it counts at the end of the day that is over.

       events before midnight, all counted        midnight
    ──────────────────────────────────────────┤x├──────────► event time
                                              what is looked at: no event, but in this pane as if it were

A pane that was written when the watermark had passed midnight contains it, like an event; so it comes once, wherever a
worker dies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from streams.behaviour.rules import DAY
from streams.behaviour.staying import Cohort
from streams.events.amounts import NONE
from streams.events.columns import Columns, Ints
from streams.panes.counting import Counted
from streams.panes.pane import DERIVED
from streams.panes.tally import Increments
from streams.segments.membership import Membership


class Census:
    """Of one source partition; `_next` is the midnight (ms) that is due next."""

    def __init__(self, membership: Membership) -> None:
        self._membership = membership
        self._next: int | None = None

    def begin(self, earliest: int) -> None:
        """All before this time (ms) has been dealt with, or there is nothing before it."""
        self._next = (earliest // DAY + 1) * DAY

    def due(self, watermark: int, earliest: Callable[[], int]) -> Iterator[int]:
        """The midnights up to the watermark (ms) that are due, each when all before it is counted.

        `earliest`: the time (ms) of the first event there is, asked for where nothing had been dealt with.
        """
        if not self._membership.history.staying:
            return
        if self._next is None:
            self.begin(min(watermark, earliest()))
        while self._next is not None and self._next <= watermark:
            self._next += DAY
            yield self._next - DAY

    def counted(self, midnight: int) -> list[Counted]:
        """What is counted at `midnight` (ms), when all before it has been."""
        cohorts = self._membership.history.cohorts(midnight)
        return [self._counted(cohort, midnight - 1) for cohort in cohorts if len(cohort.visitors)]

    def _counted(self, cohort: Cohort, time: int) -> Counted:
        looks = self._columns(cohort.visitors, time)
        of, everybody = cohort.retention, np.ones_like(cohort.retained)
        parts = [(of.cohort, everybody), (of.retained, cohort.retained), (of.churned, ~cohort.retained)]
        which = [(column, np.flatnonzero(some)) for column, some in parts if column >= 0]
        columns = np.concatenate([np.full_like(rows, column) for column, rows in which])
        increments = Increments(np.concatenate([rows for _, rows in which]), columns)
        return Counted(looks, self._membership.of(looks).member, (increments,))

    def _columns(self, visitors: Ints, time: int) -> Columns:
        """As if each were an event that says nothing, and adds to no measure by itself."""
        n = len(visitors)
        return Columns(
            time=np.full(n, time, dtype=np.int64),
            topic=np.full(n, -1, dtype=np.int8),
            offset=np.full(n, DERIVED, dtype=np.int64),
            visitor=visitors.astype(np.int32),
            kind=np.full(n, -1, dtype=np.int16),
            fields=np.tile(self._membership.no_fields, (n, 1)),
            ident=np.zeros((n, 2), dtype=np.uint64),
            traits=np.full(n, None, dtype=object),
            value=np.full(n, NONE, dtype=np.int64),
            product=np.zeros((n, 1), dtype=np.int64),
        )
