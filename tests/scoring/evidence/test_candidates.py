"""Which series are watched: by hand, and what must hold of any."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from streams.scoring.evidence.candidates import FALSE_DISCOVERIES, candidates

evidence = st.lists(st.tuples(st.floats(-5, 20), st.booleans()), max_size=30)


@given(evidence)
def test_as_many_as_their_evidence_allows(each: list[tuple[float, bool]]) -> None:
    log_e = np.array([e for e, _ in each])
    live = np.array([is_live for _, is_live in each], dtype=np.bool_)
    named = candidates(log_e, live)
    assert not (named & ~live).any()
    count, of = int(named.sum()), int(live.sum())
    least = [e for e, is_live in each if is_live]
    needed = {k: np.log(of / (FALSE_DISCOVERIES * k)) for k in range(1, of + 1)}
    assert all(e >= needed[count] for e in log_e[named])
    for k in range(count + 1, of + 1):
        assert sorted(least)[-k] < needed[k], "more of them could have been named"


@given(evidence, st.randoms())
def test_whoever_stands_where(each: list[tuple[float, bool]], random: object) -> None:
    order = list(range(len(each)))
    getattr(random, "shuffle")(order)  # noqa: B009
    log_e = np.array([e for e, _ in each])
    live = np.array([is_live for _, is_live in each], dtype=np.bool_)
    assert (candidates(log_e, live)[order] == candidates(log_e[order], live[order])).all()
