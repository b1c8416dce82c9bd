"""The same event id of the same visitor twice within the horizon counts once."""

from __future__ import annotations

import numpy as np

from streams.events.columns import Bools, Ints, Prints
from streams.events.fingerprints import Table

_SWEEPS = 16  # in a horizon


class Dedupe:
    """The event ids seen within the last `horizon` ms of event time, as fingerprints of visitor and id.

    An id is its visitor's own, and what makes an event a repetition is its time alone: so neither the number of
    partitions nor the size of the batches makes a difference, and a reader that begins `horizon` earlier knows enough.
    """

    def __init__(self, horizon: int) -> None:
        self._horizon = horizon
        self._seen = Table()  # values: when last, ms
        self._swept: int | None = None

    def __len__(self) -> int:
        return len(self._seen)

    def fresh(self, idents: Prints, times: Ints) -> Bools:
        """For each event, in order: was its id last seen more than the horizon before? Without an id, always fresh."""
        out = np.ones(len(idents), dtype=np.bool_)
        named = np.flatnonzero(idents[:, 0] | idents[:, 1])
        slot, new = self._seen.place(idents[named])
        last = self._seen.values
        last[slot[new]] = times[named[new]]
        # Of those that have been seen what counts is the order among themselves too: one by one.
        for place, row in zip(slot[~new].tolist(), named[~new].tolist(), strict=True):
            out[row] = times[row] - last[place] > self._horizon
            last[place] = max(last[place], times[row])
        return out

    def has(self, idents: Prints, times: Ints) -> Bools:
        """Of which of these events has the id been seen within the horizon? Takes no note of them."""
        slot = self._seen.find(idents)
        out = np.zeros(len(idents), dtype=np.bool_)
        known = np.flatnonzero(slot >= 0)
        out[known] = times[known] - self._seen.values[slot[known]] <= self._horizon
        return out

    def forget(self, watermark: int) -> None:
        """Drop the ids older than the horizon before `watermark` (ms), now and then."""
        if self._swept is None:
            self._swept = watermark
        if watermark - self._swept >= self._horizon // _SWEEPS:
            self._swept = watermark
            self._seen.keep(self._seen.values >= watermark - self._horizon)
