"""Segments' scores as scripts.WRITE takes them: many at once, the names of what they have in common only once."""

from __future__ import annotations

import msgspec

from consumers.redis.fields import fields, name, showing, texts
from streams.messages import SegmentScores


class Packed:
    """Segments for one trip to Redis."""

    def __init__(self, now: int) -> None:
        """`now`: ms of the wall clock, as `updated_at` will say."""
        self.members: list[str] = []
        self.ranks: set[str] = set()  # that any of them is in
        self._now = now
        self._shapes: dict[tuple[str, ...], int] = {}  # field names -> number, from 1 as in Lua
        self._described: list[tuple[tuple[str, ...], str, list[int]]] = []
        self._segments: list[tuple[str, int, int, int, list[str], str, str]] = []

    def add(self, member: str, scores: SegmentScores, expiry: int) -> None:
        """A segment, to vanish at `expiry`, ms."""
        out, shown = fields(scores, self._now), showing(scores)
        names = tuple(out)
        shape = self._shapes.get(names) or self._describe(names, scores)
        states = _json({kpi: cell.state for kpi, cell in shown.items()})
        windows = _json({kpi: cell.window for kpi, cell in shown.items()})
        self.members.append(member)
        self._segments.append((member, scores.at, expiry, shape, texts(out.values()), states, windows))

    def shapes(self) -> bytes:
        """The shapes of them all."""
        return msgspec.msgpack.encode(self._described)

    def segments(self) -> bytes:
        """The segments, in the order of `members`."""
        return msgspec.msgpack.encode(self._segments)

    def _describe(self, names: tuple[str, ...], scores: SegmentScores) -> int:
        ranks = [name(cell) for cell in scores.cells if cell.index is not None]
        place = {field: number for number, field in enumerate(names, start=1)}
        self._described.append((names, _json(ranks), [place[f"{rank}:index"] for rank in ranks]))
        self.ranks.update(ranks)
        self._shapes[names] = len(self._described)
        return len(self._described)


def _json(value: object) -> str:
    """Text, as Lua does not unpack bytes."""
    return msgspec.json.encode(value).decode()
