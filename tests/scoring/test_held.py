"""What is held has a bound, however long it goes on: of panes by the windows, of each pane by its segments."""

from __future__ import annotations

import msgspec
import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from streams.events.topics import SOURCE_TOPICS
from streams.messages import Against, Watermark
from streams.panes.codec import by_dimension
from streams.panes.earlier import grid
from streams.panes.levels import LEVELS, Grid
from streams.panes.panes import Change
from streams.scoring.contributions import Contribution, Counted
from streams.scoring.windows import Windows
from streams.settings import Growth, Scoring, Span, Time
from tests.panes.history import DAY, HOUR, MEASURES, MINUTE, SETTINGS, START, Happening, heartbeat, record
from tests.panes.reader import Reader
from tests.scoring.test_windows import snapshot

TICK = 5 * MINUTE
WINDOWS = (Span(HOUR), Span(5 * HOUR), Span(40 * HOUR))
SLACK = HOUR  # that source partitions may be apart
WANTED = msgspec.structs.replace(SETTINGS, time=Time(clock="event", tick=Span(TICK)), scoring=Scoring(windows=WINDOWS))

_bursts = st.tuples(st.integers(1, 40), st.sampled_from([0, 10 * MINUTE, HOUR, 7 * HOUR, 2 * DAY]))


def bound(cut: Grid) -> int:
    """Panes of one source partition: of each level for as long as it is kept, then on to the end of the coarser pane,
    and the one that is being counted into."""
    ends = [*LEVELS[1:], LEVELS[-1]]
    levels = zip(cut.keeps(SLACK), LEVELS, ends, strict=True)
    return sum((keep + end) // span + 1 for keep, span, end in list(levels)[cut.finest :])


@settings(max_examples=10)
@given(st.lists(_bursts, min_size=1, max_size=6), st.sampled_from([(), ("before", "week")]))
@example([(700, 0)], ())
def test_panes_of_any_length_of_time(bursts: list[tuple[int, int]], hold: tuple[Against, ...]) -> None:
    """Events in every pane of some stretches, with nothing in between; the scorer hears of each pane."""
    wanted = msgspec.structs.replace(WANTED, growth=Growth(hold=hold))
    cut = grid(wanted)
    reader, windows = Reader({topic: [] for topic in SOURCE_TOPICS}, settings=wanted), Windows(cut, MEASURES.names)
    windows.begin(START - DAY)
    time, most = START, bound(cut)
    for count, gap in bursts:
        for _ in range(count):
            time += TICK
            reader.log["clicks"].append(record(Happening(time, "clicks", "c", 0, None, "x", None)))
            for records in reader.log.values():
                records.append(heartbeat(time))
            reader.finish()
            _tell(reader, windows)
            assert len(reader.panes) <= most
            assert len(windows) <= most
        time += gap


def _tell(reader: Reader, windows: Windows) -> None:
    for said in reader.said:
        if isinstance(said, Watermark):
            windows.advance(said.watermark // TICK * TICK)
        elif isinstance(said, Change) and said.snapshot is not None:
            windows.offer(by_dimension(said.snapshot)["campaign"])
    reader.said.clear()


_counts = st.just(0) | st.integers(0, 255) | st.integers(0, 2**40) | st.integers(-(2**40), 0)


@given(st.dictionaries(st.integers(0, 300), st.tuples(_counts, _counts), max_size=20))
def test_a_contribution_is_as_narrow_as_its_numbers(rows: dict[int, tuple[int, int]]) -> None:
    """And adds up to what it was made of."""
    ids, counts = np.array(list(rows), dtype=np.int64), np.array(list(rows.values()), dtype=np.int64).reshape(-1, 2)
    row, column = np.nonzero(counts)
    contribution = Contribution(Counted(ids[row] * 2 + column, counts[row, column]), snapshot(0, 0, START, 1, []))
    total = np.zeros((301, 2), dtype=np.int64)
    contribution.add_to(total, 1)
    assert {row: tuple(total[row].tolist()) for row in rows} == rows
    assert total.sum() == counts.sum()
    low, high = int(counts.min(initial=0)), int(counts.max(initial=0))
    most = high if low == 0 else 2 * max(high, -low - 1) + 1  # as large, or with a sign
    width = next(w for w in (1, 2, 4, 8) if most < 256**w)
    assert contribution.nbytes <= np.count_nonzero(counts) * (width + 2) + 8 * len(SOURCE_TOPICS)
    contribution.add_to(total, -1)
    assert not total.any()
