"""The benchmark's events are as they are said to be: sizes, order, mix, the same by seed, read by our decoder."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import orjson
import pytest

from streams.events.decode import Event, decode
from streams.events.topics import PROFILES
from streams.events.validate import Valid, validate
from streams.tools.bench.audience import TRAITS, profiles
from streams.tools.bench.events import CAMPAIGNS, JITTER, LARGEST, MIX, SMALLEST, Made, drafts, events

START = 1_767_225_600_000.0  # ms
POOL = drafts(2_000, seed=1)


def made(seed: int = 1, chunk: int = 0, count: int = 20_000) -> list[Made]:
    return list(events(POOL, seed, chunk, count, START, density=5_000.0))


def test_sizes_spread_between_the_bounds() -> None:
    sizes = [len(event.value) for event in made()]
    assert min(sizes) >= SMALLEST
    assert max(sizes) == LARGEST
    assert 200 < sum(sizes) / len(sizes) < 300
    assert sum(size < 170 for size in sizes) > 1_000
    assert sum(size > 350 for size in sizes) > 1_000


def test_the_same_by_seed_and_chunk() -> None:
    assert made(count=100) == made(count=100)
    assert drafts(2_000, seed=1) == POOL
    assert drafts(2_000, seed=2) != POOL
    every = [made(count=100), made(count=100, seed=2), made(count=100, chunk=1)]
    assert len({event.value for events in every for event in events}) == 300
    assert list(profiles(50, 1, 0)) == list(profiles(50, 1, 0))


def test_our_decoder_counts_every_one() -> None:
    chunk = made()
    decoded = decode([event.value for event in chunk])
    for event, it in zip(chunk, decoded, strict=True):
        assert isinstance(it, Event)
        valid = validate(event.topic, it)
        assert isinstance(valid, Valid)
        assert (valid.visitor.encode(), valid.time) == (event.key, event.time)
        assert it.campaign in CAMPAIGNS
    assert len({it.event_id for it in decoded if isinstance(it, Event)}) == len(chunk)


def test_mix_and_order() -> None:
    chunk = made()
    counts = Counter(event.topic for event in chunk)
    for topic, share in MIX.items():
        assert counts[topic] / len(chunk) == pytest.approx(share, abs=0.02)
    times = [event.time for event in chunk]
    assert max(early - late for early, late in pairwise(times)) <= JITTER
    assert START - JITTER <= min(times) <= max(times) <= START + 4_000
    assert any(early > late for early, late in pairwise(times))


def test_everybody_has_all_traits_and_the_largest_has_200() -> None:
    people = list(profiles(20_000, 1, 0))
    decoded = [orjson.loads(profile.value) for profile in people]
    assert all(set(each["traits"]) == set(TRAITS) for each in decoded)
    assert len({each["traits"]["country"] for each in decoded}) == max(TRAITS.values()) == 200
    assert isinstance(validate(PROFILES, decode([people[0].value])[0]), Valid)  # type: ignore[arg-type]
