"""Panes as records: nothing is lost on the way, and which snapshot has seen more is told by what it has seen."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.kpis.measures import Measures
from streams.messages import PaneSnapshot, Watermark
from streams.panes import codec
from streams.segments.registry import Registry
from streams.settings import Dimension, Kpi

WON = Kpi(numerator=("leads.won",), denominator=("leads.created",), unit="ratio", model="binomial")
CLICKS = Kpi(numerator=("clicks",), denominator=("leads.created",), unit="ratio", model="poisson")
DIMENSIONS = {"d": Dimension(trait="d"), "e": Dimension(trait="e")}

_counts = st.integers(-(2**40), 2**40)
snapshots = st.builds(
    PaneSnapshot,
    partition=st.integers(0, 3),
    level=st.integers(0, 3),
    start=st.integers(0, 2**44),
    watermark=st.integers(0, 20),
    offsets=st.dictionaries(st.sampled_from(["clicks", "leads", "emails"]), st.integers(0, 9)),
    measures=st.just(["leads.created", "leads.won"]),
    counts=st.dictionaries(
        st.sampled_from("de"),
        st.dictionaries(
            st.text(min_size=1), st.lists(st.integers(-(2**40), 2**40), min_size=2, max_size=2), min_size=1
        ),
    ),
)


def filled(record: PaneSnapshot) -> dict[tuple[str, str, str], int]:
    """All that is not 0, by dimension, value and measure."""
    return {
        (dimension, value, measure): count
        for dimension, values in record.counts.items()
        for value, row in values.items()
        for measure, count in zip(record.measures, row, strict=True)
        if count
    }


@given(snapshots)
def test_there_and_back(record: PaneSnapshot) -> None:
    assert codec.decode(codec.encode(record)) == record
    measures, registry = Measures([WON]), Registry(DIMENSIONS)
    pane = codec.restored(record, registry, DIMENSIONS, measures)
    again = codec.snapshot(
        pane, partition=record.partition, level=record.level, start=record.start, registry=registry, measures=measures
    )
    assert msgspec.structs.replace(again, measures=[], counts={}) == msgspec.structs.replace(
        record, measures=[], counts={}
    )
    assert filled(again) == filled(record)
    assert set(again.measures) == {measure for _, _, measure in filled(record)}, "what nobody has is not told"
    parts = codec.by_dimension(record)
    assert {name: part.counts[name] for name, part in parts.items()} == record.counts
    assert all(part.offsets == record.offsets and set(part.counts) == {name} for name, part in parts.items())


def test_a_kpi_or_dimension_more_or_less() -> None:
    record = PaneSnapshot(
        partition=0,
        level=0,
        start=0,
        watermark=5,
        offsets={"clicks": 3, "a topic of old": 4},
        measures=["gone", "leads.created"],
        counts={"d": {"x": [7, 8]}, "gone": {"y": [1, 1]}},
    )
    registry, measures = Registry(DIMENSIONS), Measures([CLICKS])
    pane = codec.restored(record, registry, DIMENSIONS, measures)
    kept = codec.snapshot(pane, partition=0, level=0, start=0, registry=registry, measures=measures)
    assert (kept.measures, kept.counts) == (["leads.created"], {"d": {"x": [8]}})
    assert kept.offsets == {"clicks": 3}


@given(snapshots, snapshots)
def test_newer(one: PaneSnapshot, other: PaneSnapshot) -> None:
    assert codec.newer(one, one)
    if codec.newer(one, other) and codec.newer(other, one):
        assert (one.watermark, one.offsets) == (other.watermark, other.offsets)
    further = msgspec.structs.replace(one, offsets={t: o + 1 for t, o in one.offsets.items()} | {"orders": 0})
    assert codec.newer(further, one)
    assert not codec.newer(one, further)


def test_watermarks_and_rubbish() -> None:
    said = Watermark(partition=3, watermark=2**41)
    assert codec.decode_watermark(codec.encode(said)) == said
    with pytest.raises(msgspec.DecodeError):
        codec.decode(b"rubbish")


def test_a_head_is_what_the_whole_says_first() -> None:
    whole = PaneSnapshot(
        partition=2, level=1, start=5, watermark=7, offsets={"clicks": 9}, measures=["a"], counts={"d": {"v": [1]}}
    )
    head = codec.head(codec.encode(whole))
    assert all(getattr(head, field) == getattr(whole, field) for field in codec.Head.__struct_fields__)
    assert codec.newer(head, whole)
