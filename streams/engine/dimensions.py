"""One partition of segment_panes that this worker owns: its dimensions' scorers, and what of them has been sent."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping

import msgspec

from streams.engine import keys, parts
from streams.engine.large import Arriving
from streams.engine.pace import Pace
from streams.engine.position import Position
from streams.messages import Alert
from streams.panes import codec
from streams.scoring.alerts import calls, pipeline
from streams.scoring.scorer import DimensionScorer
from streams.scoring.standing import Saved

log = logging.getLogger("segpulse")

_saved = msgspec.msgpack.Decoder(Saved)


class Dimensions:
    """See the module."""

    def __init__(self, scorers: dict[str, DimensionScorer], paces: dict[str, Pace], watcher: str, end: int) -> None:
        """`watcher`: the dimension that says when nothing comes from anybody; `end`: as in Score.load."""
        self.scorers = scorers
        self._watcher = watcher
        self.paces = paces
        self.position = Position(0)
        self.end = end  # of the log when it was assigned: before it is read so far, nothing is scored
        #: The panes read so far of what was there then; None: all of it is taken.
        self.backlog: dict[bytes, bytes] | None = {} if end else None
        self.arriving = Arriving()
        self.since = time.monotonic()
        self.published: dict[str, int] = {}  # dimension -> tick
        self.shown: dict[str, set[str]] = {}  # dimension -> values on segment_scores
        self.folded: dict[str, int] = {}  # dimension -> what the metrics have of its scorer's count
        self.viewed: dict[str, int] = {}  # dimension -> tick of the last overview
        self.generation: dict[str, int] = {}  # dimension -> under which its state is written next
        self.closed: list[Alert] = []  # alerts that have ended with who could tell, still to be sent
        self.gone: list[str] = []  # dimensions that are no more
        self.dropped: list[bytes] = []  # the keys of their states

    @property
    def is_read(self) -> bool:
        """Is all read that was there when the partition was assigned?"""
        return self.position.expected >= self.end

    @property
    def ready(self) -> bool:
        """Is it taken too?"""
        return self.is_read and self.backlog is None

    def hold(self, key: bytes, value: bytes) -> None:
        """Put a pane by: of its snapshots only the one that has seen most is worth taking by a scorer that begins."""
        assert self.backlog is not None
        held = self.backlog.get(key)
        if held is None or codec.newer(codec.head(value), codec.head(held)):
            self.backlog[key] = value

    def rolled_up(self, key: bytes) -> None:
        """A coarser pane, which has said so, is in the place of this one: it is not put by for those that begin beyond
        it."""
        if self.backlog is not None and key in self.backlog:
            place, dimension = keys.parse_segment_pane(key), keys.dimension_of(key)
            if all(scorer.is_beyond(place) for scorer in self.scorers.values() if dimension in scorer.reads):
                del self.backlog[key]

    def take_pane(self, key: bytes, value: bytes) -> None:
        """Give a snapshot to the dimensions that look at it."""
        dimension = keys.dimension_of(key)
        if readers := [name for name, scorer in self.scorers.items() if dimension in scorer.reads]:
            now, snapshot = time.monotonic(), codec.decode(value)
            for name in readers:
                self.scorers[name].offer(snapshot)
                self.paces[name].counted(now)

    def take_watermark(self, key: bytes, value: bytes) -> None:
        """Give a source partition's watermark to its dimension, unless that is no longer declared."""
        dimension = keys.dimension_of(key)
        if dimension in self.scorers:
            said = codec.decode_watermark(value)
            self.scorers[dimension].offer_watermark(said)
            self.paces[dimension].spoken(time.monotonic(), said.partition, bool(said.early))

    def restore(self, dimension: str, held: Mapping[bytes, bytes]) -> None:
        """Go on with what is held of a dimension; of one that is no longer declared, end it."""
        self.generation[dimension], packed = parts.join(dimension, held)
        saved = None
        try:
            saved = _saved.decode(packed) if packed is not None else None
        except msgspec.DecodeError as error:
            log.warning("score: the state of %s is another version's, and begins anew: %s", dimension, error)
        scorer = self.scorers.get(dimension)
        if scorer is None:
            self.gone.append(dimension)
            self.dropped += [key for key in held if parts.name(key) == dimension]
        if saved is None:
            return
        self.shown[dimension] = set(saved.segments)
        if scorer is None:
            self.closed += calls.closed(dimension, saved.tick, saved, range(len(saved.kpis)))
        if saved.down and dimension != self._watcher:
            self.closed.append(pipeline.ended(saved.tick, saved.data))
            saved = msgspec.structs.replace(saved, down=False)
        if scorer is not None:
            scorer.restore(saved)
