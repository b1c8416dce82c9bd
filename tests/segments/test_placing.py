"""Of each visitor is told where they are, once it is so and again before it is forgotten, against a dict and a loop."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from streams.messages import VisitorSegments
from streams.segments.placing import Placing
from streams.segments.registry import UNKNOWN, Registry
from streams.settings import Dimension
from tests.events.made import columns

DIMENSIONS = {
    "industry": Dimension(trait="industry"),
    "campaign": Dimension(field="campaign"),
    "mixed": Dimension(cross=("industry", "campaign")),
    "stage": Dimension(behaviour={"new": "seen < 2"}),
    "both": Dimension(cross=("industry", "stage")),
}
NAMES = [f"v{row}" for row in range(3000)]
AGAIN = 10
NOBODY = -1

steps = st.lists(
    st.tuples(
        st.integers(0, 4),  # ms since the one before
        st.sampled_from([0, 1, 2, 2000, NOBODY]),  # visitor
        st.sampled_from(["a", "b", UNKNOWN]),  # industry
        st.sampled_from(["x", "y"]),  # campaign
        st.booleans(),  # is what there is told after it?
    ),
    max_size=40,
)


def where(industry: str, campaign: str) -> dict[str, str]:
    return {
        "industry": industry,
        "campaign": campaign,
        "mixed": f"{industry} × {campaign}",
        "stage": "new",
        "both": "z",
    }


@given(steps, st.lists(st.integers(1, 6), max_size=40))
def test_where_everybody_is(told_after: list[tuple[int, int, str, str, bool]], sizes: list[int]) -> None:
    registry = Registry(DIMENSIONS)
    placing = Placing(DIMENSIONS, registry, AGAIN)
    last: dict[int, tuple[int, dict[str, str]]] = {}  # what was told
    now, at = 0, 0
    while at < len(told_after):
        batch = told_after[at : at + (sizes.pop() if sizes else 1)]
        at += len(batch)
        times = (now + np.cumsum([step for step, *_ in batch])).tolist()
        now = times[-1]
        member = [
            [registry.id(d, v) for d, v in where(industry, campaign).items()] for _, _, industry, campaign, _ in batch
        ]
        placing.take(
            columns(times, [1] * len(times), [who for _, who, *_ in batch]), np.array(member, dtype=np.int32), 2001
        )
        expected: dict[str, VisitorSegments] = {}
        for who in {who for _, who, *_ in batch if who != NOBODY}:
            time, industry = [(t, each[2]) for t, each in zip(times, batch, strict=True) if each[1] == who][-1]
            mine = {"industry": industry, "stage": "new", "both": "z"}
            if who not in last or last[who][1] != mine or time - last[who][0] >= AGAIN:
                last[who] = time, mine
                expected[NAMES[who]] = VisitorSegments(time, {d: v for d, v in mine.items() if v != UNKNOWN})
        assert placing.due(NAMES) == expected
        assert placing.due(NAMES) == {}


def test_a_row_that_is_another_s_is_told_of_anew() -> None:
    registry = Registry(DIMENSIONS)
    placing = Placing(DIMENSIONS, registry, AGAIN)
    member = np.array([[registry.id(d, v) for d, v in where("a", "x").items()]], dtype=np.int32)
    placing.take(columns([1], [1], [0]), member, 1)
    placing.release(np.array([0, 5000]))
    assert placing.due(NAMES) == {}
    placing.take(columns([2], [1], [0]), member, 1)
    assert placing.due(NAMES).keys() == {"v0"}
