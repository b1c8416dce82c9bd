"""How states, indexes and columns look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue, Threshold, ThresholdsMode

Steps = Sequence[tuple[float | None, str]]  # from which value on it is in which colour; None: from the lowest

#: State -> how it looks; the least first.
STATES: Mapping[str, tuple[str, str]] = {
    "learning": ("…", "text"),
    "par": ("●", "blue"),
    "watch": ("◔", "yellow"),
    "over": ("▲", "green"),
    "under": ("▼", "red"),
    "silent": ("∅", "purple"),
}
#: Of an index: from where on it is in which colour.
INDEX_STEPS: Steps = ((None, "red"), (90, "blue"), (110, "green"))


def looking(**properties: Any) -> list[DynamicConfigValue]:
    """Properties of a column; a name is written with `_` for `.`."""
    return [DynamicConfigValue(id_val=name.replace("_", "."), value=value) for name, value in properties.items()]


STATE = looking(
    mappings=[
        {
            "type": "value",
            "options": {
                state: {"text": f"{icon} {state}", "color": colour, "index": place}
                for place, (state, (icon, colour)) in enumerate(STATES.items())
            },
        }
    ],
    custom_cellOptions={"type": "color-text"},
)
INDEX_COLOURS = {"mode": "absolute", "steps": [{"color": colour, "value": at} for at, colour in INDEX_STEPS]}
INDEX = looking(
    decimals=0, min=0, max=200, custom_cellOptions={"type": "gauge", "mode": "basic"}, thresholds=INDEX_COLOURS
)
COUNT = looking(decimals=0, unit="short")
SHARE = looking(unit="percentunit", decimals=1)
SINCE = looking(unit="dateTimeFromNow")


def thresholds(steps: Steps) -> dashboard.ThresholdsConfig:
    """Colours from some value on; the first from the lowest."""
    made = [Threshold(value=value, color=colour) for value, colour in steps]
    return dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(made)
