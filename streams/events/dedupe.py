"""The same event id twice within the horizon counts once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable


class Dedupe:
    """The event ids seen within the last `horizon` ms of event time. Ids are kept whole: no two are ever confused."""

    def __init__(self, horizon: int) -> None:
        self._horizon = horizon
        self._step = max(horizon // 4, 1)
        self._seen: set[object] = set()
        self._by_time: defaultdict[int, list[object]] = defaultdict(list)

    def __len__(self) -> int:
        return len(self._seen)

    def fresh(self, idents: Iterable[object], times: Iterable[int]) -> list[bool]:
        """For each event, in order: has its id not been seen yet? Events without an id are always fresh."""
        seen, by_time, step = self._seen, self._by_time, self._step
        out = []
        for ident, time in zip(idents, times, strict=True):
            if ident is None:
                out.append(True)
                continue
            known = len(seen)
            seen.add(ident)
            new = len(seen) > known
            out.append(new)
            if new:
                by_time[time // step].append(ident)
        return out

    def forget(self, watermark: int) -> None:
        """Drop the ids older than the horizon before `watermark` (ms)."""
        oldest = (watermark - self._horizon) // self._step
        for bucket in [b for b in self._by_time if b < oldest]:
            self._seen.difference_update(self._by_time.pop(bucket))
