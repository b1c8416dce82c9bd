"""States in the order in which people are to see them."""

from __future__ import annotations

from collections.abc import Iterable

from streams.messages import State

#: As on the board (consumers/board/text.js).
WORST_FIRST: tuple[State, ...] = ("silent", "under", "over", "watch", "par", "learning")


def worst(states: Iterable[State]) -> State:
    """The state of the whole of which these are the parts; of nothing, `learning`."""
    return min(states, key=WORST_FIRST.index, default="learning")
