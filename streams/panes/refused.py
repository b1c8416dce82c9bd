"""Records that cannot be counted, as the dead letters that tell of them."""

from __future__ import annotations

from streams.events.intake import Bad
from streams.messages import DeadLetter

_KEPT = 65_536  # bytes of a bad record that its dead letter keeps


def dead_letter(topic: str, partition: int, bad: Bad) -> DeadLetter:
    """What is told of a bad record of a source topic's partition."""
    return DeadLetter(
        topic=topic,
        partition=partition,
        offset=bad.offset,
        reason=bad.problem.reason,
        detail=bad.problem.detail,
        size=len(bad.value),
        record=bad.value[:_KEPT],
    )
