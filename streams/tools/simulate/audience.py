"""Who visits: a B2B manufacturer's audience with correlated traits and heavy-tailed activity."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from streams.events.columns import Floats, Ints

TRAITS: dict[str, tuple[str, ...]] = {
    "industry": ("automotive", "FMCG", "pharma", "food processing", "heavy industry", "textiles", "chemicals"),
    "function": (
        "plant manager",
        "maintenance head",
        "energy manager",
        "operations director",
        "procurement",
        "quality",
    ),
    "company_size": ("1-50", "51-200", "201-1000", "1001-5000", "5000+"),
    "country": ("India", "Germany", "United States", "Brazil", "Indonesia", "Poland"),
    "city_tier": ("1", "2", "3"),
    "buying_stage": ("awareness", "consideration", "decision", "customer"),
}
_BUSIEST = 20.0  # times the average visitor: one who never left would be one endless session
_MISSING = 0.04  # of each trait: nobody knows everything about everybody
_TAIL = 1.3  # sigma of the log of activity: the busiest 10 % make about half of the traffic

_INDUSTRY = (0.20, 0.17, 0.14, 0.14, 0.15, 0.10, 0.10)
_COUNTRY = (0.38, 0.16, 0.16, 0.12, 0.10, 0.08)
_TIER_IN_COUNTRY = ((3, 4, 3), (5, 3, 2), (5, 3, 2), (4, 3, 3), (3, 3, 4), (5, 3, 2))
_SIZE = (0.15, 0.25, 0.30, 0.20, 0.10)
_SIZE_TILT = (0.30, 0.10, 0.20, -0.25, 0.35, -0.30, 0.0)  # by industry: above 0, larger companies
_FUNCTION = (0.24, 0.20, 0.14, 0.16, 0.14, 0.12)
_FUNCTION_TILT = (-0.30, -0.15, 0.0, 0.15, 0.25)  # by size: larger companies have more of the later, special functions
_STAGE = (0.45, 0.30, 0.15, 0.10)
_STAGE_TILT = (-0.10, 0.05, 0.0, 0.20, 0.10, -0.05)  # by function: directors are further on

#: How much more or less than the average each value does of an activity, by trait.
_TRAFFIC = {"buying_stage": (0.7, 1.1, 1.6, 1.0), "company_size": (0.8, 0.9, 1.0, 1.2, 1.3)}
_CLICK = {"industry": (1.05, 0.95, 1.0, 1.0, 1.1, 0.9, 1.0), "buying_stage": (0.9, 1.05, 1.2, 1.0)}
_FORM = {
    "industry": (1.15, 0.9, 1.05, 1.0, 1.1, 0.75, 1.0),
    "buying_stage": (0.7, 1.1, 1.7, 0.9),
    "city_tier": (1.0, 1.0, 0.9),
}
_DOWNLOAD = {"function": (1.0, 1.25, 1.3, 0.85, 0.8, 0.95), "buying_stage": (0.8, 1.2, 1.3, 0.8)}
_OPEN = {"function": (1.0, 1.05, 1.15, 0.8, 0.95, 1.0), "company_size": (1.1, 1.05, 1.0, 0.95, 0.9)}


class Audience(NamedTuple):
    """Arrays over the visitors."""

    traits: dict[str, Ints]  # index into TRAITS[trait]; -1: not known
    share: Floats  # of all traffic; sums to 1
    click: Floats  # times the average
    form: Floats
    download: Floats
    open: Floats

    def __len__(self) -> int:
        return len(self.share)

    def members(self, dimension: str, value: str) -> npt.NDArray[np.bool_]:
        """Who is in the segment; everybody is in `*`."""
        if dimension == "*":
            return np.ones(len(self), dtype=bool)
        return np.asarray(self.traits[dimension] == TRAITS[dimension].index(value))

    def of(self, visitor: int) -> dict[str, str]:
        """The known traits of one visitor."""
        return {name: TRAITS[name][codes[visitor]] for name, codes in self.traits.items() if codes[visitor] >= 0}


def make_audience(seed: int, visitors: int) -> Audience:
    """An audience of `visitors`; the same seed makes the same."""
    rng = np.random.default_rng([seed, 0])
    industry = _draw(rng, np.tile(_INDUSTRY, (visitors, 1)))
    country = _draw(rng, np.tile(_COUNTRY, (visitors, 1)))
    size = _draw(rng, _tilted(_SIZE, np.array(_SIZE_TILT)[industry]))
    function = _draw(rng, _tilted(_FUNCTION, np.array(_FUNCTION_TILT)[size]))
    traits = {
        "industry": industry,
        "function": function,
        "company_size": size,
        "country": country,
        "city_tier": _draw(rng, np.array(_TIER_IN_COUNTRY, dtype=float)[country]),
        "buying_stage": _draw(rng, _tilted(_STAGE, np.array(_STAGE_TILT)[function])),
    }
    activity = rng.lognormal(0.0, _TAIL, visitors) * _factor(traits, _TRAFFIC)
    activity = np.minimum(activity, _BUSIEST * activity.mean())
    share = activity / activity.sum()
    by_activity = {name: _factor(traits, table) for name, table in _TABLES.items()}
    known = {name: np.where(rng.random(visitors) < _MISSING, -1, codes) for name, codes in traits.items()}
    return Audience(known, share, **{name: factor / (factor @ share) for name, factor in by_activity.items()})


_TABLES = {"click": _CLICK, "form": _FORM, "download": _DOWNLOAD, "open": _OPEN}


def _draw(rng: np.random.Generator, weights: Floats) -> Ints:
    """One column index a row of `weights`."""
    cumulative = np.cumsum(weights, axis=1)
    drawn = rng.random((len(weights), 1)) * cumulative[:, -1:]
    return np.asarray((drawn >= cumulative).sum(axis=1), dtype=np.int64)


def _tilted(base: tuple[float, ...], tilt: Floats) -> Floats:
    """A row of weights for each tilt: above 0, later columns gain."""
    return np.asarray(np.array(base) * np.exp(tilt[:, None] * np.arange(len(base))))


def _factor(traits: dict[str, Ints], tables: dict[str, tuple[float, ...]]) -> Floats:
    factor = np.ones(len(next(iter(traits.values()))))
    for trait, table in tables.items():
        factor *= np.array(table)[traits[trait]]
    return factor
