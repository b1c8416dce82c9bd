"""Who clicks in the benchmark: visitors with traits of few or many values, some values common and most rare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import orjson

#: Trait -> how many values it has. With the cross of settings.py: 6 trait dimensions, 200 values in the largest.
TRAITS: Mapping[str, int] = {
    "industry": 12,
    "function": 8,
    "company_size": 6,
    "country": 200,
    "city_tier": 3,
    "buying_stage": 5,
}
_TAIL = 0.7  # the i-th value's share is as 1 / i ** _TAIL: the rarest of 200 still has 1 in 1,000 visitors


class Profile(NamedTuple):
    """A record of the topic `profiles`."""

    key: bytes
    value: bytes


def visitor_name(visitor: int) -> str:
    """The id of a visitor."""
    return f"v-{visitor:07d}"


def profiles(visitors: int, seed: int, timestamp: int, traits: Mapping[str, int] = TRAITS) -> Iterator[Profile]:
    """Who everybody is, as of `timestamp` (ms); the same seed makes the same."""
    rng = np.random.default_rng([seed, 1])
    drawn = {trait: _draw(rng, visitors, values) for trait, values in traits.items()}
    columns = zip(*(column.tolist() for column in drawn.values()), strict=True)
    for visitor, codes in enumerate(columns):
        name = visitor_name(visitor)
        known = {trait: f"{trait}-{code:03d}" for trait, code in zip(drawn, codes, strict=True)}
        value = orjson.dumps({"visitor_id": name, "timestamp": timestamp, "traits": known})
        yield Profile(name.encode(), value)


def _draw(rng: np.random.Generator, count: int, values: int) -> np.ndarray:
    shares = 1.0 / np.arange(1, values + 1) ** _TAIL
    return rng.choice(values, size=count, p=shares / shares.sum())
