"""What ends a benchmark."""

from __future__ import annotations


class BenchError(Exception):
    """A measurement could not be made; the message says which, why, and what to do."""
