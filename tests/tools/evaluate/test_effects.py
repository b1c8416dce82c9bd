"""What is put into a stream, and when."""

from __future__ import annotations

import numpy as np
import pytest

from streams.tools.evaluate.effects import Effect, Injected, inject

WHERE = np.array([[True, False], [False, True]])
SINCE = np.array([10, 12])


def test_step() -> None:
    injected = Injected(Effect(0.2), WHERE, SINCE, 0.0)
    assert injected.rate(9).tolist() == [[1, 1], [1, 1]]
    assert injected.rate(10) == pytest.approx(np.array([[1.2, 1], [1, 1]]))
    assert injected.rate(12) == pytest.approx(np.array([[1.2, 1], [1, 1.2]]))
    assert injected.traffic(12).tolist() == [[1, 1], [1, 1]]


def test_ramp() -> None:
    injected = Injected(Effect(-0.5, ramp=1.0), WHERE, SINCE, 4.0)
    assert [injected.rate(look)[0, 0] for look in range(9, 16)] == [1, 0.875, 0.75, 0.625, 0.5, 0.5, 0.5]


def test_outage_takes_the_trials_too() -> None:
    injected = Injected(Effect(-1.0, traffic=True), WHERE, SINCE, 0.0)
    assert injected.traffic(10).tolist() == [[0, 1], [1, 1]]
    assert injected.rate(10).tolist() == [[0, 1], [1, 1]]


def test_where_and_when_are_drawn() -> None:
    injected = inject(Effect(0.2, segments=3, ramp=5.0), np.random.default_rng(1), 200, 20, (48, 72), 24)
    assert (injected.where.sum(axis=1) == 3).all()
    assert injected.where.any(axis=0).all()
    assert set(injected.since.tolist()) == set(range(48, 72))
    assert injected.ramp == 120
