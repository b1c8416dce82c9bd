"""Faust tables whose state is kept by partition, as bytes, exactly as the changelog says.

Faust's memory store forgets which partition a key came from, keeps those of partitions that were revoked, and takes
the last record for the newest. This one does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import faust
from faust.stores.base import Store
from faust.tables.manager import TableManager
from faust.types import TP

from streams.engine.fetching import Fetched

Newer = Callable[[bytes, bytes, bytes], bool]


class PartitionStore(Store):  # type: ignore[type-arg]
    """What the changelog holds: partition -> key -> value. `read[partition]` is the last offset applied."""

    newer: Newer | None = None  # (key, new, old): may `new` stand in the place of `old`?

    def __post_init__(self) -> None:
        self.data: dict[int, dict[bytes, bytes]] = {}
        self.read: dict[int, int] = {}

    def persisted_offset(self, tp: TP) -> int | None:  # noqa: ARG002 (Faust's signature)
        """Nothing is on disk."""
        return None

    def apply_changelog_batch(self, *_: Any, **__: Any) -> None:
        """Faust restores nothing; see engine.consuming."""
        raise TypeError("changelogs are read by engine.changelog")

    def apply(self, partition: int, fetched: Fetched) -> None:
        """Take a stretch of the changelog. What is older than what is held, whoever wrote it, is not taken."""
        held = self.data.setdefault(partition, {})
        for record in fetched.since(fetched.begin):
            key, value = record.key, record.value
            if key is None:
                continue
            if value is None:
                held.pop(key, None)
            elif self.newer is None or key not in held or self.newer(key, value, held[key]):
                held[key] = value
        self.read[partition] = max(fetched.end - 1, self.read.get(partition, -1))

    async def on_rebalance(self, assigned: set[TP], *_: Any, **__: Any) -> None:
        """Drop what now belongs to others."""
        mine = {tp.partition for tp in assigned if tp.topic == self.table.changelog_topic.get_topic_name()}
        for partition in [p for p in self.data if p not in mine]:
            del self.data[partition]
            self.read.pop(partition, None)

    # Faust's mapping interface, over all partitions held.
    def _keys(self) -> Iterator[bytes]:
        return (key for held in self.data.values() for key in held)

    def __iter__(self) -> Iterator[bytes]:
        return self._keys()

    def __len__(self) -> int:
        return sum(map(len, self.data.values()))

    def __getitem__(self, key: bytes) -> bytes:
        for held in self.data.values():
            if key in held:
                return held[key]
        raise KeyError(key)

    def __setitem__(self, key: bytes, value: bytes) -> None:
        raise TypeError("written through the changelog only, with its partition: see engine.writing")

    def __delitem__(self, key: bytes) -> None:
        raise TypeError("written through the changelog only, with its partition: see engine.writing")

    def _clear(self) -> None:
        self.data.clear()
        self.read.clear()

    def reset_state(self) -> None:
        """Nothing is on disk."""

    async def backup_partition(self, *_: Any, **__: Any) -> None:
        """Nothing is on disk."""

    def restore_backup(self, *_: Any, **__: Any) -> None:
        """Nothing is on disk."""


class PartitionTable(faust.Table):  # type: ignore[type-arg]
    """A Faust table over a PartitionStore."""

    def _new_store(self) -> PartitionStore:
        return PartitionStore("memory://", self.app, self, table_name=self.name)


class PromptTables(TableManager):
    """Faust's manager of tables, which waits a second for tables that are declared late: ours never are."""

    async def on_start(self) -> None:
        """See TableManager."""
        await self._update_channels()
        await self.recovery.start()
