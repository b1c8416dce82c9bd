"""The settings that are measured: six traits and a cross of two, all KPIs of the catalogue, everything else as it is.

Sessions, duplicates and checkpoints are on; nothing is tuned for the benchmark.
"""

from __future__ import annotations

from pathlib import Path

from streams.tools.bench.audience import TRAITS

CROSS = ("city_tier", "industry")


def write(file: Path, *, campaign: bool) -> Path:
    """Write segpulse.toml; with `campaign`, that field is a dimension too (what latency is looked at in)."""
    lines = ["[dimensions]", *(f'{trait} = {{ trait = "{trait}" }}' for trait in TRAITS)]
    lines.append(f'{"_x_".join(CROSS)} = {{ cross = ["{CROSS[0]}", "{CROSS[1]}"] }}')
    if campaign:
        lines.append('campaign = { field = "campaign" }')
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join([*lines, ""]), "utf-8")
    return file
