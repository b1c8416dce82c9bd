"""Paths as an absorbing Markov chain: where a path begins, from touchpoint to touchpoint, to a conversion or away.

            ┌───────────────┐
    start ──┴► touchpoint ──┴► conversion
                    └────────► away

The chance of a conversion from each touchpoint is `p = (I - Q)^-1 r`, Q being the chances of a step to another
touchpoint and r those of one to the conversion (Kemeny & Snell, Finite Markov Chains (1960), 3.3). The removal effect
of a touchpoint is the share of conversions that are lost if whoever comes to it goes away (Anderl, Becker, von
Wangenheim, Schumann: Mapping the customer journey. Int. J. of Research in Marketing 33 (2016) 457-474).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from streams.events.columns import Floats, Ints


class Chain(NamedTuple):
    """Of n touchpoints, of which one is the conversion."""

    begins: Floats  # [n] chance that a path begins there
    chance: Floats  # [n × n] of a step from one to another; from the conversion none
    to: int  # the conversion


def chain(steps: Ints, to: int) -> Chain | None:
    """`steps` [1 + n × n]: how many from the start, and from each touchpoint, to each. None: no path has begun.

    What comes after a conversion is another path. Who comes to a touchpoint more often than on from it goes away: a
    session's steps are all of one segment, whatever its visitor becomes meanwhile.
    """
    begins, on = steps[0] + steps[1 + to], steps[1:].copy()
    if not begins.any():
        return None
    on[to] = 0
    came, went = steps.sum(axis=0), on.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        chance = np.nan_to_num(on / np.maximum(came, went)[:, None])
    return Chain(begins / begins.sum(), chance, to)


def conversion(of: Chain, without: int | None = None) -> float:
    """The chance that a path ends in the conversion, where whoever comes to `without` goes away."""
    there = np.ones(len(of.begins), dtype=np.bool_)
    there[of.to] = False
    if without is not None:
        there[without] = False
    between, onto = of.chance[np.ix_(there, there)], of.chance[there, of.to]
    # By least squares: of touchpoints that nobody leaves in any way the chance is 0.
    p, *_ = np.linalg.lstsq(np.eye(int(there.sum())) - between, onto, rcond=None)
    return float(of.begins[there] @ p + of.begins[of.to])


def removal(of: Chain) -> Floats:
    """[n] The removal effect of each touchpoint; NaN of the conversion, and where there is none."""
    whole = conversion(of)
    out = np.full(len(of.begins), np.nan)
    for touchpoint in range(len(out)):
        if touchpoint != of.to and whole > 0:
            out[touchpoint] = 1 - conversion(of, touchpoint) / whole
    return out


def likeliest(of: Chain) -> list[int]:
    """The touchpoints of the single likeliest path to the conversion, the last of them; empty: there is none."""
    chance, path = of.begins.copy(), [[touchpoint] for touchpoint in range(len(of.begins))]
    for _ in path:  # so many steps at most: a likelier path comes nowhere twice
        on = chance[:, None] * of.chance
        best = on.argmax(axis=0)
        for touchpoint in np.flatnonzero(on.max(axis=0) > chance).tolist():
            path[touchpoint] = [*path[best[touchpoint]], touchpoint]
        chance = np.maximum(chance, on.max(axis=0))
    return path[of.to] if chance[of.to] > 0 else []
