"""Events that may be counted become columns: visitors as rows, fields as segments, ids as fingerprints."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

import numpy as np

from streams.events.columns import NOBODY, Columns, Kinds, Prints
from streams.events.decode import Event
from streams.events.fingerprints import fingerprints, joined
from streams.events.intake import Good
from streams.events.products import products
from streams.events.topics import PROFILES, RANK, SOURCES
from streams.kpis.measures import Measures
from streams.segments.membership import Membership
from streams.segments.visitors import Visitors

_ORDERS = "orders"


class Columnar:
    """Makes the columns of one source partition's events."""

    def __init__(self, visitors: Visitors, membership: Membership, measures: Measures) -> None:
        self._visitors = visitors
        self._membership = membership
        self._measures = measures

    def columns(self, topic: str, good: Good, told: bool = False) -> Columns:
        """The events of a batch of `topic`; visitors that have no row yet get one.

        `told`: nothing is counted of any of them any more, so their fields do not matter. Nor do those of profiles.
        """
        n, events = len(good.events), good.events
        prints = fingerprints(good.visitor)
        fields = {} if told or topic == PROFILES else self._membership.fields
        segments = np.zeros((n, len(self._membership.fields)), dtype=np.int32)
        for column, (dimension, field) in enumerate(fields.items()):
            segments[:, column] = self._membership.field_ids(dimension, list(map(attrgetter(field), events)))
        said, traits = [event.traits for event in events], np.empty(n, dtype=object)
        if any(said):
            traits[:] = said
        # Of what is only history too: see Counting.recall.
        product = np.zeros((n, int(self._measures.past.of_products)), dtype=np.int64)
        if self._measures.past.of_products and topic == _ORDERS:
            product[:, 0] = products([event.content for event in events])
        visitor = self._visitors.rows(good.visitor, prints, good.time)
        if topic != PROFILES and not SOURCES[topic].of_somebody:
            visitor[[not name for name in good.visitor]] = NOBODY
        return Columns(
            time=good.time,
            topic=np.full(n, RANK[topic], dtype=np.int8),
            offset=good.offset,
            visitor=visitor,
            kind=self._kinds(topic, good.name),
            fields=segments,
            ident=_idents(topic, events, prints),
            traits=traits,
            value=good.value,
            product=product,
        )

    def _kinds(self, topic: str, names: Sequence[str | None]) -> Kinds:
        if topic == PROFILES:
            return np.full(len(names), -1, dtype=np.int16)
        kinds = {name: self._measures.kind(topic, name or SOURCES[topic].default or "") for name in set(names)}
        if len(kinds) == 1:
            return np.full(len(names), next(iter(kinds.values())), dtype=np.int16)
        return np.array([kinds[name] for name in names], dtype=np.int16)


def _idents(topic: str, events: Sequence[Event], visitors: Prints) -> Prints:
    """Fingerprints of visitor and event id; (0, 0) where there is no id ("" is none, 0 is one). A profile has none."""
    if topic == PROFILES:
        return np.zeros((len(events), 2), dtype=np.uint64)
    ids = [event.event_id or (0 if event.event_id == 0 else event.message_id) for event in events]
    if set(map(type, ids)) == {str} and all(ids):
        return joined(fingerprints(ids), visitors)  # type: ignore[arg-type]
    texts = ["" if each is None else str(each) for each in ids]
    out = joined(fingerprints(texts), visitors)
    out[[not text for text in texts]] = 0
    return out
