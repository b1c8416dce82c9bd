"""What the panes of readers hold, beside what the events come to."""

from __future__ import annotations

from collections import Counter

from streams.panes import codec
from streams.panes.levels import LEVELS
from streams.panes.panes import Key
from tests.panes.history import Happening
from tests.panes.reader import Reader
from tests.panes.truth import Counts, counted

Summed = Counter[tuple[Key, str, str, str]]


def summed(readers: list[Reader]) -> Summed:
    """What the panes of all partitions hold."""
    out: Summed = Counter()
    for reader in readers:
        for key, value in reader.panes.items():
            snapshot = codec.decode(value)
            for dimension, values in snapshot.counts.items():
                for segment, row in values.items():
                    out.update(
                        {(key, dimension, segment, m): n for m, n in zip(snapshot.measures, row, strict=True) if n}
                    )
    return out


def in_panes(counts: Counts, panes: set[Key]) -> Summed:
    """The counts by the pane that covers them, of which there must be exactly one."""
    out: Summed = Counter()
    for (time, *what), count in ((place, count) for place, count in counts.items() if count):
        (key,) = {(k, time // span * span) for k, span in enumerate(LEVELS)} & panes
        out[(key, *what)] += count  # type: ignore[index]
    return out


def wanted(reader: Reader, happened: list[Happening], found: Summed) -> Summed:
    """What the panes that were `found` should hold, by a reader's watermark."""
    assert reader.core.watermark is not None
    return in_panes(counted(happened, reader.core.watermark), {key for key, *_ in found})


def assert_exact(readers: list[Reader], happened: list[Happening]) -> None:
    found = summed(readers)
    assert found == wanted(readers[0], happened, found)
