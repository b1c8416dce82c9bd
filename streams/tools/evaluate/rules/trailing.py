"""Sums over the looks of the last day."""

from __future__ import annotations

from collections import deque

from streams.events.columns import Ints


class Trailing:
    """The sum of the last `size` arrays; of all, while there are fewer."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: deque[Ints] = deque()
        self._sum: Ints | None = None

    def add(self, counts: Ints) -> Ints:
        self._kept.append(counts)
        self._sum = counts.copy() if self._sum is None else self._sum + counts
        if len(self._kept) > self._size:
            self._sum -= self._kept.popleft()
        return self._sum
