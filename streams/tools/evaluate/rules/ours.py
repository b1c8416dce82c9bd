"""segpulse's own: shifts by always-valid evidence, and silence, both against the rest of the same moment."""

from __future__ import annotations

import numpy as np

from streams.scoring.evidence import Evidence, Trials
from streams.scoring.silence import Silence
from streams.tools.evaluate.bound import FALSE_ALARMS_PER_DAY
from streams.tools.evaluate.look import Bools, Ints, Look, rest
from streams.tools.evaluate.rules.rule import Calls

_SHIFTS = 0.9  # of the budget; the remainder is for silence


class Ours:
    """The runs are to Evidence what KPIs of one board are: of every run it learns apart what its segments share."""

    def __init__(self, runs: int, segments: int, binomial: bool) -> None:
        self._evidence, self._silence = Evidence(np.full(runs, binomial)), Silence(runs)
        for each in (self._evidence, self._silence):
            each.begin(range(segments), segments)
        self._firing = np.zeros((runs, segments), dtype=np.bool_)
        run_length = segments / FALSE_ALARMS_PER_DAY  # days
        self._shift_length, self._silence_length = run_length / _SHIFTS, run_length / (1 - _SHIFTS)

    def look(self, look: Look) -> Calls:
        own, calm, others = (
            Trials(hits.T.astype(np.float64), trials.T.astype(np.float64))
            for hits, trials in (
                (look.hits, look.trials),
                calm_rest(look, self._firing),
                (rest(look.hits), rest(look.trials)),
            )
        )
        found = self._evidence.step(look.tick, look.span, own, calm, self._shift_length)
        quiet = self._silence.step(look.tick, look.span, own.trials, others.trials, self._silence_length)
        self._firing = found.shift.T != 0
        direction = np.where(quiet.silent, -1, found.shift).astype(np.int8)
        return Calls(direction.T, np.where(quiet.silent, quiet.since, found.since).T)


def calm_rest(look: Look, firing: Bools) -> tuple[Ints, Ints]:
    """Hits and trials of the rest of each segment, without those that fire where half of its trials remain."""
    others = rest(look.hits), rest(look.trials)
    calm = rest(np.where(firing, 0, look.hits)), rest(np.where(firing, 0, look.trials))
    enough = 2 * calm[1] >= others[1]
    return np.where(enough, calm[0], others[0]), np.where(enough, calm[1], others[1])
