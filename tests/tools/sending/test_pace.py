"""How fast a replay goes, and what its heartbeats promise."""

from __future__ import annotations

import pytest

from streams.tools.sending.pace import FullSpeed, Live, Pace, Paced

MINUTE = 60_000


class FakeClock:
    """Sleeping is what makes the time go by."""

    def __init__(self) -> None:
        self.now = 100.0

    def read(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def sent_at(pace: Pace, clock: FakeClock, times: list[int]) -> list[float]:
    """Seconds after the start at which each record is sent."""
    at = []
    for time in times:
        pace.before(time)
        at.append(clock.now - 100.0)
    return at


def test_event_time_passes_at_the_speed_asked_for() -> None:
    clock, beats = FakeClock(), list[int]()
    pace = Paced(beats.append, 60.0, clock=clock.read, sleep=clock.sleep)
    assert sent_at(pace, clock, [0, 60_000, 30_000, 600_000]) == pytest.approx([0, 1, 1, 10])
    # A silence of nine minutes is told while it lasts: the windows go on.
    assert beats == [MINUTE * n for n in range(1, 11)]


def test_a_heartbeat_is_never_ahead_of_what_is_sent_next() -> None:
    clock, beats = FakeClock(), list[int]()
    pace = Paced(beats.append, 1000.0, clock=clock.read, sleep=clock.sleep)
    for time in range(0, 4_000_000, 777):
        before = len(beats)
        pace.before(time)
        assert all(beat <= time for beat in beats[before:])
    assert len(beats) == 3  # one a second at most, in the four seconds that this takes


def test_at_full_speed_a_heartbeat_costs_little() -> None:
    beats: list[int] = []
    pace = FullSpeed(beats.append)
    for second in range(10_000):
        pace.before(second * 1000)
    assert [beat // 1000 for beat in beats] == [1999, 3999, 5999, 7999, 9999]


def test_at_full_speed_a_day_of_few_events_has_one_too() -> None:
    beats: list[int] = []
    pace = FullSpeed(beats.append)
    for hour in range(100):
        pace.before(hour * 60 * MINUTE)
    assert [beat // MINUTE // 60 for beat in beats] == [24, 48, 72, 96]


def test_at_full_speed_no_two_heartbeats_within_a_minute_of_events() -> None:
    beats: list[int] = []
    pace = FullSpeed(beats.append)
    for time in range(10_000):
        pace.before(time)
    assert beats == []


def test_live_catches_up_and_then_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = FakeClock()
    monkeypatch.setattr("streams.tools.sending.pace.time.monotonic", clock.read)
    pace = Live(lambda timestamp: None, now=1_000_000)
    pace._future = Paced(lambda timestamp: None, 1.0, first=1_000_000, clock=clock.read, sleep=clock.sleep)
    assert sent_at(pace, clock, [0, 500_000, 1_000_000, 1_002_500]) == pytest.approx([0, 0, 0, 2.5])
