"""A dimension's scorer knows the parts of its segments, as long as the longest window."""

from __future__ import annotations

import msgspec

from streams.messages import PaneSnapshot
from streams.scoring.crosses import Crosses
from streams.scoring.scorer import DimensionScorer
from streams.settings import Dimension
from tests.scoring.test_scorer import HOUR, KPIS, MEASURES, MINUTE, SETTINGS, START, pane

CROSSED = msgspec.structs.replace(
    SETTINGS,
    dimensions={
        "d": Dimension(trait="d"),
        "e": Dimension(trait="e"),
        "f": Dimension(trait="f"),
        "d_x_e": Dimension(cross=("d", "e")),
    },
)


def of_cross(minute: int, won: int) -> PaneSnapshot:
    (values,) = pane(0, minute, {"a × 1": (won, 8)}).counts.values()
    return msgspec.structs.replace(pane(0, minute, {}), counts={"d_x_e": values})


def won(crosses: Crosses) -> dict[str, int]:
    names, totals = crosses.totals("d_x_e")
    return dict(zip(names, totals[:, MEASURES.column("leads.won")].tolist(), strict=True))


def test_who_reads_what() -> None:
    reads = {d: DimensionScorer(d, CROSSED, KPIS, MEASURES, 1).reads for d in CROSSED.dimensions}
    assert reads == {"d": ("d", "d_x_e"), "e": ("e", "d_x_e"), "f": ("f",), "d_x_e": ("d_x_e",)}


def test_parts_count_while_they_are_in_the_longest_window() -> None:
    crosses = Crosses("d", CROSSED, MEASURES)
    crosses.offer(of_cross(0, 5))
    crosses.begin(START + MINUTE)
    assert won(crosses) == {"a × 1": 5}
    crosses.offer(of_cross(0, 6))  # a later snapshot of the same pane
    crosses.offer(of_cross(30, 2))
    crosses.advance(START + 31 * MINUTE)
    assert won(crosses) == {"a × 1": 8}
    crosses.advance(START + HOUR + 20 * MINUTE)
    assert won(crosses) == {"a × 1": 2}
