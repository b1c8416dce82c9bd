"""One partition of segment_panes that this worker owns: its dimensions' scorers, and what of them has been sent."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import msgspec

from streams.engine import parts
from streams.engine.pace import Pace
from streams.engine.position import Position
from streams.messages import Alert
from streams.scoring import calls
from streams.scoring.scorer import DimensionScorer
from streams.scoring.standing import Saved

log = logging.getLogger("segpulse")

_saved = msgspec.msgpack.Decoder(Saved)


class Dimensions:
    """See the module."""

    def __init__(self, scorers: dict[str, DimensionScorer], paces: dict[str, Pace], end: int) -> None:
        self.scorers = scorers
        self.paces = paces
        self.position = Position(0)
        self.end = end  # of the log when it was assigned: before it is read so far, nothing is scored
        self.published: dict[str, int] = {}  # dimension -> tick
        self.shown: dict[str, set[str]] = {}  # dimension -> values on segment_scores
        self.generation: dict[str, int] = {}  # dimension -> under which its state is written next
        self.closed: list[Alert] = []  # of dimensions that are no more, still to be sent
        self.dropped: list[bytes] = []  # keys of their states

    @property
    def ready(self) -> bool:
        """Is all read that was there when the partition was assigned?"""
        return self.position.expected >= self.end

    def restore(self, dimension: str, held: Mapping[bytes, bytes]) -> None:
        """Go on with what is held of a dimension; of one that is no longer declared, end it."""
        self.generation[dimension], packed = parts.join(dimension, held)
        saved = None
        try:
            saved = _saved.decode(packed) if packed is not None else None
        except msgspec.DecodeError as error:
            log.warning("score: the state of %s is another version's, and begins anew: %s", dimension, error)
        if dimension not in self.scorers:
            self.dropped += [key for key in held if parts.names({key: b""}) == {dimension}]
            if saved is not None:
                self.closed += calls.closed(dimension, saved.tick, saved, range(len(saved.kpis)))
        elif saved is not None:
            self.scorers[dimension].restore(saved)
