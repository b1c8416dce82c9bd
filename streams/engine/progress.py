"""What a source partition's changelog holds besides panes: how far it has come. And which of two records stands."""

from __future__ import annotations

import msgspec

from streams.panes import codec
from streams.panes.progress import Progress

PROGRESS = b"progress"  # the key

encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(Progress).decode


def newer(key: bytes, new: bytes, old: bytes) -> bool:
    """May `new` stand in the place of `old` under `key` of the panes' changelog? What has seen more stands."""
    if key != PROGRESS:
        return codec.newer(codec.decode(new), codec.decode(old))
    ahead, behind = decode(new), decode(old)
    return ahead.watermark >= behind.watermark and all(
        ahead.offsets.get(topic, -1) >= offset for topic, offset in behind.offsets.items()
    )
