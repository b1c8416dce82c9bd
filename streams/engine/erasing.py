"""A record without a value on `profiles`, as one deletes a key of a compacted topic: a person is to be forgotten.

It is read as the profile that it amounts to: from the time of the record on, nothing is known of who they are. What
says otherwise of a time before does not count, whenever it is read (again).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from streams.engine.batches import Record
from streams.settings import Dimension

_encode = msgspec.json.Encoder().encode


def erasing(dimensions: Mapping[str, Dimension]) -> Callable[[Record], bytes | None]:
    """What a record without a value is read as; None: it says neither of whom nor when."""
    nothing = {dimension.trait: None for dimension in dimensions.values() if dimension.trait}

    def profile(record: Record) -> bytes | None:
        try:
            visitor = (record.key or b"").decode()
        except UnicodeDecodeError:
            return None
        if not visitor or record.timestamp < 0:
            return None
        return _encode({"visitor_id": visitor, "timestamp": record.timestamp, "traits": nothing})

    return profile
