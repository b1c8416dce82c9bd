"""What a table holds is what its changelog says, partition by partition, and the newest snapshot of each."""

from __future__ import annotations

import asyncio
import inspect
import re
from typing import cast

import faust
import pytest
from faust.tables.manager import TableManager
from faust.types import TP
from hypothesis import given
from hypothesis import strategies as st

from streams.engine.store import PartitionStore, PartitionTable, PromptTables
from tests.engine.made import Made, fetched


def empty() -> PartitionStore:
    app = faust.App("test-store", broker="kafka://nowhere:1", web_enabled=False)
    return cast("PartitionStore", PartitionTable(app, name="panes", partitions=2).data)


def larger(key: bytes, new: bytes, old: bytes) -> bool:
    return new >= old


writes = st.lists(
    st.tuples(st.sampled_from([b"a", b"b", None]), st.none() | st.integers(0, 9).map(lambda n: b"%d" % n)), max_size=20
)


@given(writes, st.integers(1, 5))
def test_newest_stands_and_tombstones_remove(writes: list[tuple[bytes | None, bytes | None]], size: int) -> None:
    store = empty()
    store.newer = larger
    records = [Made(offset, key, value) for offset, (key, value) in enumerate(writes)]
    for first in range(0, len(records), size):
        store.apply(1, fetched(records[first : first + size]))
    expected: dict[bytes, bytes] = {}
    for key, value in writes:
        if key is not None and value is None:
            expected.pop(key, None)
        elif key is not None and value is not None:
            expected[key] = max(value, expected.get(key, value))
    assert store.data.get(1, {}) == expected
    assert store.read.get(1, -1) == len(records) - 1
    assert dict(zip(store, map(store.__getitem__, store), strict=True)) == expected
    assert len(store) == len(expected)


def test_without_an_order_the_last_one_stands() -> None:
    store = empty()
    store.apply(0, fetched([Made(0, b"k", b"9"), Made(1, b"k", b"1")]))
    assert store[b"k"] == b"1"


def test_the_same_records_again_change_nothing() -> None:
    store = empty()
    store.newer = larger
    records = [Made(0, b"k", b"1"), Made(1, b"k", b"2")]
    store.apply(0, fetched(records))
    store.apply(0, fetched(records))
    assert (store.data, store.read) == ({0: {b"k": b"2"}}, {0: 1})


def test_faust_restores_nothing() -> None:
    with pytest.raises(TypeError, match=r"changelogs are read by engine\.changelog"):
        empty().apply_changelog_batch([], None, None)


def test_what_belongs_to_others_is_dropped() -> None:
    store = empty()
    for partition in (0, 1):
        store.apply(partition, fetched([Made(7, b"k%d" % partition, b"v")]))
    topic = store.table.changelog_topic.get_topic_name()
    asyncio.run(store.on_rebalance({TP(topic, 1), TP("clicks", 0)}))
    assert (store.data, store.read) == ({1: {b"k1": b"v"}}, {1: 7})


def test_what_has_been_taken_is_forgotten_and_read_anew() -> None:
    store = empty()
    store.apply(0, fetched([Made(0, b"a", b"1")]))
    store.forget()
    assert (len(store), store.read) == (0, {})
    store.apply(0, fetched([Made(0, b"a", b"1")]))
    assert store.data == {0: {b"a": b"1"}}


def test_it_is_written_through_the_changelog_only() -> None:
    store = empty()
    with pytest.raises(TypeError, match="through the changelog only"):
        store[b"k"] = b"v"
    with pytest.raises(TypeError, match="through the changelog only"):
        del store[b"k"]
    with pytest.raises(KeyError):
        store[b"k"]


def test_tables_are_there_at_once_and_recovery_begins() -> None:
    """Fails when Faust starts its tables in another way."""

    async def scenario() -> list[str]:
        app = faust.App("test-store", broker="kafka://nowhere:1", web_enabled=False, TableManager=PromptTables)
        PartitionTable(app, name="panes", partitions=2)
        done: list[str] = []

        async def update_channels() -> None:
            done.append("channels")

        async def start() -> None:
            done.append("recovery")

        assert isinstance(app.tables, PromptTables)
        app.tables._update_channels = update_channels  # type: ignore[method-assign]
        app.tables.recovery.start = start  # type: ignore[method-assign]
        await asyncio.wait_for(app.tables.on_start(), 0.5)
        return done

    theirs = inspect.getsource(TableManager.on_start)
    assert "sleep(1.0)" in theirs, "this class is of no use any more"
    assert re.findall(r"await self\.(.*)\(\)", theirs) == ["_update_channels", "recovery.start"]
    assert asyncio.run(scenario()) == ["channels", "recovery"]
