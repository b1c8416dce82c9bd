"""What is said of a segment: is it worth having, and if not, why?"""

from __future__ import annotations

from streams.messages import SegmentVerdict


def verdict(segment: SegmentVerdict) -> str:
    """As in docs/quality.md."""
    if not segment.enough:
        return "too few cases"
    if not segment.different:
        return "like the rest"
    return "accurate" if segment.alike else "mixed"
