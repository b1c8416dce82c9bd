"""What the sections of segpulse.toml are made of."""

from __future__ import annotations

import re

import msgspec

UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_SPAN = re.compile(r"(\d+)(ms|s|m|h|d)")


class SettingsError(Exception):
    """The settings cannot be used; the message says where and what would be right."""


class Span(int):
    """A stretch of time in ms, written `10s`, `5m`, `24h`, `7d`."""

    @classmethod
    def parse(cls, text: object) -> Span:
        """Read `text`; ValueError where it is not a whole number followed by ms, s, m, h or d."""
        match = _SPAN.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            raise ValueError(f"{text!r} is not a span of time: write a whole number and a unit, like '10s', '5m', '7d'")
        return cls(int(match[1]) * UNITS[match[2]])

    def __str__(self) -> str:
        for unit in ("d", "h", "m", "s"):
            if self and self % UNITS[unit] == 0:
                # A day is said as 24h, as people do of windows.
                return "24h" if self == UNITS["d"] else f"{self // UNITS[unit]}{unit}"
        return f"{int(self)}ms"


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file."""
