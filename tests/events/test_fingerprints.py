"""The table of fingerprints, against a dict."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import streams.events.fingerprints
from streams.events.columns import Prints
from streams.events.fingerprints import Table, fingerprints, joined

batches = st.lists(st.lists(st.integers(0, 3_000), max_size=200), max_size=12)


def prints(numbers: Sequence[int]) -> Prints:
    return fingerprints(map(str, numbers))


def crowded(numbers: Sequence[int]) -> Prints:
    """Fingerprints that nearly all want the same few slots."""
    halves = np.array(numbers, dtype=np.uint64)
    return np.stack([2 * halves + 1, halves % np.uint64(3) << np.uint64(60)], axis=1)


def crowded_at_the_end(numbers: Sequence[int]) -> Prints:
    """Those that want the last slots, and so go on with the first."""
    halves = np.array(numbers, dtype=np.uint64)
    return np.stack([2 * halves + 1, ~(halves % np.uint64(3) << np.uint64(56))], axis=1)


@given(batches, st.sampled_from([prints, crowded, crowded_at_the_end]), st.integers(1, 4), st.sampled_from([7, 10**6]))
def test_every_text_has_one_slot_and_keeps_its_value(
    drafts: list[list[int]], made: Callable[[Sequence[int]], Prints], keep: int, at_a_time: int
) -> None:
    with mock.patch.object(streams.events.fingerprints, "_AT_A_TIME", at_a_time):
        keeps_its_value(drafts, made, keep)


def keeps_its_value(drafts: list[list[int]], made: Callable[[Sequence[int]], Prints], keep: int) -> None:
    table, values = Table(), dict[int, int]()
    for batch in drafts:
        assert (table.find(made(batch)) >= 0).tolist() == [number in values for number in batch]
        slot, new = table.place(made(batch))
        assert table.find(made(batch)).tolist() == slot.tolist()
        seen: set[int] = set()
        for number, place, is_new in zip(batch, slot.tolist(), new.tolist(), strict=True):
            assert is_new == (number not in values and number not in seen)
            seen.add(number)
            if is_new:
                table.values[place] = number * 7
        values |= {number: number * 7 for number in batch}
        assert table.values[slot].tolist() == [values[number] for number in batch]
        assert len(table) == len(values)
        if batch and batch[0] % 3 == 0:
            table.keep(table.values % keep == 0)
            values = {number: value for number, value in values.items() if value % keep == 0}
            assert len(table) == len(values)
    slot, new = table.place(made(list(values)))
    assert not new.any()
    assert table.values[slot].tolist() == list(values.values())


@given(st.text(max_size=9), st.text(max_size=9), st.text(max_size=9))
def test_pairs_are_the_same_only_when_both_are(one: str, other: str, third: str) -> None:
    first = joined(fingerprints([one]), fingerprints([third]))
    assert (first == joined(fingerprints([other]), fingerprints([third]))).all() == (one == other)
    assert (first == joined(fingerprints([one]), fingerprints([other]))).all() == (third == other)


@pytest.mark.parametrize("at_a_time", [7, 1000])
@pytest.mark.parametrize("seed", range(20))
def test_a_table_made_anew_finds_what_it_has_and_nothing_else(
    seed: int, at_a_time: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams.events.fingerprints, "_AT_A_TIME", at_a_time)
    random = np.random.default_rng(seed)
    everything = random.integers(0, 2**64, (5_000, 2), dtype=np.uint64)
    table, there = Table(), np.zeros(len(everything), dtype=np.bool_)
    for batch in np.array_split(np.arange(len(everything)), 10):
        slot, new = table.place(everything[batch])
        assert new.all()
        table.values[slot], there[batch] = batch, True
        there &= random.random(len(there)) < random.choice([0.2, 0.8, 1.0])  # fuller or emptier than before
        table.keep(there[table.values])
        found = table.find(everything)
        assert np.array_equal(found >= 0, there)
        assert np.array_equal(table.values[found[there]], np.flatnonzero(there))
        assert len(table) == np.count_nonzero(there)
