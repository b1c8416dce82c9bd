"""What ends a consumer at its start."""

from __future__ import annotations


class CannotStartError(Exception):
    """The consumer cannot do its work here; the message says why and what to do."""
