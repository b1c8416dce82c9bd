"""The settings that are measured: six traits and a cross of two, the standard KPIs, everything else as it is.

Sessions, duplicates and checkpoints are on; nothing is tuned for the benchmark.
"""

from __future__ import annotations

import json
from pathlib import Path

from streams.kpis.catalogue import BUILT_IN
from streams.tools.bench.audience import TRAITS

CROSS = ("city_tier", "industry")


#: All that costs something and is off by default.
_FULL = f"""
interest = {{ behaviour.hot = "downloads >= 2 in 7d", behaviour.warm = "seen in 7d", behaviour.cold = "seen" }}

[scoring]
kpis = {json.dumps(list(BUILT_IN))}

[paths]
to = "form_fills"

[visitors]
publish = true
"""


def write(file: Path, *, campaign: bool = False, full: bool = False) -> Path:
    """Write segpulse.toml. With `campaign`, that field is a dimension too (what latency is looked at in); with `full`,
    all is on: every KPI of the catalogue, paths, a behaviour dimension, and where each visitor is."""
    lines = ["[dimensions]", *(f'{trait} = {{ trait = "{trait}" }}' for trait in TRAITS)]
    lines.append(f'{"_x_".join(CROSS)} = {{ cross = ["{CROSS[0]}", "{CROSS[1]}"] }}')
    if campaign:
        lines.append('campaign = { field = "campaign" }')
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(lines) + (_FULL if full else "\n"), "utf-8")
    return file
