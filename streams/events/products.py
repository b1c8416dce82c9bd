"""What an order is of: a fingerprint of its `content`, the same in any process and as short for any number of them."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from streams.events.columns import Ints

BITS = 20  # of any two products, one in a million is taken for the other
_ALL = (1 << BITS) - 1


def products(contents: Sequence[str | None]) -> Ints:
    """[n]: of each content its CRC-32, folded to 1 and more; 0: it has none."""
    codes = {content: zlib.crc32(content.encode()) % _ALL + 1 if content else 0 for content in set(contents)}
    return np.array([codes[content] for content in contents], dtype=np.int64)
