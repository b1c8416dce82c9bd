"""Who is silent, and who is only small, asleep or one of many that hear nothing."""

from __future__ import annotations

import numpy as np
import pytest

from streams.events.columns import Floats
from streams.scoring.evidence.silence import Quiet, Silence
from tests.scoring import streams

MINUTES = 5 * 60_000


def listen(stream: list[streams.Look], segments: int, arl: float = 10_000.0) -> list[Quiet]:
    silence = Silence(1)
    silence.begin([], segments)
    return [silence.step(e.tick, MINUTES, e.own.trials, streams.rest(e.own), arl) for e in stream]


def made(seed: int, days: float, volume: streams.Factor, segments: int = 20) -> list[streams.Look]:
    trials = np.full(segments, 670.0)
    return list(streams.looks(seed, days, trials, np.full(segments, 0.1), volume_factor=volume, span=MINUTES))


@pytest.mark.parametrize("seed", range(5))
def test_an_outage_is_found_before_30_were_due(seed: int) -> None:
    gone = 3.0

    def volume(day: float) -> Floats:
        return np.where((np.arange(20) == 7) & (gone <= day < gone + 0.5), 0.0, 1 + 0.5 * np.sin(2 * np.pi * day))

    stream = made(seed, 4, volume)
    heard = listen(stream, 20)
    silent = np.stack([quiet.silent[:, 0] for quiet in heard])
    first = int(silent[:, 7].argmax())
    assert not np.delete(silent, 7, axis=1).any()
    due = 670 / 288 * (first - gone * 288)
    assert 0 < due < 30
    since = heard[first].since[7, 0]
    assert abs(since - (streams.START + gone * streams.DAY)) < 30 * 60_000
    assert heard[first].expected[7, 0] == pytest.approx(due, abs=8)
    assert not silent[-1, 7]


def test_when_nobody_comes_nobody_is_silent() -> None:
    stream = made(1, 4, lambda day: 0.0 if 2 <= day < 3 or day % 1 < 0.3 else 1.0)
    assert not any(quiet.silent.any() for quiet in listen(stream, 20))


def test_rarely_for_nothing() -> None:
    """20 days of 100 segments, one of which may be called silent in 20 days."""
    assert sum(quiet.silent.any() for quiet in listen(made(2, 20, streams.usual, 100), 100, arl=2000.0)) <= 20


def test_too_little_known_to_say() -> None:
    stream = made(3, 1, lambda day: np.where(np.arange(20) == 3, 0.03 if day < 0.5 else 0.0, 1.0))
    assert not any(quiet.silent.any() for quiet in listen(stream, 20))


@pytest.mark.parametrize("seed", range(2))
def test_a_segment_that_is_nearly_everybody_is_not_silent_because_another_has_come(seed: int) -> None:
    """500 trials an hour, and of the rest one in two hours: an hour of many of the rest makes none due."""
    random, silence = np.random.default_rng(seed), Silence(1)
    silence.begin([], 2)
    span, quiet = 60_000, []
    for minute in range(10 * 24 * 60):
        own = random.poisson([[500 / 60], [0.5 / 60]]).astype(np.float64)
        quiet.append(silence.step(streams.START + minute * span, span, own, own[::-1], 10_000.0).silent[0, 0])
    assert not any(quiet)


def test_and_is_when_it_has_gone() -> None:
    random, silence = np.random.default_rng(1), Silence(1)
    silence.begin([], 2)
    span, first = 60_000, None
    for minute in range(4 * 24 * 60 + 120):
        gone = minute >= 4 * 24 * 60
        own = random.poisson([[0.0 if gone else 500 / 60], [20 / 60]]).astype(np.float64)
        silent = silence.step(streams.START + minute * span, span, own, own[::-1], 10_000.0).silent[0, 0]
        assert gone or not silent
        first = minute if silent and first is None else first
    assert first is not None
    assert first - 4 * 24 * 60 < 60, "minutes: some ten of the rest have come"


def grown(seed: int, usually: list[float], factor: float, hours: int, gone: int = -1) -> list[Quiet]:
    """Visits a day of segments by night and day; after four days the first has `factor` times as many for some hours,
    and of `gone` (-1: nobody) none come any more from its middle on."""
    random, silence = np.random.default_rng(seed), Silence(1)
    silence.begin([], len(usually))
    span, found = 600_000, []
    for number in range(5 * 144 + 6 * hours):
        since = number / 6 - 96  # hours
        volume = np.array(usually) * (1 + 0.6 * np.sin(2 * np.pi * number / 144)) / 144
        volume[0] *= factor if 0 <= since < hours else 1.0
        volume[gone] *= 0.0 if gone >= 0 and since >= hours / 2 else 1.0
        own = random.poisson(volume)[:, None].astype(np.float64)
        found.append(silence.step(streams.START + (number + 1) * span, span, own, own.sum() - own, 10_000.0))
    return found


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("usually", "factor", "hours"),
    [
        ([200.0] * 10, 60.0, 3),  # a bot that says it is of one segment
        ([1000.0] + [100.0] * 10, 8.0, 3),  # television, in the largest
        ([0.1] + [200.0] * 10, 50_000.0, 36),  # a campaign begins, with five times as many as all others
    ],
)
def test_nobody_is_silent_because_another_has_grown(seed: int, usually: list[float], factor: float, hours: int) -> None:
    assert not any(quiet.silent.any() for quiet in grown(seed, usually, factor, hours))


@pytest.mark.parametrize("seed", range(3))
def test_and_who_falls_silent_meanwhile_is_heard_of(seed: int) -> None:
    silent = np.stack([quiet.silent[:, 0] for quiet in grown(seed, [0.1] + [200.0] * 10, 50_000.0, 36, gone=4)])
    assert not np.delete(silent, 4, axis=1).any()
    assert not silent[: 96 * 6 + 18 * 6, 4].any()
    assert silent[96 * 6 + 18 * 6 :, 4].argmax() < 12 * 6
    assert silent[-1, 4]
