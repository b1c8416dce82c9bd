"""What an event adds to a measure that rules ask for."""

from __future__ import annotations

import numpy as np

from streams.behaviour.rules import BOUGHT, SEEN
from streams.events.columns import Bools, Columns, Ints
from streams.events.terms import KINDS, Addition, additions

#: What happens to visitors without their doing: a mail to somebody who has lapsed does not bring them back.
_SENT = {
    *(("emails", "sent"), ("emails", "bounced"), ("social", "impression")),
    *(("attendance", "invited"), ("feedback", "survey_sent")),
}
_ORDER = ("orders", "order")
_RECORDED = {"leads", "customers", "spend"}  # topics of what others write down of them


class Adding:
    """One measure: by kind of event, whether it adds one, and from which value to which it adds one or its value."""

    def __init__(self, measure: str) -> None:
        found = {kind: _addition(measure, *kind) for kind in KINDS}
        by_kind = [*found.values(), None]  # the last is a profile's, kind -1
        self._one: Ints = np.array([add is not None and add.needs is None for add in by_kind], dtype=np.int64)
        needs = [(add.needs if add is not None else None) or (1, 0) for add in by_kind]
        self._low, self._high = np.array(needs, dtype=np.int64).T
        self._of_value = bool((self._low <= self._high).any())
        #: [kinds + 1]: some event of it adds something; the last is a profile's.
        self.kinds: Bools = np.array([add is not None for add in by_kind], dtype=np.bool_)
        self._of_products = measure == BOUGHT
        self._sums = any(add is not None and add.sums for add in by_kind)

    def of(self, events: Columns) -> Ints:
        """What each event adds; of sums thousandths."""
        kind = events.kind
        if self._of_products:
            return np.where(events.product[:, 0] > 0, self._one[kind], 0)
        if not self._of_value:
            return self._one[kind]
        fits = (self._low[kind] <= events.value) & (events.value <= self._high[kind])  # amounts.NONE is below all
        return np.where(fits, events.value if self._sums else 1, 0) + self._one[kind]


def _addition(measure: str, topic: str, event: str) -> Addition | None:
    if measure == SEEN:
        return Addition(SEEN) if topic not in _RECORDED and (topic, event) not in _SENT else None
    if measure == BOUGHT:
        return Addition(BOUGHT) if (topic, event) == _ORDER else None
    return next((add for add in additions(topic, event) if add.measure == measure), None)
