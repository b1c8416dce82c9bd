"""segpulse as a library: `segpulse.read_scores()`. Everything else is the command line's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from segpulse.notebook import read_scores

__all__ = ["read_scores"]


def __getattr__(name: str) -> Any:
    # Only when asked for: the command line must not wait for a Kafka client.
    if name in __all__:
        from segpulse import notebook

        return getattr(notebook, name)
    raise AttributeError(f"module 'segpulse' has no attribute {name!r}")
