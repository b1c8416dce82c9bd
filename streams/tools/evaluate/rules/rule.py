"""What every rule does: look at the counts since the look before, and say which segments it calls."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from streams.events.columns import Ints
from streams.tools.evaluate.look import Look

Directions = npt.NDArray[np.int8]


class Calls(NamedTuple):
    """Per segment [runs × segments]: 1 where it fires upward, -1 downward, 0 where it doesn't; since when (ms)."""

    direction: Directions
    since: Ints | None = None  # where the rule estimates the change point


class Rule(Protocol):
    """Remembers what it needs of earlier looks. Every run is a board of its own."""

    def look(self, look: Look) -> Calls:
        """Take the next look."""
