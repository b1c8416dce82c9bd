"""What is made to happen in the traffic, so that detection can be measured against it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, NamedTuple, get_args

import msgspec
import numpy as np

from streams.events.columns import Floats, Ints
from streams.settings import SettingsError, Span, convert, read_toml
from streams.tools.simulate.audience import TRAITS, Audience

Kind = Literal["outperform", "form_breaks", "silent", "dip"]
Activity = Literal["traffic", "click", "form", "download", "open"]


class _Effect(NamedTuple):
    factors: dict[Activity, float]
    kpis: tuple[str, ...]  # those that must show it
    expected: str  # their state while it lasts


_ENGAGEMENT = ("engagement", "form_fill_rate", "download_rate")
_EFFECTS: dict[Kind, _Effect] = {
    "outperform": _Effect({"click": 1.3, "form": 1.8, "download": 1.8}, _ENGAGEMENT, "over"),
    "form_breaks": _Effect({"form": 0.0}, ("form_fill_rate",), "under"),
    "silent": _Effect({"traffic": 0.0}, _ENGAGEMENT, "silent"),
    # For everybody alike: against the rest of its dimension no segment has changed.
    "dip": _Effect(dict.fromkeys(get_args(Activity), 0.6), (), "unchanged"),
}


class Chapter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that happens. `start` and `end` are shares of the whole span (0 to 1), or offsets into it ("90m")."""

    kind: Kind
    segment: str  # dimension:value, or * for everybody
    start: float | str
    end: float | str


class _Story(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    chapters: tuple[Chapter, ...]


#: What `--story` plays where no file says otherwise.
DEFAULT: tuple[Chapter, ...] = (
    Chapter(kind="dip", segment="*", start=0.15, end=0.20),
    Chapter(kind="outperform", segment="city_tier:2", start=0.30, end=1.0),
    Chapter(kind="form_breaks", segment="industry:pharma", start=0.42, end=0.75),
    Chapter(kind="silent", segment="industry:food processing", start=0.46, end=0.60),
)


class Played(msgspec.Struct, frozen=True):
    """A chapter at its place in time, as it is written out."""

    kind: Kind
    segment: str
    kpis: tuple[str, ...]
    start: int  # ms
    end: int  # ms
    expected: str  # state of those KPIs of that segment meanwhile; "unchanged": nobody's may change


def load_story(path: Path) -> tuple[Chapter, ...]:
    """The chapters ([[chapters]]) in a TOML file. Raises SettingsError."""
    chapters = convert(read_toml(path), _Story, str(path)).chapters
    for number, chapter in enumerate(chapters):
        dimension, _, value = chapter.segment.partition(":")
        if chapter.segment != "*" and value not in TRAITS.get(dimension, ()):
            known = ", ".join(f"{name}:{values[0]}" for name, values in TRAITS.items())
            raise SettingsError(
                f"{path}: chapters[{number}].segment: nobody is in {chapter.segment!r}; like {known}, *"
            )
        try:
            for where in (chapter.start, chapter.end):
                _offset(where, 1)
        except ValueError as error:
            raise SettingsError(f"{path}: chapters[{number}]: {error}") from None
    return chapters


def place(chapter: Chapter, start: int, span: int) -> Played:
    """`chapter` within [start, start + span), ms. Raises SettingsError where it ends before it starts."""
    effect = _EFFECTS[chapter.kind]
    begins, ends = (start + _offset(where, span) for where in (chapter.start, chapter.end))
    if begins >= ends:
        wrong = f"start {chapter.start} is not before end {chapter.end} in a span of {Span(span)}"
        raise SettingsError(f"story: {chapter.kind} of {chapter.segment}: {wrong}")
    return Played(chapter.kind, chapter.segment, effect.kpis, begins, ends, effect.expected)


def _offset(where: float | str, span: int) -> int:
    if isinstance(where, str):
        return Span.parse(where)
    if not 0 <= where <= 1:
        raise ValueError(f"{where} is no share of the span: write 0 to 1, or an offset like '90m'")
    return int(where * span)


class Story:
    """How much more or less than usual each visitor does of an activity at a time."""

    def __init__(self, played: list[Played], audience: Audience) -> None:
        self.played = played
        self._members = [audience.members(*_parts(chapter.segment)) for chapter in played]

    def factor(self, activity: Activity, times: Ints, visitors: Ints) -> Floats:
        """One factor for each (time in ms, visitor)."""
        factor = np.ones(len(times))
        for chapter, members in zip(self.played, self._members, strict=True):
            change = _EFFECTS[chapter.kind].factors.get(activity, 1.0)
            if change != 1.0:
                meanwhile = (times >= chapter.start) & (times < chapter.end)
                factor[meanwhile & members[visitors]] *= change
        return factor


def _parts(segment: str) -> tuple[str, str]:
    dimension, _, value = segment.partition(":")
    return dimension, value
