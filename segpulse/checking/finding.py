"""What a look at one thing has found."""

from __future__ import annotations

from typing import NamedTuple


class Finding(NamedTuple):
    """One line of `segpulse check`. Nothing in it is secret."""

    subject: str
    ok: bool
    found: str  # what there is, or what is wrong with it
    right: str = ""  # where something is wrong: what would be right
