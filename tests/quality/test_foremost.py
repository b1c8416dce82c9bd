"""What an overview tells of where a record has no room for all of a dimension's segments."""

from __future__ import annotations

import msgspec
import pytest

from streams.messages import (
    DimensionGrowth,
    DimensionOverview,
    DimensionPaths,
    Grown,
    SegmentationQuality,
    SegmentPaths,
    SegmentVerdict,
)
from streams.quality.foremost import foremost

NAMES = [f"segment {number}" for number in range(300)]  # the later the larger


def quality() -> SegmentationQuality:
    verdicts = [
        SegmentVerdict(
            value=name,
            accurate=True,
            enough=True,
            different=True,
            alike=True,
            trials=number,
            differs_on=None,
            dispersion=None,
        )
        for number, name in enumerate(NAMES)
    ]
    return SegmentationQuality(
        accuracy=1.0, segments=verdicts, groups=[NAMES[::2], NAMES[1::2]], merges=[NAMES[:2], NAMES[-3:]], kpis=[]
    )


def paths() -> DimensionPaths:
    each = [
        SegmentPaths(value=name, steps=[[number]], conversion=0.1, removal={}, likeliest=[])
        for number, name in enumerate(NAMES)
    ]
    whole = SegmentPaths(value="", steps=[[300]], conversion=0.1, removal={}, likeliest=[])
    return DimensionPaths(to="form_fills", touchpoints=["form_fills"], segments=each, whole=whole)


def growth() -> list[DimensionGrowth]:
    segments = {name: Grown(1.1, 1.0, 1.2, number, number) for number, name in enumerate(NAMES)}
    whole = DimensionGrowth(
        growth="sales_growth", window="24h", against="before", before=0, start=1, end=2, segments=segments
    )
    return [whole, msgspec.structs.replace(whole, segments={})]


OVERVIEWS = {
    "all": DimensionOverview(dimension="d", start=0, end=1, quality=quality(), paths=paths(), growth=growth()),
    "quality": DimensionOverview(dimension="d", start=0, end=1, quality=quality(), paths=None),
    "paths": DimensionOverview(dimension="d", start=0, end=1, quality=None, paths=paths()),
    "growth": DimensionOverview(dimension="d", start=0, end=1, quality=None, paths=None, growth=growth()),
}


@pytest.mark.parametrize("overview", OVERVIEWS.values(), ids=OVERVIEWS)
def test_the_largest_segments_are_told_of_as_far_as_there_is_room(overview: DimensionOverview) -> None:
    all_ = msgspec.json.encode(overview)
    assert foremost(overview, len(all_)) == (all_, 0)
    value, left_out = foremost(overview, len(all_) // 3)
    assert len(all_) // 6 < len(value) <= len(all_) // 3
    told, kept = msgspec.json.decode(value, type=DimensionOverview), NAMES[left_out:]
    if told.quality is not None:
        assert [each.value for each in told.quality.segments] == kept
        assert sorted(name for group in told.quality.groups for name in group) == sorted(kept)
        assert told.quality.merges == [NAMES[-3:]]
        assert told.quality.accuracy == 1.0
    if told.paths is not None and overview.paths is not None:
        assert [each.value for each in told.paths.segments] == kept
        assert told.paths.whole == overview.paths.whole
    for each in told.growth[:1]:
        assert list(each.segments) == kept


def test_where_nothing_fits_no_segment_is_told_of() -> None:
    value, left_out = foremost(OVERVIEWS["all"], 0)
    assert left_out == len(NAMES)
    assert msgspec.json.decode(value, type=DimensionOverview).growth[0].segments == {}
