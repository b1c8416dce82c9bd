"""The same event id of the same visitor twice within the horizon counts once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

_Seen = tuple[int, object]  # visitor row, id


class Dedupe:
    """The event ids seen within the last `horizon` ms of event time. Ids are kept whole: no two are ever confused.

    An id is its visitor's own, and what makes an event a repetition is its time alone: so neither the number of
    partitions nor the size of the batches makes a difference, and a reader that begins `horizon` earlier knows enough.
    """

    def __init__(self, horizon: int) -> None:
        self._horizon = horizon
        self._step = max(horizon // 4, 1)
        self._seen: dict[_Seen, int] = {}  # when last, ms
        self._by_time: defaultdict[int, list[_Seen]] = defaultdict(list)

    def __len__(self) -> int:
        return len(self._seen)

    def fresh(self, visitors: Iterable[int], idents: Iterable[object], times: Iterable[int]) -> list[bool]:
        """For each event, in order: was its id last seen more than the horizon before? Without an id, always fresh."""
        seen, by_time, step, horizon = self._seen, self._by_time, self._step, self._horizon
        out = []
        for visitor, ident, time in zip(visitors, idents, times, strict=True):
            if ident is None:
                out.append(True)
                continue
            key = visitor, ident
            last = seen.get(key)
            out.append(last is None or time - last > horizon)
            if last is None or time > last:
                seen[key] = time
                by_time[time // step].append(key)
        return out

    def forget(self, watermark: int) -> None:
        """Drop the ids older than the horizon before `watermark` (ms)."""
        oldest = (watermark - self._horizon) // self._step
        for bucket in [b for b in self._by_time if b < oldest]:
            for key in self._by_time.pop(bucket):
                if key in self._seen and self._seen[key] // self._step <= bucket:
                    del self._seen[key]
