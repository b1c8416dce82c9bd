"""The measures on alarms made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from streams.tools.evaluate import cells
from streams.tools.evaluate.alarms import Alarms, Recorder
from streams.tools.evaluate.bound import information, lorden
from streams.tools.evaluate.cell import Cell
from streams.tools.evaluate.effects import Effect
from streams.tools.evaluate.look import DAY, HOUR, START
from streams.tools.evaluate.measures import measure
from streams.tools.evaluate.rules.rule import Calls
from streams.tools.evaluate.trial import Trial

LEARNING = 2 * 24  # looks


def alarms(*of: tuple[int, int, int, int]) -> Alarms:
    """(look, run, segment, direction)."""
    look, run, segment, direction = (np.array(column, dtype=np.int64) for column in zip(*of, strict=True))
    return Alarms(look, run, segment, direction.astype(np.int8), START + 70 * HOUR + 0 * look)


def trial(effect: Effect | None, found: Alarms, since: tuple[int, ...] = (72, 80)) -> Trial:
    """Two runs of a board of 20; in run 0 segment 3 changes at look 72, in run 1 segment 4 at look 80."""
    cell = Cell("x/y", "", cells.REFERENCE, effect, learning=2, spread=2, watched=10)
    where = np.zeros((2, 20), dtype=np.bool_)
    if effect is None:
        since = (cell.looks, cell.looks)
    else:
        where[0, 3] = where[1, 4] = True
    return Trial(cell, 0, 2, where, np.array(since), {"rule": found})


def test_delay_is_from_the_change_to_the_end_of_the_look_that_says_so() -> None:
    found = alarms((81, 0, 3, 1), (84, 0, 3, 1), (80, 1, 4, 1))
    delays = measure(trial(Effect(0.2), found), "rule").delays
    assert delays is not None
    assert (delays.share, delays.mean, delays.median, delays.p90) == (1.0, (10 + 1) / 2, 1, 10)
    assert delays.others == 0
    assert delays.since_error == pytest.approx((2 + 10) / 2)


def test_what_is_not_found_counts_as_all_the_time_watched() -> None:
    late = 72 + 10 * 24
    delays = measure(trial(Effect(0.2), alarms((81, 0, 3, 1), (late + 20, 1, 4, 1))), "rule").delays
    assert delays is not None
    assert (delays.share, delays.mean, delays.p90) == (0.5, (10 + 240) / 2, None)


def test_false_alarms() -> None:
    found = alarms(
        (10, 0, 0, 1),  # learning: does not count
        (60, 0, 3, 1),  # before the change
        (75, 0, 3, -1),  # the wrong direction
        (76, 0, 3, 1),
        (77, 0, 9, 1),  # another segment
        (78, 0, 9, -1),  # which counts once among the others
        (72 + 240, 0, 9, 1),  # after what is watched
        (79, 1, 4, 1),  # one look too early
    )
    measured = measure(trial(Effect(0.2), found), "rule")
    assert measured.false_alarms.count == 5
    assert measured.false_alarms.days == pytest.approx(((72 - 48) + (80 - 48)) / 24 + 2 * 10)
    assert measured.delays is not None
    assert measured.delays.others == 0.5
    assert measured.delays.share == 0.5


def test_nothing_happens() -> None:
    measured = measure(trial(None, alarms((47, 0, 0, 1), (48, 0, 0, 1), (49, 1, 0, -1))), "rule")
    assert measured.delays is None
    found = measured.false_alarms
    assert (found.count, found.days, found.per_day) == (2, 24.0, 2 / 24)
    assert (found.low * 24, found.high * 24) == pytest.approx((0.2422, 7.2247), abs=1e-3)


def test_no_alarm_at_all() -> None:
    measured = measure(trial(Effect(-0.5), Recorder().alarms()), "rule")
    assert measured.false_alarms.per_day == measured.false_alarms.low == 0
    assert measured.false_alarms.high * measured.false_alarms.days == pytest.approx(3.689, abs=1e-3)
    assert measured.delays is not None
    assert measured.delays.share == 0
    assert measured.delays.since_error is None


def test_an_alarm_is_where_firing_begins_or_turns_round() -> None:
    recorder = Recorder()
    for number, direction in enumerate([0, 1, 1, -1, 0, 0, -1]):
        recorder.take(number, Calls(np.array([[direction]], dtype=np.int8)))
    found = recorder.alarms()
    assert found.look.tolist() == [1, 3, 6]
    assert found.direction.tolist() == [1, -1, -1]
    assert found.since.tolist() == [-1, -1, -1]


def test_bounds_of_the_reference_board() -> None:
    """As the issue has them: about 98 h at +20 %, 16 h at +50 %; a day of 24 looks makes them longer."""
    assert lorden(0.12, 0.2, 670, 20) == pytest.approx(98, rel=0.03)
    assert lorden(0.12, 0.5, 670, 20) == pytest.approx(16, rel=0.03)
    assert lorden(0.12, 0.5, 670, 20, looks=24) == pytest.approx(
        lorden(0.12, 0.5, 670, 20) * np.log(24_000) / np.log(1000)
    )
    assert information(0.12, 0.0) == 0
    assert information(1e-6, 0.3) == pytest.approx(information(1e-6, 0.3, binomial=False), rel=1e-3)
    assert information(2.0, -1.0, binomial=False) == 2.0
    assert information(0.12, -1.0) == pytest.approx(-np.log(0.88))
    assert DAY == 24 * HOUR
