"""The standard cells: what is there to be found, and what must not be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from streams.tools.evaluate.cell import Cell
from streams.tools.evaluate.effects import Effect
from streams.tools.evaluate.streams import board, real, shapes
from streams.tools.evaluate.streams.conversions import GammaVisitors, LingeringClusters, LognormalClusters
from streams.tools.evaluate.streams.stream import Simulated, Stream

CHANGES = (-0.5, -0.3, -0.2, -0.1, 0.1, 0.2, 0.3, 0.5)
RAMP = 5.0  # days
TOGETHER = 3  # segments that change at once
_OUTAGE_LOOKS = 144  # a day
QUIET_DAYS = 60  # watched where nothing happens: 200 runs × 60 days measure 0.02 a day to ± 13 %

REFERENCE = Simulated(board.equal())


def standard(data: Path | None, per_day: int) -> Iterator[Cell]:
    """All of them, those of real data where `data` has it; `per_day` looks."""
    nulls = {**_simulated(per_day), **_real(data)}
    for name, (what, stream) in nulls.items():
        yield quiet(f"null/{name}", what, stream, per_day)
    yield from effects(REFERENCE, per_day)
    for name, stream in _elsewhere(nulls):
        for change in (-0.3, 0.3):
            yield Cell(f"{name}/{signed(change)}", f"(f) step in {name}", stream, Effect(change), per_day=per_day)
    for days in (7, 14, 90):
        for change in (-0.2, 0.2, 0.5):
            what = f"(f) step, {days} days learned"
            yield Cell(f"learned-{days}d/{signed(change)}", what, REFERENCE, Effect(change), days, per_day=per_day)


def effects(stream: Stream, per_day: int) -> Iterator[Cell]:
    """Everything that may happen to a board."""
    for change in CHANGES:
        yield Cell(f"step/{signed(change)}", "(f) step", stream, Effect(change), per_day=per_day)
    for change in CHANGES:
        yield Cell(f"ramp/{signed(change)}", "(f) over 5 days", stream, Effect(change, ramp=RAMP), per_day=per_day)
    for change in CHANGES:
        yield Cell(f"three/{signed(change)}", "(f) three at once", stream, Effect(change, TOGETHER), per_day=per_day)
    for number, kind in ((1, "outage"), (TOGETHER, "outage-three")):
        yield outage(f"{kind}/traffic", "(f) no more traffic", stream, Effect(-1.0, number, traffic=True), per_day)
        yield outage(f"{kind}/conversions", "(f) no more conversions", stream, Effect(-1.0, number), per_day)


def quiet(name: str, what: str, stream: Stream, per_day: int) -> Cell:
    """A cell in which nothing happens."""
    return Cell(name, what, stream, spread=0, watched=QUIET_DAYS, per_day=per_day)


def outage(name: str, what: str, stream: Stream, effect: Effect, per_day: int) -> Cell:
    """Found within hours or not at all: watched for three days, every ten minutes or oftener."""
    return Cell(name, what, stream, effect, spread=1, watched=3, per_day=max(per_day, _OUTAGE_LOOKS))


def signed(change: float) -> str:
    """A change in percent, as cells are named."""
    return f"{100 * change:+.0f}"


def _simulated(per_day: int) -> dict[str, tuple[str, Stream]]:
    equal, different = board.equal(), board.different_rates()
    return {
        "equal": ("(a) equal rates", REFERENCE),
        "different": ("(a) different rates", Simulated(different)),
        "season": ("(b) season", Simulated(different, shapes.season)),
        "shocks": ("(b) season, shocks", Simulated(different, shapes.shocks)),
        "outages": ("(b) season, all fall silent", Simulated(different, shapes.outages)),
        "gamma": ("(c) gamma visitors", Simulated(equal, conversions=GammaVisitors)),
        "lognormal": ("(c) lognormal clusters", Simulated(equal, conversions=LognormalClusters)),
        "lingering": ("(c) clusters over hours", Simulated(equal, conversions=partial(LingeringClusters, per_day))),
        "sizes": ("(d) sizes 1 to 1000", Simulated(board.sizes())),
    }


def _real(data: Path | None) -> dict[str, tuple[str, Stream]]:
    if data is None:
        return {}
    found = {"nab": ("(e) NAB ad exchanges", real.nab(data)), "olist": ("(e) Olist leads", real.olist(data))}
    return {name: (what, stream) for name, (what, stream) in found.items() if stream is not None}


def _elsewhere(nulls: dict[str, tuple[str, Stream]]) -> Iterator[tuple[str, Stream]]:
    """Streams other than the reference that a change is put into as well."""
    names: Sequence[str] = ("shocks", "gamma", "lognormal", "sizes", "nab", "olist")
    return ((name, nulls[name][1]) for name in names if name in nulls)
