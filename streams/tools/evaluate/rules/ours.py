"""segpulse's own: shifts by always-valid evidence, and silence, both against the rest of the same moment."""

from __future__ import annotations

import numpy as np

from streams.scoring.evidence import Evidence, Trials
from streams.scoring.silence import Silence
from streams.tools.evaluate.bound import FALSE_ALARMS_PER_DAY
from streams.tools.evaluate.look import Bools, Ints, Look
from streams.tools.evaluate.rules.rule import Calls

SHIFTS = 0.9  # of the budget; the remainder is for silence


class Ours:
    """Every run is a board of its own; their segments are the rows of one Evidence."""

    def __init__(self, runs: int, segments: int, binomial: bool) -> None:
        rows = range(runs * segments)
        self._segments = segments
        self._evidence = Evidence(np.array([binomial]))
        self._evidence.begin(rows, len(rows))
        self._silence = Silence()
        self._silence.begin(rows, len(rows))
        self._firing = np.zeros((runs, segments), dtype=np.bool_)

    def look(self, look: Look) -> Calls:
        shape = look.hits.shape
        rest = Trials(
            _rows(_kept(look.hits, self._firing, look.trials)), _rows(_kept(look.trials, self._firing, look.trials))
        )
        own = Trials(_rows(look.hits), _rows(look.trials))
        found = self._evidence.step(look.tick, look.span, own, rest, self._segments, SHIFTS * FALSE_ALARMS_PER_DAY)
        quiet = self._silence.step(
            look.tick, look.span, own.trials, rest.trials, self._segments, (1 - SHIFTS) * FALSE_ALARMS_PER_DAY
        )
        shift, silent = found.shift.reshape(shape), quiet.silent.reshape(shape)
        self._firing = shift != 0
        direction = np.where(silent, -1, shift).astype(np.int8)
        since = np.where(silent, quiet.since.reshape(shape), found.since.reshape(shape))
        return Calls(direction, since)


def _rows(counts: Ints) -> Ints:
    return counts.reshape(-1, 1)


def _kept(counts: Ints, firing: Bools, trials: Ints) -> Ints:
    """The counts of the rest of each segment, without those that fire, where at least half of its trials remain."""
    calm = np.where(firing, 0, counts)
    raise NotImplementedError
