"""A state in parts is taken whole or not at all, and the newest of those that are whole."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streams.engine import parts

states = st.lists(st.binary(max_size=200), min_size=1, max_size=6)


def written(held: dict[bytes, bytes], version: int, state: bytes, name: str = "d") -> list[tuple[bytes, bytes]]:
    generation, _ = parts.join(name, held)
    return list(parts.split(name, generation, version, state, largest=16))


@given(states, st.data())
def test_a_torn_write_is_never_read(each: list[bytes], data: st.DataObject) -> None:
    held: dict[bytes, bytes] = {}
    last: bytes | None = None
    for version, state in enumerate(each):
        records = written(held, version, state)
        came = data.draw(st.sets(st.sampled_from(range(len(records)))), "which of its records came")
        held |= {key: value for number, (key, value) in enumerate(records) if number in came}
        if len(came) == len(records):
            last = state
        assert parts.join("d", held)[1] == last


@given(st.binary(max_size=5000))
def test_parts_are_small_and_make_the_whole(state: bytes) -> None:
    records = dict(parts.split("a-b", 0, 7, state, largest=100))
    assert max(map(len, records.values())) < 120
    assert parts.join("a-b", records) == (1, state)
    assert parts.names(records) == {"a-b"}


def test_nothing_is_held() -> None:
    assert parts.join("d", {}) == (0, None)
    assert parts.join("d", {b"d": b"of a version before"}) == (0, None)


def test_dimensions_do_not_mix() -> None:
    held = dict(written({}, 1, b"one", "d")) | dict(written({}, 2, b"another", "dd"))
    assert parts.join("d", held) == (1, b"one")
    assert parts.names(held) == {"d", "dd"}


def test_a_worker_that_wakes_does_not_set_its_successor_back() -> None:
    ((key, old),) = parts.split("d", 0, 1, b"old")
    ((_, new),) = parts.split("d", 0, 2, b"new")
    assert parts.newer(key, new, old)
    assert parts.newer(key, new, new)
    assert not parts.newer(key, old, new)
