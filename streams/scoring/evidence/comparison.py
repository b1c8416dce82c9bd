"""How a segment did beside its rest in one stretch of time: the residual, and how far chance alone carries it.

Given how many hits `m` segment and rest have together, the segment's share of them is expected to be
`π = r n / (r n + N)` with its trials `n`, the rest's `N` and its usual ratio `r` to the rest. What segment and rest
have in common, a season or a shock, cancels: it moves `m`, not the share. This is the conditional comparison of two
Poisson means (Przyborowski & Wilenski, Biometrika 31 (1940) 313-323); for binomial trials its variance is that of the
hypergeometric distribution, smaller by 1 - p.

Where hits lag behind their trials, some of a stretch are of trials before it (see `lag`). With the share `g` matched
and p = m / (n + N), of hits and trials that come at random times (Campbell's formulas for joint cumulants)

    var(x - p n) = p n (1 - p + 2 p (1 - g))        of trials with one hit at most
                 = p n (1 + p (1 - g))              of trials with any number of them

and κ₃(x - p n) = p n times 1 - p² - 3 p g (1 - p), or 1 - p² (1 - g). Where none is matched that is counts beside
counts: 1 + p, and a skew of 1 - p. Many stretches together vary less than the sum of theirs, as what one lacks the next
one has.

The residual `x - m π` is the difference of two positive sums, `a = x (1 - π)` and `b = (m - x) π`. Their ratio tells
how far the ratio to the rest lies from `r` (Mantel & Haenszel, JNCI 22 (1959) 719-748).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from streams.events.columns import Bools, Floats

_USUAL = 5.0  # trials that the usual rate weighs
_SUREST = 0.98  # a binomial rate beyond this would leave no chance at all
_ALL = np.ones(1)


class Trials(NamedTuple):
    """Hits and trials, of the same shape."""

    hits: Floats
    trials: Floats


class Comparison(NamedTuple):
    """Of each series [series]; all 0 where neither segment nor rest has hits."""

    a: Floats
    b: Floats
    share: Floats  # π
    rate: Floats  # p, hits a trial of both together, where hits are a share of the trials; else 0
    signal: Floats  # what the residual gains for each 100 % that the ratio to the rest rises, while that is little
    variance: Floats
    skew: Floats  # third cumulant over variance, of hits that are independent
    of_hour: Floats  # what it adds to the variance of an hour, in which next to all that is matched at all is
    dispersion: Floats | float = 1.0  # by which `variance` is larger than that of such

    @property
    def residual(self) -> Floats:
        """x - m π."""
        return self.a - self.b

    @property
    def information(self) -> Floats:
        """1 / variance of ln of the ratio to the rest that it tells; 0 where it tells nothing."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.nan_to_num(self.signal**2 / self.variance)


def compare(
    own: Trials, rest: Trials, log_usual: Floats, rate: Floats, binomial: Bools, matched: Floats = _ALL
) -> Comparison:
    """`log_usual`: ln r; `rate`: hits a trial that are usual, before these.

    `binomial`: at most one hit a trial; `matched`: the share of hits that are of these trials.
    """
    weight = np.exp(log_usual) * own.trials
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.nan_to_num(weight / (weight + rest.trials), nan=0.5)
    both = own.hits + rest.hits
    observed = (both + _USUAL * rate) / (own.trials + rest.trials + _USUAL)
    shares = binomial & (matched > 0)
    p = np.where(shares, np.minimum(observed, _SUREST), observed)
    signal = both * share * (1 - share)
    variance = _variance(p, shares, matched)
    return Comparison(
        a=own.hits * (1 - share),
        b=rest.hits * share,
        share=share,
        rate=np.where(shares, p, 0.0),
        signal=signal,
        variance=signal * variance,
        skew=(1 - 2 * share) * _third(p, shares, matched) / variance,
        of_hour=signal * _variance(p, shares, np.sign(matched)),
    )


def _variance(p: Floats, shares: Bools, matched: Floats) -> Floats:
    """Of x - p n, over p n."""
    return np.asarray(1 + p * (1 - matched) - np.where(shares, p * matched, 0.0))


def _third(p: Floats, shares: Bools, matched: Floats) -> Floats:
    """The third cumulant of x - p n, over p n."""
    return 1 - p**2 + matched * np.where(shares, -3 * p * (1 - p), p**2)


def spread(compared: Comparison, dispersion: Floats) -> Comparison:
    """The same where hits come in clusters: the variance is `dispersion` times as large."""
    return compared._replace(variance=compared.variance * dispersion, dispersion=dispersion)


def log_ratio(a: Floats, b: Floats, share: Floats) -> Floats:
    """ln of how far the ratio to the rest lies from the one that was compared with, given sums of `a` and of `b`.

    Half a hit is added to each of segment and rest: nearly unbiased, and finite where there is none (Haldane, Ann. Hum.
    Genet. 20 (1956) 309-311).
    """
    return np.log(a + 0.5 * (1 - share)) - np.log(b + 0.5 * share)
