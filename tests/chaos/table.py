"""What came of the scenarios, as the table of docs/guarantees.md."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

HEAD = ("Scenario", "Faults", "Events", "Lost", "Doubled", "Seconds")


class Row(NamedTuple):
    """One run of a scenario."""

    scenario: str
    faults: int
    events: int  # sent
    lost: int | None  # None: it did not come to a reckoning
    doubled: int | None
    seconds: float


def markdown(rows: Sequence[Row]) -> str:
    """A line for each scenario, its runs together."""
    lines = [f"| {' | '.join(HEAD)} |", f"|{'---|' * len(HEAD)}"]
    for scenario in dict.fromkeys(row.scenario for row in rows):
        runs = [row for row in rows if row.scenario == scenario]
        cells = (
            scenario,
            f"{sum(row.faults for row in runs)}",
            f"{sum(row.events for row in runs):,}",
            _total([row.lost for row in runs]),
            _total([row.doubled for row in runs]),
            f"{sum(row.seconds for row in runs):.0f}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _total(counts: Sequence[int | None]) -> str:
    known = [count for count in counts if count is not None]
    return f"{sum(known):,}" if len(known) == len(counts) else "not reached"
