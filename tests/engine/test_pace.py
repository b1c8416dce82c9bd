"""Scores go out soon, and never cost more than they may."""

from __future__ import annotations

import pytest

from streams.engine.pace import Pace


@pytest.fixture
def pace() -> Pace:
    """Of two source partitions, which speak once a second."""
    return Pace(1.0, 2)


def test_when_all_have_spoken(pace: Pace) -> None:
    assert not pace.is_due(100.0), "nothing has come"
    pace.spoken(100.0, 0, early=True)
    pace.spoken(100.01, 0, early=True)
    assert not pace.is_due(100.1)
    pace.spoken(100.2, 1, early=False)
    assert pace.is_due(100.2)
    assert pace.early_is_due(100.2)


def test_who_keeps_silent_is_not_waited_for(pace: Pace) -> None:
    pace.counted(100.0)
    pace.spoken(100.1, 1, early=False)
    assert not pace.is_due(100.49)
    assert pace.is_due(100.5)
    assert pace.early_is_due(100.5)


def test_in_step_with_the_source_partitions(pace: Pace) -> None:
    pace.published(100.0, 100.2, 0.01)
    pace.spoken(100.3, 0, early=True)
    assert not pace.is_due(100.99), "the other one is still to come"
    assert pace.is_due(101.0)
    pace.spoken(100.4, 1, early=True)
    assert not pace.is_due(100.49)
    assert pace.is_due(100.5)
    assert pace.early_is_due(100.5)


def test_what_takes_long_is_early_less_often_and_ticks_all_the_same(pace: Pace) -> None:
    pace.published(100.0, 103.0, 2.0)
    pace.spoken(103.0, 0, early=True)
    assert pace.is_due(103.5)
    assert not pace.early_is_due(120.9)
    assert pace.early_is_due(121.0)


def test_that_time_has_passed_is_nothing_to_show(pace: Pace) -> None:
    pace.spoken(100.0, 0, early=False)
    assert pace.is_due(100.5), "it may have brought a tick"
    assert not pace.early_is_due(100.5)
    pace.done()
    assert not pace.waits
